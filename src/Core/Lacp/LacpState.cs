namespace Trunkline.Core.Lacp;

/// <summary>The state octet of a port in a LACPDU (IEEE 802.1AX-2014 §6.4.2.3), bit for bit.</summary>
[Flags]
public enum LacpState : byte
{
    /// <summary>Passive, long timeout, individual, out of sync.</summary>
    None = 0,

    /// <summary>LACP_Activity: speaks unasked.</summary>
    Activity = 1 << 0,

    /// <summary>LACP_Timeout: wants a LACPDU every second (short), not every 30 (long).</summary>
    ShortTimeout = 1 << 1,

    /// <summary>Aggregation: may be aggregated; else individual.</summary>
    Aggregation = 1 << 2,

    /// <summary>Synchronization: attached to the right aggregator.</summary>
    Synchronization = 1 << 3,

    /// <summary>Collecting: takes frames in.</summary>
    Collecting = 1 << 4,

    /// <summary>Distributing: sends frames out.</summary>
    Distributing = 1 << 5,

    /// <summary>Defaulted: what it knows of its partner was configured, not received.</summary>
    Defaulted = 1 << 6,

    /// <summary>Expired: what it received of its partner is no longer current.</summary>
    Expired = 1 << 7,
}
