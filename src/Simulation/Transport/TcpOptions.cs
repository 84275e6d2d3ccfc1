using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Transport;

/// <summary>What both halves of a connection need of <see cref="Scenarios.Model.Transport"/>, worked out once.</summary>
/// <remarks>
/// Times are in picoseconds. Immutable, shared by all connections of a kind. Timestamps (RFC 7323) are on when the headers have room
/// for them; RACK-TLP needs SACK, and without it three duplicate acknowledgements decide.
/// </remarks>
internal sealed record TcpOptions
{
    /// <summary>Headers without any option.</summary>
    private const int BareHeaderBytes = 40;

    /// <summary>What a timestamp takes, padded.</summary>
    private const int TimestampBytes = 12;

    private const long PicosecondsPerNanosecond = 1_000;

    // What TCP can announce at most (RFC 7323 §2.3).
    private const long ReceiveWindowLargest = 1 << 30;

    /// <summary>Works them out.</summary>
    /// <param name="transport">What the scenario says.</param>
    /// <param name="mtuBytes">The largest IP packet, more than its headers.</param>
    public TcpOptions(Scenarios.Model.Transport transport, int mtuBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(mtuBytes, transport.HeaderBytes);
        Mss = mtuBytes - transport.HeaderBytes;
        CongestionControl = transport.CongestionControl;
        IsSack = transport.Sack;
        HasTimestamps = transport.HeaderBytes >= BareHeaderBytes + TimestampBytes;
        IsEcn = transport.Ecn || transport.CongestionControl == CongestionControl.Dctcp;
        HasDctcpEcho = transport.CongestionControl == CongestionControl.Dctcp;
        LossDetection = transport.LossDetection == LossDetection.RackTlp && !transport.Sack
            ? LossDetection.DuplicateAcks
            : transport.LossDetection;
        DuplicateAcks = Math.Max(1, transport.DuplicateAcks);
        DuplicateAcksMax = Math.Max(DuplicateAcks, transport.DuplicateAcksMax);
        InitialWindow = Math.Max(1, transport.InitialWindow);
        InitialSlowStartThreshold = Math.Max(2, transport.InitialSlowStartThreshold ?? int.MaxValue);
        AckEvery = Math.Max(1, transport.AckEvery);
        AckDelayPs = transport.AckDelay.Nanoseconds * PicosecondsPerNanosecond;
        RtoMinPs = transport.RtoMin.Nanoseconds * PicosecondsPerNanosecond;
        TsoSegments = (int)Math.Clamp(transport.Tso.Bytes / Mss, 1, int.MaxValue);
        IsPaced = transport.IsPaced;
        ReceiveWindowBytes = (uint)Math.Clamp(transport.ReceiveWindow.Bytes, Mss, ReceiveWindowLargest);
        Coalescing = transport.Coalescing;
        CoalescingTimeoutPs = transport.Coalescing.Timeout.Nanoseconds * PicosecondsPerNanosecond;
    }

    /// <summary>Payload of a full segment.</summary>
    public int Mss { get; }

    /// <summary>Congestion control.</summary>
    public CongestionControl CongestionControl { get; }

    /// <summary>Whether acknowledgements carry blocks, those of duplicates included.</summary>
    public bool IsSack { get; }

    /// <summary>Whether a stamp tells an original from its retransmission: undo (RFC 3522) and round trips of retransmissions.</summary>
    public bool HasTimestamps { get; }

    /// <summary>Whether marks are echoed and obeyed.</summary>
    public bool IsEcn { get; }

    /// <summary>Whether the echo follows each change of the mark (RFC 8257 §3.2).</summary>
    public bool HasDctcpEcho { get; }

    /// <summary>How loss is told from reordering.</summary>
    public LossDetection LossDetection { get; }

    /// <summary>Duplicate acknowledgements that mean a loss, at first.</summary>
    public int DuplicateAcks { get; }

    /// <summary>How far that may grow.</summary>
    public int DuplicateAcksMax { get; }

    /// <summary>Initial window, in segments.</summary>
    public int InitialWindow { get; }

    /// <summary>Where slow start ends at first, in segments.</summary>
    public int InitialSlowStartThreshold { get; }

    /// <summary>Segments that one acknowledgement answers at most.</summary>
    public int AckEvery { get; }

    /// <summary>Acknowledgements at the beginning of a connection that do not wait, so as not to hold up slow start (Linux: 16).</summary>
    public int QuickAcks { get; init; } = 16;

    /// <summary>How long an acknowledgement waits for another segment.</summary>
    public long AckDelayPs { get; }

    /// <summary>The shortest retransmission timeout.</summary>
    public long RtoMinPs { get; }

    /// <summary>Most segments handed to the NIC at once.</summary>
    public int TsoSegments { get; init; }

    /// <summary>Whether sending is paced.</summary>
    public bool IsPaced { get; init; }

    /// <summary>The receive window.</summary>
    public uint ReceiveWindowBytes { get; }

    /// <summary>Receive coalescing.</summary>
    public Coalescing Coalescing { get; }

    /// <summary>How long the first segment of a train may wait.</summary>
    public long CoalescingTimeoutPs { get; }

    /// <summary>
    /// Whether the window grows by what is acknowledged, as in Linux (RFC 3465); else by acknowledgements (RFC 5681, equation 3), which
    /// delayed ones halve.
    /// </summary>
    public bool CountsSegments { get; init; } = true;

    /// <summary>Whether CUBIC leaves slow start early when acknowledgements come late or for long (HyStart).</summary>
    public bool HasHyStart { get; init; } = true;

    /// <summary>Whether the window shrinks while a connection is idle (RFC 2861, slow start after idle).</summary>
    public bool RestartsAfterIdle { get; init; } = true;
}
