namespace Trunkline.Core.Lacp;

/// <summary>What happened at one port (after the managed objects of IEEE 802.1AX-2014 §7.3.3).</summary>
public record struct LacpCounters
{
    /// <summary>LACPDUs taken in.</summary>
    public long LacpdusReceived { get; internal set; }

    /// <summary>LACPDUs sent.</summary>
    public long LacpdusSent { get; internal set; }

    /// <summary>Markers of the partner.</summary>
    public long MarkersReceived { get; internal set; }

    /// <summary>Own markers sent.</summary>
    public long MarkersSent { get; internal set; }

    /// <summary>Responses of the partner.</summary>
    public long ResponsesReceived { get; internal set; }

    /// <summary>Own responses sent.</summary>
    public long ResponsesSent { get; internal set; }

    /// <summary>Markers not answered, because too many came at once.</summary>
    public long MarkersDropped { get; internal set; }

    /// <summary>Frames with a fault, of every kind; those of other subtypes too.</summary>
    public long Faults { get; internal set; }

    /// <summary>Own LACPDUs that came back.</summary>
    public long Loopbacks { get; internal set; }

    /// <summary>Times that what a partner said was no longer current.</summary>
    public long Expirations { get; internal set; }

    /// <summary>Times that this end was out of sync for <see cref="LacpTimes.ChurnDetection"/>.</summary>
    public long ActorChurns { get; internal set; }

    /// <summary>Times that the partner was.</summary>
    public long PartnerChurns { get; internal set; }

    /// <summary>Times that LACPDUs had to wait for the limit of three a second.</summary>
    public long Delayed { get; internal set; }
}
