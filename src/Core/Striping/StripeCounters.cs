namespace Trunkline.Core.Striping;

/// <summary>What happened to the numbered packets of a stripe at its far end.</summary>
public record struct StripeCounters
{
    /// <summary>Handed on in order.</summary>
    public long Released { get; internal set; }

    /// <summary>Given up: neither here nor waited for any longer. Those that came after all are counted as late too.</summary>
    public long Lost { get; internal set; }

    /// <summary>Came after they were given up.</summary>
    public long Late { get; internal set; }

    /// <summary>Copies of packets that were there already.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Times that the timer gave something up.</summary>
    public long Timeouts { get; internal set; }

    /// <summary>Times that the oldest had to go because the buffer was full.</summary>
    public long Overflows { get; internal set; }

    /// <summary>Packets whose number was not above that of the one before on their link: a link that does not keep order, or a copy.</summary>
    public long LinkOrderFaults { get; internal set; }

    /// <summary>Packets not looked at: of a link that is none, or offered before what could be taken was taken.</summary>
    public long Refused { get; internal set; }

    /// <summary>Most bytes that waited for a packet before them.</summary>
    public long BytesWaitingMax { get; internal set; }

    /// <summary>Most packets that waited for one before them.</summary>
    public int PacketsWaitingMax { get; internal set; }
}
