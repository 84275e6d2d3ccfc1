using System.Net;
using Trunkline.Core.Units;

namespace Trunkline.Scenarios.Model;

/// <summary>What a file says about one end of a stripe.</summary>
public sealed record StripeFile
{
    /// <summary>Whether it is the serving end.</summary>
    public required bool IsServe { get; init; }

    /// <summary>Where sessions come in; of the serving end.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>Services by name: targets on the serving end, listening addresses on the connecting one.</summary>
    public required IReadOnlyList<(string Name, IPEndPoint Address)> Services { get; init; }

    /// <summary>The serving end's addresses; of the connecting end.</summary>
    public required IReadOnlyList<IPEndPoint> Servers { get; init; }

    /// <summary>Addresses or devices to leave by, one for each server or none.</summary>
    public required IReadOnlyList<string> From { get; init; }

    /// <summary>Sessions; null for as many as usual.</summary>
    public required int? Sessions { get; init; }

    /// <summary>This end's key file; null for none.</summary>
    public required string? Key { get; init; }

    /// <summary>The file with all ends' certificates; null for none.</summary>
    public required string? Pairing { get; init; }

    /// <summary>Whether everything goes in the clear.</summary>
    public required bool IsInsecure { get; init; }

    /// <summary>How long connections outlive the last path.</summary>
    public required Interval Hold { get; init; }

    /// <summary>Most of a connection's data that waits for its reader.</summary>
    public required long WindowBytes { get; init; }

    /// <summary>The same for all connections together.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The socket for <c>show</c>; null for none.</summary>
    public required string? Control { get; init; }

    /// <summary>Where metrics are; null for nowhere.</summary>
    public required IPEndPoint? Metrics { get; init; }
}
