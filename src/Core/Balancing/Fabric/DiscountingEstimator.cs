using System.Runtime.CompilerServices;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>How loaded a port is, in bands: CONGA's discounting rate estimator (SIGCOMM 2014, §3.2), step by step as hardware does it.</summary>
/// <remarks>
/// A register X grows by the bytes of each frame, and loses a share of itself at each whole multiple of the interval, rounded down to
/// whole bytes. X over speed × interval ÷ share is the load, of which 1 and more is the last band. Steps that nobody looked at are made
/// up for at the next look.
/// </remarks>
public struct DiscountingEstimator
{
    private const long Million = 1_000_000;

    private long _bytes;
    private long _dueNs;
    private long _nextBytes;
    private int _band;
    private long[] _limits;

    /// <summary>An idle port.</summary>
    /// <param name="settings">Of all ports.</param>
    /// <param name="rate">Its speed.</param>
    public DiscountingEstimator(in EstimatorSettings settings, BitRate rate)
    {
        _limits = [];
        SetRate(in settings, rate);
    }

    /// <summary>Register X, as of the last look.</summary>
    public readonly long Bytes => _bytes;

    /// <summary>Changes the speed that the load is a part of.</summary>
    public void SetRate(in EstimatorSettings settings, BitRate rate)
    {
        // Band m begins where X ÷ (speed × interval ÷ share) × bands is m.
        UInt128 full = (UInt128)(ulong)rate.BitsPerSecond * (ulong)settings.IntervalNs * Million;
        UInt128 divisor = (UInt128)8_000_000_000 * (ulong)settings.SharePpm * (ulong)settings.Bands;
        _limits = new long[settings.Bands];
        for (int band = 1; band < settings.Bands; band++)
        {
            _limits[band - 1] = (long)UInt128.Max(1, ((full * (ulong)band) + divisor - 1) / divisor);
        }

        _limits[^1] = long.MaxValue;
        FindBand(0);
    }

    /// <summary>The band now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BandAt(in EstimatorSettings settings, long nowNs)
    {
        if (nowNs >= _dueNs)
        {
            Discount(in settings, nowNs);
        }

        return _band;
    }

    /// <summary>Counts a frame.</summary>
    /// <returns>The band with it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Add(in EstimatorSettings settings, int bytes, long nowNs)
    {
        if (nowNs >= _dueNs)
        {
            Discount(in settings, nowNs);
        }

        _bytes += bytes;
        if (_bytes >= _nextBytes)
        {
            FindBand(_band);
        }

        return _band;
    }

    private void Discount(in EstimatorSettings settings, long nowNs)
    {
        long steps = ((nowNs - _dueNs) / settings.IntervalNs) + 1;
        _dueNs = _bytes == 0 ? ((nowNs / settings.IntervalNs) + 1) * settings.IntervalNs : _dueNs + (steps * settings.IntervalNs);

        // Each step takes a byte at least, and a share: a full register is empty after some hundred.
        for (; steps > 0 && _bytes > 0; steps--)
        {
            _bytes = _bytes * (Million - settings.SharePpm) / Million;
        }

        FindBand(0);
    }

    private void FindBand(int from)
    {
        while (_bytes >= _limits[from])
        {
            from++;
        }

        _band = from;
        _nextBytes = _limits[from];
    }
}

/// <summary>How <see cref="DiscountingEstimator"/>s work.</summary>
/// <param name="IntervalNs">Time between steps.</param>
/// <param name="SharePpm">What a step takes of the register, 1 to a million.</param>
/// <param name="Bands">Bands of the load.</param>
public readonly record struct EstimatorSettings(long IntervalNs, long SharePpm, int Bands);
