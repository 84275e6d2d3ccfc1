namespace Trunkline.Simulation.Transport;

/// <summary>What a sender puts on the wire: a piece of its stream, or the packet that opens the connection.</summary>
/// <remarks>
/// The stream is cut into segments when each is first sent, and never cut anew; they are counted from 0, and acknowledgements count
/// segments too, as the Linux window does.
/// </remarks>
internal struct TcpSegment
{
    /// <summary>Its number in the stream; −1 opens the connection.</summary>
    public int Index;

    /// <summary>Payload.</summary>
    public int Bytes;

    /// <summary>Where the payload begins in the stream, modulo 2³².</summary>
    public uint Offset;

    /// <summary>When it was sent, in picoseconds; comes back in the acknowledgement (RFC 7323).</summary>
    public long StampPs;

    /// <summary>Whether it was sent before.</summary>
    public bool IsRetransmission;

    /// <summary>Whether nothing follows for now, so that receivers hand it up at once.</summary>
    public bool IsPushed;
}
