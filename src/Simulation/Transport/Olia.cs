namespace Trunkline.Simulation.Transport;

/// <summary>Opportunistic linked increases (OLIA): windows move from paths with much loss to the best, and no faster than needed.</summary>
/// <remarks>
/// For each segment acknowledged in congestion avoidance a window grows by (w_i / rtt_i²) / (Σ w_k / rtt_k)² + ε_i / w_i. The best paths
/// have the largest l_i / rtt_i², l_i the larger of what was acknowledged since the last loss and between the last two. With B the best paths
/// that do not have the largest window, M those that have it, and n all: ε_i = 1/(n·|B|) in B, −1/(n·|M|) in M, else 0; all 0 when B is
/// empty. l_i is counted in segments. draft-khalili-mptcp-congestion-control-05 §2; Khalili et al., CoNEXT 2012.
/// </remarks>
internal sealed class Olia(CoupledWindows windows) : ICongestionControl
{
    private const long One = 1L << CoupledWindows.PointBits;
    private const int WindowMin = 1;

    private long _credit;
    private long _sinceLoss;
    private long _betweenLosses;

    /// <summary>Segments since the last loss or between the last two, whichever is more.</summary>
    public long Quality => Math.Max(1, Math.Max(_sinceLoss, _betweenLosses));

    /// <inheritdoc/>
    public void Reset(TcpSender sender) => _credit = _sinceLoss = _betweenLosses = 0;

    /// <inheritdoc/>
    public void OnAck(TcpSender sender, int segments, long rttPs, long nowPs)
    {
        _sinceLoss += segments;
        segments = sender.SlowStart(segments);
        if (segments == 0)
        {
            return;
        }

        _credit += segments * Growth(sender);

        // Rounded towards zero: a window shrinks when it owes a whole segment.
        int whole = (int)(_credit / One);
        _credit -= whole * One;
        sender.Widen(Math.Max(whole, WindowMin - sender.Window));
    }

    /// <summary>What a window grows by for a segment acknowledged, in 2⁻³² segments; may be less than 0.</summary>
    public long Growth(TcpSender sender)
    {
        if (!CoupledWindows.Counts(sender))
        {
            return (One + sender.Window - 1) / sender.Window;
        }

        return CoupledWindows.Growth(sender.Window, windows.SumPerRoundTrip(sender.SmoothedRttPs)) + Shift(sender);
    }

    /// <inheritdoc/>
    public void OnRoundTrip(TcpSender sender, long delivered, long marked, long nowPs)
    {
    }

    /// <inheritdoc/>
    public int Reduce(TcpSender sender, CongestionSignal signal, long nowPs)
    {
        (_betweenLosses, _sinceLoss) = (_sinceLoss, 0);
        _credit = 0;
        return Math.Max(sender.Window >> 1, 2);
    }

    /// <inheritdoc/>
    public void OnTimeout(TcpSender sender)
    {
    }

    /// <inheritdoc/>
    public void OnUndo(TcpSender sender)
    {
    }

    /// <inheritdoc/>
    public void OnRestart(TcpSender sender, long idlePs, long nowPs)
    {
    }

    // ε / w.
    private long Shift(TcpSender sender)
    {
        (int all, int largest, int bestSmall) = (0, 0, 0);
        int window = 0;
        TcpSender? best = null;
        foreach (TcpSender subflow in windows.Subflows)
        {
            if (CoupledWindows.Counts(subflow))
            {
                all++;
                window = Math.Max(window, subflow.Window);
                best = best is null || Compare(subflow, best) > 0 ? subflow : best;
            }
        }

        foreach (TcpSender subflow in windows.Subflows)
        {
            if (CoupledWindows.Counts(subflow))
            {
                largest += subflow.Window == window ? 1 : 0;
                bestSmall += subflow.Window < window && Compare(subflow, best!) == 0 ? 1 : 0;
            }
        }

        if (bestSmall == 0)
        {
            return 0;
        }

        return sender.Window == window ? -(One / ((long)sender.Window * all * largest))
            : Compare(sender, best!) == 0 ? One / ((long)sender.Window * all * bestSmall)
            : 0;
    }

    // l / rtt² against l' / rtt'²: round trips are less than 2⁴⁷ ps, and a path that carries 2³³ segments without a loss stays at that.
    private static int Compare(TcpSender left, TcpSender right) =>
        (QualityOf(left) * Square(right.SmoothedRttPs)).CompareTo(QualityOf(right) * Square(left.SmoothedRttPs));

    private static UInt128 QualityOf(TcpSender subflow) => (UInt128)(ulong)Math.Min(subflow.Control is Olia olia ? olia.Quality : 1, 1L << 33);

    private static UInt128 Square(long ps) => (UInt128)(ulong)ps * (ulong)ps;
}
