using Trunkline.Core.Units;

namespace Trunkline.Scenarios.Model;

/// <summary>How TCP works: what Linux does by default, each choice a parameter.</summary>
public sealed record Transport
{
    /// <summary>Congestion control.</summary>
    public CongestionControl CongestionControl { get; init; } = CongestionControl.Cubic;

    /// <summary>Selective acknowledgement (RFC 2018).</summary>
    public bool Sack { get; init; } = true;

    /// <summary>How loss is told from reordering.</summary>
    public LossDetection LossDetection { get; init; } = LossDetection.RackTlp;

    /// <summary>Duplicate acknowledgements that mean a loss; where the bound adapts, what it begins with (tcp_reordering).</summary>
    public int DuplicateAcks { get; init; } = 3;

    /// <summary>How far the bound adapts (tcp_max_reordering).</summary>
    public int DuplicateAcksMax { get; init; } = 300;

    /// <summary>Initial window, in segments (RFC 6928).</summary>
    public int InitialWindow { get; init; } = 10;

    /// <summary>Slow start ends at this window, in segments; null for no bound.</summary>
    public int? InitialSlowStartThreshold { get; init; }

    /// <summary>Segments that one acknowledgement answers at most; 1 for an acknowledgement each.</summary>
    public int AckEvery { get; init; } = 2;

    /// <summary>How long an acknowledgement waits for another segment.</summary>
    public Interval AckDelay { get; init; } = Interval.FromMilliseconds(40);

    /// <summary>The least that the retransmission timeout adds to the smoothed round trip (tcp_rto_min).</summary>
    public Interval RtoMin { get; init; } = Interval.FromMilliseconds(200);

    /// <summary>ECN (RFC 3168; DCTCP has its own echo). Always on with DCTCP.</summary>
    public bool Ecn { get; init; }

    /// <summary>Most bytes that the host hands to its NIC at once (TSO); 0 for segment by segment.</summary>
    public ByteCount Tso { get; init; } = new(65_536);

    /// <summary>
    /// Most bytes of a connection that wait before the host's NIC (TCP small queues): who has more waits in the socket, which costs
    /// no packet and no round trip time. 0 for no bound: then a host's queue drops as a switch's does.
    /// </summary>
    public ByteCount NicQueue { get; init; } = new(131_072);

    /// <summary>Whether segments are paced over a round trip instead of sent as the window allows.</summary>
    public bool IsPaced { get; init; }

    /// <summary>Receive coalescing.</summary>
    public Coalescing Coalescing { get; init; } = new();

    /// <summary>The largest receive window, and with it the largest send buffer.</summary>
    public ByteCount ReceiveWindow { get; init; } = new(16 << 20);

    /// <summary>Whether connections open with a handshake and close: matters for small flows.</summary>
    public bool Handshake { get; init; } = true;

    /// <summary>TCP and IP headers of a data segment: 52 with timestamps.</summary>
    public int HeaderBytes { get; init; } = 52;
}

/// <summary>Congestion control.</summary>
public enum CongestionControl
{
    /// <summary>RFC 5681 and 6582.</summary>
    NewReno,

    /// <summary>RFC 9438.</summary>
    Cubic,

    /// <summary>RFC 8257.</summary>
    Dctcp,
}

/// <summary>How loss is told from reordering.</summary>
public enum LossDetection
{
    /// <summary>A fixed number of duplicate acknowledgements.</summary>
    DuplicateAcks,

    /// <summary>A number that grows as reordering is seen, as Linux did before RACK.</summary>
    Adaptive,

    /// <summary>RACK-TLP (RFC 8985).</summary>
    RackTlp,
}

/// <summary>Receive coalescing (LRO, RSC, GRO): segments that follow each other are handed up as one.</summary>
public sealed record Coalescing
{
    /// <summary>Whether it is done.</summary>
    public bool IsOn { get; init; } = true;

    /// <summary>Most bytes handed up as one.</summary>
    public int BytesMax { get; init; } = 65_536;

    /// <summary>Most segments handed up as one.</summary>
    public int SegmentsMax { get; init; } = 44;

    /// <summary>How long the first segment may wait: the interrupt's moderation.</summary>
    public Interval Timeout { get; init; } = Interval.FromMicroseconds(20);

    /// <summary>Whether a segment out of order flushes what is held and goes up alone; else it is held as a train of its own.</summary>
    public bool FlushOnReordering { get; init; } = true;
}
