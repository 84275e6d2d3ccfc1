using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>How an interface of a pcapng file counts time (draft-ietf-opsawg-pcapng §4.2: if_tsresol and if_tsoffset).</summary>
/// <remarks>Exact for every resolution: what is finer than a nanosecond is cut off, what does not fit 64 bits saturates.</remarks>
public readonly record struct PcapngClock
{
    private const int NanosecondDigits = 9;
    private const long NanosecondsPerSecond = 1_000_000_000;

    // A unit of time is _multiplier ÷ _divisor ÷ 2^_shift nanoseconds. A divisor of 0 says that no count lasts a nanosecond.
    private readonly uint _multiplier;
    private readonly ulong _divisor;
    private readonly int _shift;
    private readonly long _offsetSeconds;

    /// <summary>Reads the two options.</summary>
    /// <param name="resolution">if_tsresol: units of 10⁻ⁿ s, or with its highest bit of 2⁻ⁿ s.</param>
    /// <param name="offsetSeconds">if_tsoffset: added to every time.</param>
    public PcapngClock(byte resolution, long offsetSeconds = 0)
    {
        int power = resolution & 0x7f;
        _multiplier = 1;
        _divisor = 1;
        _offsetSeconds = offsetSeconds;
        if ((resolution & 0x80) != 0)
        {
            _multiplier = (uint)NanosecondsPerSecond;
            _shift = power;
        }
        else if (power <= NanosecondDigits)
        {
            _multiplier = (uint)PowerOfTen(NanosecondDigits - power);
        }
        else
        {
            _divisor = power - NanosecondDigits < 20 ? PowerOfTen(power - NanosecondDigits) : 0;
        }
    }

    /// <summary>Microseconds since 1970: the clock of an interface that names none.</summary>
    public static PcapngClock Default { get; } = new(6);

    /// <summary>The unit of time, rounded up to whole nanoseconds.</summary>
    public Interval Resolution => new(
        _divisor != 1 || _shift >= 30 ? 1
        : _shift == 0 ? _multiplier
        : ((_multiplier - 1) >> _shift) + 1);

    /// <summary>The instant of a count of units, since 1970 UTC.</summary>
    public Timestamp ToTimestamp(ulong count)
    {
        ulong high = Math.BigMul(count, _multiplier, out ulong low);
        return high == 0 && (long)low >= 0 && _divisor == 1 && _shift == 0 && _offsetSeconds == 0
            ? new Timestamp((long)low)
            : Scale(new UInt128(high, low));
    }

    private Timestamp Scale(UInt128 product)
    {
        // Below 2⁶⁴ × 10⁹ < 2⁹⁴, as is the offset, so that the sum fits; a shift of 94 and more leaves nothing.
        UInt128 nanoseconds = _divisor == 0 ? UInt128.Zero : (product >> _shift) / _divisor;
        Int128 sum = (Int128)nanoseconds + ((Int128)_offsetSeconds * NanosecondsPerSecond);
        return new Timestamp((long)Int128.Clamp(sum, long.MinValue, long.MaxValue));
    }

    private static ulong PowerOfTen(int power)
    {
        ulong value = 1;
        for (int i = 0; i < power; i++)
        {
            value *= 10;
        }

        return value;
    }
}
