using Trunkline.Core.Units;

namespace Trunkline.Core.Lacp;

/// <summary>The key of a port: administrative key, speed and duplex.</summary>
/// <remarks>
/// Laid out as Linux bonding does (drivers/net/bonding/bond_3ad.c): ten bits of key, five of a code for the speed, one for full duplex.
/// Thus ports of different speed never have the same key and are not aggregated. The codes are known to their own system alone. A speed
/// that is not in the list gets a code of those left over when it is first seen; when none is left, the port is individual.
/// </remarks>
internal sealed class LinkSpeeds
{
    private const int CodesMax = 32;

    private static readonly long[] Listed =
    [
        1, 10, 100, 1_000, 2_500, 5_000, 10_000, 14_000, 20_000, 25_000, 40_000, 50_000, 56_000, 100_000, 200_000, 400_000, 800_000, 1_600_000,
    ];

    private readonly long[] _others = new long[CodesMax - 1 - Listed.Length];
    private int _otherCount;

    /// <summary>The key, and false where the port may not be aggregated: half duplex, or a speed without a code.</summary>
    public bool TryKey(int adminKey, BitRate speed, bool isFullDuplex, out ushort key)
    {
        int code = CodeOf(speed.BitsPerSecond);
        key = (ushort)((adminKey << 6) | (code << 1) | (isFullDuplex ? 1 : 0));
        return isFullDuplex && code != 0;
    }

    private int CodeOf(long bitsPerSecond)
    {
        if (bitsPerSecond % 1_000_000 == 0 && Array.IndexOf(Listed, bitsPerSecond / 1_000_000) is >= 0 and int listed)
        {
            return 1 + listed;
        }

        int other = Array.IndexOf(_others, bitsPerSecond, 0, _otherCount);
        if (other < 0 && bitsPerSecond > 0 && _otherCount < _others.Length)
        {
            other = _otherCount++;
            _others[other] = bitsPerSecond;
        }

        return other < 0 ? 0 : 1 + Listed.Length + other;
    }
}
