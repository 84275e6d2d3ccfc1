using Trunkline.Core.Balancing;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation;

/// <summary>What was counted in a run until some time; two of them subtract.</summary>
internal sealed record RunCounts
{
    /// <summary>Packets for which there was no room.</summary>
    public long Drops { get; init; }

    /// <summary>Packets that links lost.</summary>
    public long Losses { get; init; }

    /// <summary>Packets marked.</summary>
    public long Marks { get; init; }

    /// <summary>Moves of buckets and flows, at every node and host that runs the technique under comparison.</summary>
    public MoveCounters Moves { get; init; }

    /// <summary>Segments sent again.</summary>
    public long Retransmissions { get; init; }

    /// <summary>Retransmission timeouts.</summary>
    public long Timeouts { get; init; }

    /// <summary>Retransmissions that proved needless, and were undone.</summary>
    public long SpuriousUndos { get; init; }

    /// <summary>TCP segments that arrived.</summary>
    public long Segments { get; init; }

    /// <summary>Datagrams that arrived.</summary>
    public long Datagrams { get; init; }

    /// <summary>How often TCP segments were handed up, after coalescing.</summary>
    public long ReceiveEvents { get; init; }

    /// <summary>Segments or datagrams that arrived after a later one of their flow, those sent again left out.</summary>
    public long OutOfOrder { get; init; }

    /// <summary>Over segments out of order: later ones that came before each, summed.</summary>
    public long ReorderDepthSum { get; init; }

    /// <summary>The most later ones that came before one: a maximum, which does not subtract.</summary>
    public long ReorderDepthMax { get; init; }

    /// <summary>Reads them off a run as it is now.</summary>
    public static RunCounts Of(Simulator simulator)
    {
        RunBooks books = simulator.Books;
        var live = new TransportTotals();
        foreach (Connection connection in simulator.Connections.Where(c => !c.IsFree))
        {
            live.Add(connection);
        }

        TransportTotals[] totals = [.. books.Finished, live];
        return new RunCounts
        {
            Drops = books.PacketsDropped,
            Losses = books.PacketsLost,
            Marks = simulator.Network.Ports.CountMarks(),
            Moves = totals.Aggregate(MovesOf(simulator.Network), (sum, t) => sum + t.Moves),
            Retransmissions = totals.Sum(t => t.Retransmissions),
            Timeouts = totals.Sum(t => t.Timeouts),
            SpuriousUndos = totals.Sum(t => t.SpuriousUndos),
            Segments = totals.Sum(t => t.SegmentsReceived),
            Datagrams = books.DatagramsDelivered,
            ReceiveEvents = totals.Sum(t => t.ReceiveEvents),
            OutOfOrder = totals.Sum(t => t.OutOfOrder),
            ReorderDepthSum = totals.Sum(t => t.ReorderDepthSum),
            ReorderDepthMax = totals.Max(t => t.ReorderDepthMax),
        };
    }

    /// <summary>What was counted since earlier; the maximum stays that of the whole run.</summary>
    public RunCounts Since(RunCounts earlier) => new()
    {
        Drops = Drops - earlier.Drops,
        Losses = Losses - earlier.Losses,
        Marks = Marks - earlier.Marks,
        Moves = Moves - earlier.Moves,
        Retransmissions = Retransmissions - earlier.Retransmissions,
        Timeouts = Timeouts - earlier.Timeouts,
        SpuriousUndos = SpuriousUndos - earlier.SpuriousUndos,
        Segments = Segments - earlier.Segments,
        Datagrams = Datagrams - earlier.Datagrams,
        ReceiveEvents = ReceiveEvents - earlier.ReceiveEvents,
        OutOfOrder = OutOfOrder - earlier.OutOfOrder,
        ReorderDepthSum = ReorderDepthSum - earlier.ReorderDepthSum,
        ReorderDepthMax = ReorderDepthMax,
    };

    private static MoveCounters MovesOf(Network network) =>
        network.Groups.Where(g => !g.IsOwn).Aggregate(network.Fabric?.Moves ?? default, (sum, g) => sum + g.Moves);
}
