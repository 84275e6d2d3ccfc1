using System.Runtime.CompilerServices;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Limits;

/// <summary>The clock of a capture: holds it where it goes back, and finds out how fine it is.</summary>
internal struct CaptureClock
{
    // All of the first frames, then one of so many: enough to tell, and cheap.
    private const long SampledAll = 4096;
    private const long SampledMask = 63;

    private const long CoarsestNs = 1_000_000_000;

    private long _lastNs;
    private long _smallestStepNs = long.MaxValue;
    private long _reads;
    private long _sampledMask;

    /// <summary>A clock that nobody has read.</summary>
    public CaptureClock()
    {
    }

    /// <summary>The first instant.</summary>
    public long FirstNs { get; private set; }

    /// <summary>From the first instant to the last.</summary>
    public readonly Interval Elapsed => new(_lastNs - FirstNs);

    /// <summary>Frames that were captured before the frame before them, as the file says.</summary>
    public long Backward { get; private set; }

    /// <summary>The longest step back.</summary>
    public Interval BackwardMax { get; private set; }

    /// <summary>Frames at the very instant of the frame before.</summary>
    public long SameInstant { get; private set; }

    /// <summary>The shortest time between two frames that is not 0; <see cref="Interval.MaxValue"/> where there is none.</summary>
    public readonly Interval SmallestStep => new(_smallestStepNs);

    /// <summary>The largest power of ten of nanoseconds, up to 1 s, of which the instants looked at are multiples.</summary>
    public Interval Resolution { get; private set; } = new(CoarsestNs);

    /// <summary>Reads the clock.</summary>
    /// <param name="timeNs">What it says.</param>
    /// <returns>The same, or the instant before where it went back.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Read(long timeNs)
    {
        if ((_reads++ & _sampledMask) == 0)
        {
            Sample(timeNs);
        }

        long stepNs = timeNs - _lastNs;
        if (timeNs <= _lastNs)
        {
            return Hold(stepNs);
        }

        if (stepNs < _smallestStepNs)
        {
            _smallestStepNs = stepNs;
        }

        _lastNs = timeNs;
        return timeNs;
    }

    private long Hold(long stepNs)
    {
        if (stepNs == 0)
        {
            SameInstant++;
        }
        else
        {
            Backward++;
            BackwardMax = new Interval(Math.Max(BackwardMax.Nanoseconds, -stepNs));
        }

        return _lastNs;
    }

    private void Sample(long timeNs)
    {
        _sampledMask = _reads < SampledAll ? 0 : SampledMask;
        if (_reads == 1)
        {
            // The first frame is at its own instant, which is not to count.
            FirstNs = timeNs;
            _lastNs = timeNs;
            SameInstant = -1;
        }

        while (timeNs % Resolution.Nanoseconds != 0)
        {
            Resolution = new Interval(Resolution.Nanoseconds / 10);
        }
    }
}
