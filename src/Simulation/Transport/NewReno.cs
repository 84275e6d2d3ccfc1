namespace Trunkline.Simulation.Transport;

/// <summary>Slow start and congestion avoidance (RFC 5681 §3.1): one segment a round trip, and half the window at a loss.</summary>
internal sealed class NewReno : ICongestionControl
{
    /// <inheritdoc/>
    public void Reset(TcpSender sender)
    {
    }

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
    }

    /// <inheritdoc/>
    public int Reduce(TcpSender sender, CongestionSignal signal, long nowPs) => Math.Max(sender.Window >> 1, 2);

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
