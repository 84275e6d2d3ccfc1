using System.Runtime.CompilerServices;

namespace Trunkline.Analysis.Flows;

/// <summary>The places of a flow table by hash: open addressing with linear probing over words of 32 bits.</summary>
/// <remarks>
/// A word holds 10 bits of the hash, one bit that says what the number means, and a number of 20 bits plus 1; so one probe in
/// a thousand goes to a wrong record. Nothing is taken out: the table builds the index anew when it retires entries.
/// </remarks>
internal sealed class FlowIndex
{
    /// <summary>Largest number that a word holds.</summary>
    public const int NumberMax = (1 << NumberBits) - 2;

    private const int NumberBits = 21;
    private const uint NumberMask = (1u << NumberBits) - 1;
    private const uint KindBit = 1u << NumberBits;
    private const int LargeBytes = 1 << 20;
    private const int LengthMin = 1 << 12;

    private uint[] _words = new uint[LengthMin];
    private int _used;

    /// <summary>Whether the next additions need <see cref="Clear"/> first, to make room.</summary>
    public bool IsFull => _used >= _words.Length / 8 * 5;

    /// <summary>Where a search for a hash begins.</summary>
    public int Home(ulong hash) => (int)((uint)hash & (uint)(_words.Length - 1));

    /// <summary>Has the place where a search begins fetched from memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Fetch(ulong hash)
    {
        uint[] words = _words;
        CacheLine.Prefetch(in words[(int)hash & (words.Length - 1)]);
    }

    /// <summary>A number that is probably the one searched for: the first of the first two places that may be it.</summary>
    /// <returns>−1 or a wrong one when it stands elsewhere, or nowhere.</returns>
    /// <remarks>Takes no decision, so a processor goes on with other searches while it waits for memory.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Guess(ulong hash, bool isOther)
    {
        uint[] words = _words;
        int home = (int)hash & (words.Length - 1);
        uint first = words[home];
        uint second = words[(home + 1) & (words.Length - 1)];

        // All ones when the first may be it.
        uint isFirst = (uint)(((long)(first ^ Head(hash, isOther)) - (NumberMask + 1L)) >> 63);
        return (int)((second ^ ((first ^ second) & isFirst)) & NumberMask) - 1;
    }

    /// <summary>The next number that may be the one searched for.</summary>
    /// <param name="place">Where to look; moved behind what is found.</param>
    /// <param name="hash">The hash.</param>
    /// <param name="isOther">Which kind of number.</param>
    /// <returns>−1 when there is none.</returns>
    public int Next(ref int place, ulong hash, bool isOther)
    {
        uint[] words = _words;
        uint wanted = Head(hash, isOther);
        while (true)
        {
            uint word = words[place];
            if (word == 0)
            {
                return -1;
            }

            place = (place + 1) & (words.Length - 1);
            if ((word ^ wanted) <= NumberMask)
            {
                return (int)(word & NumberMask) - 1;
            }
        }
    }

    /// <summary>Adds a number. There is room.</summary>
    public void Add(ulong hash, bool isOther, int number)
    {
        int place = Home(hash);
        while (_words[place] != 0)
        {
            place = (place + 1) & (_words.Length - 1);
        }

        _words[place] = Head(hash, isOther) | (uint)(number + 1);
        _used++;
    }

    /// <summary>Forgets all, and makes room for twice as much when it was full.</summary>
    public void Clear()
    {
        if (IsFull)
        {
            bool isLarge = _words.Length * sizeof(uint) >= LargeBytes;
            _words = new uint[_words.Length * 2];
            if (isLarge)
            {
                // Large arrays are given back late, if ever, and memory is bounded.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
        else
        {
            Array.Clear(_words);
        }

        _used = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Head(ulong hash, bool isOther) => ((uint)(hash >> 32) & ~(NumberMask | KindBit)) | (isOther ? KindBit : 0);
}
