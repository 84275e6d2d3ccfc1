namespace Trunkline.Simulation.Transport;

/// <summary>What a sender is about, in the words of Linux (RFC 9438 §4.8, RFC 5681).</summary>
internal enum TcpState
{
    /// <summary>All is well.</summary>
    Open,

    /// <summary>Something arrived out of order or is missing.</summary>
    Disorder,

    /// <summary>The window shrinks because of a mark or a probe that repaired a loss.</summary>
    WindowReduced,

    /// <summary>Fast recovery.</summary>
    Recovery,

    /// <summary>The retransmission timer has expired.</summary>
    Loss,
}
