using System.Numerics;
using Trunkline.Core.Units;

namespace Trunkline.Cli.Which;

/// <summary>Remembers which flows there were, in a memory that does not grow with them.</summary>
/// <remarks>
/// A Bloom filter (B. Bloom, "Space/time trade-offs in hash coding with allowable errors", CACM 1970) of 32 MiB with four
/// bits a flow: it never forgets one, and takes a new one for a known one with a chance of 1 in 2000 behind ten million flows.
/// </remarks>
internal sealed class FlowFilter
{
    private const int BitsOfIndex = 28;
    private const int Probes = 4;

    private readonly ulong[] _words = new ulong[(1 << BitsOfIndex) / 64];

    /// <summary>Remembers a flow.</summary>
    /// <param name="fingerprint">64 bits that look random.</param>
    public void Add(ulong fingerprint)
    {
        ulong step = RandomSource.Mix(fingerprint) | 1;
        for (int i = 0; i < Probes; i++, fingerprint += step)
        {
            _words[Word(fingerprint)] |= Bit(fingerprint);
        }
    }

    /// <summary>Whether a flow was added; seldom also for one that was not.</summary>
    public bool Contains(ulong fingerprint)
    {
        ulong step = RandomSource.Mix(fingerprint) | 1;
        for (int i = 0; i < Probes; i++, fingerprint += step)
        {
            if ((_words[Word(fingerprint)] & Bit(fingerprint)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Word(ulong value) => (int)(value >> (64 - BitsOfIndex + 6));

    private static ulong Bit(ulong value) => BitOperations.RotateLeft(1UL, (int)(value >> (64 - BitsOfIndex)));
}
