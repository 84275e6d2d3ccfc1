namespace Trunkline.Core.Lacp;

/// <summary>Whether a port collects before it distributes, or does both at once (IEEE 802.1AX-2014 §6.4.15).</summary>
public enum MuxControl
{
    /// <summary>Distributing only once the partner collects (the first diagram): no frame is lost while an aggregator comes up.</summary>
    Independent,

    /// <summary>Collecting and distributing together (the second), for hardware that cannot part them.</summary>
    Coupled,
}

/// <summary>Which aggregator a bundle uses when its ports have formed several.</summary>
public enum AggregatorChoice
{
    /// <summary>That of the greatest sum of speeds; both ends come to the same answer.</summary>
    Bandwidth,

    /// <summary>That of the most ports, then of the greatest speed.</summary>
    Count,

    /// <summary>The one in use for as long as it has a usable port, then that of the greatest speed. The ends may disagree.</summary>
    Stable,
}

/// <summary>How a system speaks LACP for one bundle.</summary>
public sealed record LacpOptions
{
    /// <summary>Largest <see cref="AdminKey"/>: the six bits below it are the speed and the duplex.</summary>
    public const int AdminKeyMax = 1023;

    /// <summary>Most ports of a bundle.</summary>
    public const int PortsMax = 64;

    /// <summary>MAC address of the system, 48 bits; not 0.</summary>
    public required ulong System { get; init; }

    /// <summary>The system with the lower priority decides which ports are used; ties go to the lower address.</summary>
    public ushort SystemPriority { get; init; } = 32_768;

    /// <summary>Tells this bundle from others of the same system, 0 to <see cref="AdminKeyMax"/>.</summary>
    public int AdminKey { get; init; } = 1;

    /// <summary>Speaks unasked. Two passive ends never speak.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>Wants a LACPDU every second and gives a partner up after 3 s; else every 30 s and after 90 s.</summary>
    /// <remarks>
    /// A partner that is not heard is taken to want the same (Partner_Admin_Port_State), so that a link is found again within one period.
    /// </remarks>
    public bool HasShortTimeout { get; init; } = true;

    /// <summary>How ports begin to carry frames.</summary>
    public MuxControl Control { get; init; } = MuxControl.Independent;

    /// <summary>With fewer usable ports none is used, 1 to <see cref="PortsMax"/>; the partner is told, by standby.</summary>
    /// <remarks>Usable ports count, those beyond <see cref="MaxLinks"/> too.</remarks>
    public int MinLinks { get; init; } = 1;

    /// <summary>Ports beyond this many are on standby, 1 to <see cref="PortsMax"/>.</summary>
    public int MaxLinks { get; init; } = PortsMax;

    /// <summary>
    /// While no port has a partner that speaks, one port, that of the lowest identifier of those that heard nothing since their link
    /// came up, carries frames for a host that is not yet configured. Loops are found by the LACPDUs that come back, so not by a passive system.
    /// </summary>
    public bool HasFallback { get; init; }

    /// <summary>Which aggregator is used.</summary>
    public AggregatorChoice Choice { get; init; } = AggregatorChoice.Bandwidth;

    /// <summary>The longest that this system's collector holds a frame, in units of 10 µs; what it tells its partners.</summary>
    public ushort CollectorMaxDelay { get; init; }
}

/// <summary>What one port of the bundle has of its own.</summary>
public sealed record LacpPortOptions
{
    /// <summary>Its MAC address, source of its frames, 48 bits.</summary>
    public required ulong Address { get; init; }

    /// <summary>Its number in LACPDUs, 1 to 65,535, one of a kind in its system; null for its place among the ports, from 1.</summary>
    public ushort? Number { get; init; }

    /// <summary>The lower, the sooner the port is used.</summary>
    public ushort Priority { get; init; } = 32_768;

    /// <summary>May be aggregated; else individual, alone in its aggregator.</summary>
    public bool IsAggregatable { get; init; } = true;

    /// <summary>Another <see cref="LacpOptions.AdminKey"/> than the bundle's; null for the bundle's.</summary>
    public int? AdminKey { get; init; }
}
