namespace Trunkline.Simulation.Transport;

/// <summary>Smoothed round trip and the timeout that follows from it (RFC 6298).</summary>
internal struct RttEstimator
{
    /// <summary>The timeout before anything is known (RFC 6298 §2.1).</summary>
    public const long InitialRtoPs = 1_000_000_000_000;

    /// <summary>The longest timeout, as in Linux.</summary>
    public const long RtoMaxPs = 120_000_000_000_000;

    // Eight times the mean and four times the deviation, so that smoothing is shifts.
    private long _smoothed8;
    private long _deviation4;

    /// <summary>The smoothed round trip; 0 before the first sample.</summary>
    public readonly long SmoothedPs => _smoothed8 >> 3;

    /// <summary>The shortest round trip; <see cref="long.MaxValue"/> before the first sample.</summary>
    public long MinPs { get; private set; }

    /// <summary>The timeout, not backed off.</summary>
    public long RtoPs { get; private set; }

    /// <summary>Nothing is known.</summary>
    public void Reset()
    {
        _smoothed8 = 0;
        _deviation4 = 0;
        MinPs = long.MaxValue;
        RtoPs = InitialRtoPs;
    }

    /// <summary>Takes a sample.</summary>
    /// <param name="rttPs">The round trip.</param>
    /// <param name="rtoMinPs">
    /// The least that the timeout adds to the smoothed round trip, as tcp_rto_min in Linux: the deviation of steady round trips goes
    /// to nothing, and a repair takes a whole one.
    /// </param>
    public void Add(long rttPs, long rtoMinPs)
    {
        if (_smoothed8 == 0)
        {
            _smoothed8 = rttPs << 3;
            _deviation4 = rttPs << 1;
        }
        else
        {
            long error = rttPs - (_smoothed8 >> 3);
            _smoothed8 += error;
            _deviation4 += Math.Abs(error) - (_deviation4 >> 2);
        }

        RtoPs = Math.Min((_smoothed8 >> 3) + Math.Max(_deviation4, rtoMinPs), RtoMaxPs);
    }

    /// <summary>Takes a sample of the shortest round trip.</summary>
    public void AddMin(long rttPs) => MinPs = Math.Min(MinPs, rttPs);
}
