using Trunkline.Core.Balancing;

namespace Trunkline.Simulation.Engine;

/// <summary>What became of every packet of a run, which must add up, and of the payload.</summary>
internal sealed class RunBooks
{
    /// <summary>Packets that hosts put into the network, and copies and pieces that were made in it.</summary>
    public long PacketsSent { get; set; }

    /// <summary>Packets that went on as copies or pieces, and pieces that went on in a whole.</summary>
    public long PacketsReplaced { get; set; }

    /// <summary>Packets that reached a host.</summary>
    public long PacketsDelivered { get; set; }

    /// <summary>Packets for which a queue had no room, or no link was usable.</summary>
    public long PacketsDropped { get; set; }

    /// <summary>Packets that links lost.</summary>
    public long PacketsLost { get; set; }

    /// <summary>Datagrams sent.</summary>
    public long DatagramsSent { get; set; }

    /// <summary>Datagrams that arrived.</summary>
    public long DatagramsDelivered { get; set; }

    /// <summary>Payload handed to applications, by traffic.</summary>
    public long[] DeliveredBytes { get; private set; } = [];

    /// <summary>TCP statistics of connections that are over, by traffic.</summary>
    public TransportTotals[] Finished { get; private set; } = [];

    /// <summary>Flows and requests that ended.</summary>
    public List<FlowRecord> Flows { get; } = [];

    /// <summary>Flows and requests that have not ended.</summary>
    public long OpenFlows { get; private set; }

    /// <summary>A flow or request that is to end began.</summary>
    public void OnOpened() => OpenFlows++;

    /// <summary>Begins with nothing.</summary>
    public void Start(int traffics)
    {
        DeliveredBytes = new long[traffics];
        Finished = [.. Enumerable.Range(0, traffics).Select(_ => new TransportTotals())];
    }

    /// <summary>A flow or request ended.</summary>
    public void OnEnded(in FlowRecord flow)
    {
        Flows.Add(flow);
        OpenFlows--;
    }

    /// <summary>Adds what a connection did, before another flow gets its number.</summary>
    public void OnRecycled(Connection connection) => Finished[connection.Traffic].Add(connection);

    /// <summary>Whether every packet that was sent is delivered, dropped, lost, replaced or under way.</summary>
    /// <exception cref="InvalidOperationException">One is missing, or one too many.</exception>
    public void Check(long underWay)
    {
        long ended = PacketsDelivered + PacketsDropped + PacketsLost + PacketsReplaced;
        if (PacketsSent != ended + underWay)
        {
            throw new InvalidOperationException(
                $"the books do not balance: {PacketsSent} packets sent, {PacketsDelivered} delivered, {PacketsDropped} dropped, "
                + $"{PacketsLost} lost, {PacketsReplaced} replaced, {underWay} under way");
        }
    }
}

/// <summary>Sums of what connections did.</summary>
internal sealed class TransportTotals
{
    /// <summary>Segments sent again.</summary>
    public long Retransmissions { get; private set; }

    /// <summary>Retransmission timeouts.</summary>
    public long Timeouts { get; private set; }

    /// <summary>Retransmissions that proved needless, and were undone.</summary>
    public long SpuriousUndos { get; private set; }

    /// <summary>Segments that arrived.</summary>
    public long SegmentsReceived { get; private set; }

    /// <summary>How often something was handed up, after coalescing.</summary>
    public long ReceiveEvents { get; private set; }

    /// <summary>Segments or datagrams that arrived after a later one of their flow, those sent again left out.</summary>
    public long OutOfOrder { get; private set; }

    /// <summary>Over segments out of order: later ones that came before each, summed.</summary>
    public long ReorderDepthSum { get; private set; }

    /// <summary>The most later ones that came before one.</summary>
    public long ReorderDepthMax { get; private set; }

    /// <summary>Changes of path that senders chose.</summary>
    public MoveCounters Moves { get; private set; }

    /// <summary>Adds what a connection did so far.</summary>
    public void Add(Connection connection)
    {
        OutOfOrder += connection.DatagramsLate;
        Moves += (connection.Selector?.Moves ?? default) + (connection.Sessions?.Moves ?? default);
        if (connection.Options is null)
        {
            return;
        }

        Retransmissions += connection.Sender.Retransmissions;
        Timeouts += connection.Sender.Timeouts;
        SpuriousUndos += connection.Sender.SpuriousUndos;
        SegmentsReceived += connection.Receiver.SegmentsReceived;
        ReceiveEvents += connection.Receiver.ReceiveEvents;
        OutOfOrder += connection.Receiver.OutOfOrder;
        ReorderDepthSum += connection.Receiver.ReorderDepthSum;
        ReorderDepthMax = Math.Max(ReorderDepthMax, connection.Receiver.ReorderDepthMax);
    }
}
