namespace Trunkline.Simulation.Transport;

/// <summary>DCTCP (RFC 8257): the window shrinks by half of the share of segments that met congestion.</summary>
/// <remarks>
/// Alpha has 20 bits behind the point, where Linux has 10. A loss halves the window (§3.5); g is 1/16, as §4.2 recommends.
/// </remarks>
internal sealed class Dctcp : ICongestionControl
{
    /// <summary>An alpha of 1.</summary>
    public const int One = 1 << AlphaBits;

    private const int AlphaBits = 20;
    private const int GainShift = 4;

    /// <summary>The smoothed share of marked segments, in parts of <see cref="One"/>.</summary>
    public int Alpha { get; private set; }

    /// <inheritdoc/>
    public void Reset(TcpSender sender) => Alpha = One;

    /// <inheritdoc/>
    public void OnAck(TcpSender sender, int segments, long rttPs, long nowPs)
    {
        segments = sender.SlowStart(segments);
        if (segments > 0)
        {
            sender.AddCredit(sender.Window, segments);
        }
    }

    /// <inheritdoc/>
    public void OnRoundTrip(TcpSender sender, long delivered, long marked, long nowPs)
    {
        if (delivered > 0)
        {
            int share = (int)((marked << AlphaBits) / delivered);
            Alpha += (share >> GainShift) - (Alpha >> GainShift);
        }
    }

    /// <inheritdoc/>
    public int Reduce(TcpSender sender, CongestionSignal signal, long nowPs)
    {
        int window = sender.Window;
        long half = sender.Options.CutsAtOnce ? One : 0;
        int cut = signal == CongestionSignal.Mark ? (int)((((long)window * Alpha) + half) >> (AlphaBits + 1)) : window >> 1;
        return Math.Max(window - cut, 2);
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
}
