using Trunkline.Core.Units;

namespace Trunkline.Core.Links;

/// <summary>The arithmetic of a discounting rate estimator, for any number of links.</summary>
/// <remarks>
/// X grows by the bytes sent and each period loses 2^−shift of itself, so that a steady rate R holds it near
/// R × period × 2^shift. Whole periods are made up when the next frame comes, by repeated squaring, in 64-bit integers.
/// </remarks>
internal sealed class Discounting
{
    private const int FractionBits = 16;
    private const int LoadMax = Bundle.LoadUnit * 1024;

    private readonly long _periodNs;
    private readonly int _shift;

    // What is left after 1, 2, 4, … periods, in units of 2^-16.
    private readonly long[] _kept;

    /// <exception cref="ArgumentOutOfRangeException">The period is not 1 µs to 10 ms, or the shift not 1 to 8.</exception>
    public Discounting(Interval period, int shift)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, Interval.FromMicroseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(period, Interval.FromMilliseconds(10));
        ArgumentOutOfRangeException.ThrowIfLessThan(shift, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shift, 8);
        _periodNs = period.Nanoseconds;
        _shift = shift;
        _kept = new long[shift + 4];
        _kept[0] = (1L << FractionBits) - (1L << (FractionBits - shift));
        for (int i = 1; i < _kept.Length; i++)
        {
            _kept[i] = (_kept[i - 1] * _kept[i - 1]) >> FractionBits;
        }
    }

    /// <summary>Adds a frame, discounting what came before by the periods that have passed.</summary>
    public void Add(ref long bytes, ref long atNs, long size, long nowNs)
    {
        long sinceNs = nowNs - atNs;
        if (sinceNs >= _periodNs)
        {
            long periods = sinceNs / _periodNs;
            bytes = Discount(bytes, periods);
            atNs += periods * _periodNs;
        }

        bytes += size;
    }

    /// <summary>The rate against the link's speed, <see cref="Bundle.LoadUnit"/> for all of it.</summary>
    public long Load(long bytes, long sinceNs, long psPerByte)
    {
        if (sinceNs < 0)
        {
            return 0;
        }

        long periods = sinceNs / _periodNs;
        long part = ((sinceNs - (periods * _periodNs)) << FractionBits) / _periodNs;
        long kept = Discount(bytes, periods);
        kept -= (kept * part) >> (FractionBits + _shift);
        long full = Math.Max(1, _periodNs * 1000 * ((1L << _shift) - 1) / psPerByte);
        return Math.Min((kept << FractionBits) / full, LoadMax);
    }

    private long Discount(long bytes, long periods)
    {
        if (periods >> _kept.Length != 0)
        {
            return 0;
        }

        for (int i = 0; periods != 0; i++, periods >>= 1)
        {
            bytes = (periods & 1) != 0 ? (bytes * _kept[i]) >> FractionBits : bytes;
        }

        return bytes;
    }
}
