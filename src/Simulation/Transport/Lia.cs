namespace Trunkline.Simulation.Transport;

/// <summary>Linked increases (RFC 6356): together as fast as one TCP on the best of the paths, and no subflow faster than a TCP on its own.</summary>
/// <remarks>
/// For each segment acknowledged in congestion avoidance a window grows by min(alpha / w_total, 1 / w_i), where alpha / w_total =
/// max_k(w_k / rtt_k²) / (Σ w_k / rtt_k)² (§3, equations 1 and 2, in segments). Slow start is each subflow's own (§3), and so is half
/// the window at a loss. Growth has 32 bits behind the point and is rounded up, so that one subflow alone is NewReno exactly.
/// </remarks>
internal sealed class Lia(CoupledWindows windows) : ICongestionControl
{
    private const long One = 1L << CoupledWindows.PointBits;

    private long _growth;
    private int _version = -1;
    private long _credit;

    /// <summary>What each window grows by for a segment acknowledged, but for the bound of its own: in 2⁻³² segments.</summary>
    public long LinkedGrowth => _growth;

    /// <inheritdoc/>
    public void Reset(TcpSender sender) => _credit = 0;

    /// <inheritdoc/>
    public void OnAck(TcpSender sender, int segments, long rttPs, long nowPs)
    {
        int window = sender.Window;
        segments = sender.SlowStart(segments);
        if (segments > 0)
        {
            Renew();
            long alone = (One + sender.Window - 1) / sender.Window;
            _credit += segments * (_growth == 0 ? alone : Math.Min(_growth, alone));
            sender.Widen((int)(_credit >> CoupledWindows.PointBits));
            _credit &= One - 1;
        }

        if (sender.Window != window)
        {
            windows.OnChange();
        }
    }

    /// <inheritdoc/>
    public void OnRoundTrip(TcpSender sender, long delivered, long marked, long nowPs) => windows.OnChange();

    /// <inheritdoc/>
    public int Reduce(TcpSender sender, CongestionSignal signal, long nowPs)
    {
        _credit = 0;
        windows.OnChange();
        return Math.Max(sender.Window >> 1, 2);
    }

    /// <inheritdoc/>
    public void OnTimeout(TcpSender sender) => windows.OnChange();

    /// <inheritdoc/>
    public void OnUndo(TcpSender sender) => windows.OnChange();

    /// <inheritdoc/>
    public void OnRestart(TcpSender sender, long idlePs, long nowPs) => windows.OnChange();

    // max_k(w_k / rtt_k²) / (Σ w_k / rtt_k)² = w_m / (Σ w_k · rtt_m / rtt_k)², m where the maximum is.
    private void Renew()
    {
        if (_version == windows.Version)
        {
            return;
        }

        _version = windows.Version;
        TcpSender? best = null;
        foreach (TcpSender subflow in windows.Subflows)
        {
            if (CoupledWindows.Counts(subflow) && (best is null || IsLess(best, subflow)))
            {
                best = subflow;
            }
        }

        _growth = best is null ? 0 : CoupledWindows.Growth(best.Window, windows.SumPerRoundTrip(best.SmoothedRttPs));
    }

    // w / rtt² < w' / rtt'²: round trips are less than 2⁴⁷ ps (140 s), windows less than 2³¹.
    private static bool IsLess(TcpSender left, TcpSender right) =>
        (UInt128)(ulong)left.Window * Square(right.SmoothedRttPs) < (UInt128)(ulong)right.Window * Square(left.SmoothedRttPs);

    private static UInt128 Square(long ps) => (UInt128)(ulong)ps * (ulong)ps;
}
