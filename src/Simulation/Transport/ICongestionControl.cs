namespace Trunkline.Simulation.Transport;

/// <summary>Decides the window of one connection.</summary>
/// <remarks>
/// The sender holds the window, the threshold and the credit, and calls once per acknowledgement. It reduces the window itself, over a
/// round trip, to the threshold that it is told here.
/// </remarks>
internal interface ICongestionControl
{
    /// <summary>A new connection begins.</summary>
    void Reset(TcpSender sender);

    /// <summary>Segments were acknowledged while the window was in use and nothing was being repaired: it may grow.</summary>
    /// <param name="sender">The connection.</param>
    /// <param name="segments">At least 1.</param>
    /// <param name="rttPs">The round trip of the last of them; 0 when it is not known.</param>
    /// <param name="nowPs">The time.</param>
    void OnAck(TcpSender sender, int segments, long rttPs, long nowPs);

    /// <summary>A round trip has passed.</summary>
    /// <param name="sender">The connection.</param>
    /// <param name="delivered">Segments delivered in it.</param>
    /// <param name="marked">Of them, those that met congestion on the way.</param>
    /// <param name="nowPs">The time.</param>
    void OnRoundTrip(TcpSender sender, long delivered, long marked, long nowPs);

    /// <summary>The window must shrink; once per round trip.</summary>
    /// <returns>The new threshold, in segments, at least 2.</returns>
    int Reduce(TcpSender sender, CongestionSignal signal, long nowPs);

    /// <summary>The retransmission timer has expired: what was known of the path is old.</summary>
    void OnTimeout(TcpSender sender);

    /// <summary>The last reduction was for nothing; the sender has its window and threshold back.</summary>
    void OnUndo(TcpSender sender);

    /// <summary>Sending begins again after a pause with nothing in flight.</summary>
    void OnRestart(TcpSender sender, long idlePs, long nowPs);
}

/// <summary>Why a window shrinks.</summary>
internal enum CongestionSignal
{
    /// <summary>A segment was lost.</summary>
    Loss,

    /// <summary>A switch marked a segment.</summary>
    Mark,

    /// <summary>The retransmission timer expired.</summary>
    Timeout,
}
