using System.Runtime.InteropServices;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>One way of a TCP connection, or a stream of datagrams: who sends to whom, and what became of it.</summary>
/// <remarks>Kept and used again for another flow once its last packet has left the network.</remarks>
internal sealed class Connection(int flow, TransportPool pool)
{
    /// <summary>Its number: <see cref="Packet.Flow"/>.</summary>
    public int Flow { get; } = flow;

    /// <summary>The sending end; not used by datagrams.</summary>
    public TcpSender Sender { get; } = new(pool);

    /// <summary>The receiving end; not used by datagrams.</summary>
    public TcpReceiver Receiver { get; } = new(pool);

    /// <summary>How its TCP works; null for datagrams.</summary>
    public FlowOptions? Options;

    /// <summary>The host that sends.</summary>
    public int Source;

    /// <summary>The host that receives.</summary>
    public int Destination;

    /// <summary>Priority class.</summary>
    public byte Class;

    /// <summary>Chooses the path of what it sends; null to leave that to <see cref="Label"/>.</summary>
    public PathSelector? Selector;

    /// <summary>The label of the packets from its source to its destination.</summary>
    public PathLabel Label;

    /// <summary>The label of the packets back.</summary>
    public PathLabel BackLabel;

    /// <summary>The sessions that it is made of; null for none. With them it has no packets itself, and its two ends are not used.</summary>
    public SessionGroup? Sessions;

    /// <summary>Of a session: the sessions that it is one of; null once it was given up.</summary>
    public SessionGroup? Group;

    /// <summary>Of a session: which; −1 for no session.</summary>
    public int Session = -1;

    /// <summary>Index of the traffic that it is of.</summary>
    public int Traffic;

    /// <summary>Told of what it delivers.</summary>
    public TrafficSource Owner = null!;

    /// <summary>What the owner keeps with it.</summary>
    public int Tag;

    /// <summary>When it was opened.</summary>
    public long StartPs;

    /// <summary>When it had delivered all that its owner was to be told of; never before.</summary>
    public long EndPs = SimTime.NeverPs;

    /// <summary>Payload handed to the receiving application so far.</summary>
    public long DeliveredBytes;

    /// <summary>Payload handed over before the warm-up ended.</summary>
    public long WarmBytes;

    /// <summary>The owner is told when so much was delivered.</summary>
    public long NotifyAtBytes = long.MaxValue;

    /// <summary>Packets of it that are in the network.</summary>
    public int UnderWay;

    /// <summary>Packets of it that came into the network.</summary>
    public long PacketsSent;

    /// <summary>Packets of it that were dropped or lost.</summary>
    public long PacketsLost;

    /// <summary>Packets of it that went on as copies or pieces, or in a whole.</summary>
    public long PacketsReplaced;

    /// <summary>When the sender's timer runs out that stands in the queue; never for none.</summary>
    public long SenderArmedPs = SimTime.NeverPs;

    /// <summary>The same of the receiver's.</summary>
    public long ReceiverArmedPs = SimTime.NeverPs;

    /// <summary>The port that its last segment took.</summary>
    public int LastPort = -1;

    /// <summary>Most bytes before that port while it still sends (TCP small queues); 0 for no bound.</summary>
    public long NicBytesMax;

    /// <summary>Whether it waits for that port.</summary>
    public bool IsHeldBack;

    /// <summary>Whether its owner needs it no longer.</summary>
    public bool IsClosed;

    /// <summary>Whether it is of no flow now.</summary>
    public bool IsFree;

    /// <summary>Of datagrams: how many were sent.</summary>
    public int DatagramsSent;

    /// <summary>Hosts that receive it: more than one of multicast.</summary>
    public int Receivers = 1;

    /// <summary>Of datagrams: payload counted as delivered, which of multicast all receivers have.</summary>
    public long CountedBytes;

    /// <summary>Of datagrams: those that arrived after a later one at the same host.</summary>
    public long DatagramsLate;

    private readonly Dictionary<int, int> _seenByOthers = [];
    private int _seen;

    /// <summary>The application has more to send.</summary>
    /// <param name="bytes">At least 0; <see cref="TcpSender.Endless"/> for ever.</param>
    public void Append(long bytes)
    {
        if (Sessions is { } sessions)
        {
            sessions.Append(bytes);
        }
        else
        {
            Sender.Append(bytes);
        }
    }

    /// <summary>Nothing more will be appended.</summary>
    public void Close()
    {
        if (Sessions is { } sessions)
        {
            sessions.IsClosed = true;
        }
        else
        {
            Sender.Close();
        }
    }

    /// <summary>Of datagrams: the highest that arrived at a host, plus one.</summary>
    public ref int SeenBy(int host)
    {
        if (Receivers == 1)
        {
            return ref _seen;
        }

        return ref CollectionsMarshal.GetValueRefOrAddDefault(_seenByOthers, host, out _);
    }

    /// <summary>Forgets which datagrams arrived.</summary>
    public void ForgetSeen()
    {
        _seen = 0;
        _seenByOthers.Clear();
    }
}
