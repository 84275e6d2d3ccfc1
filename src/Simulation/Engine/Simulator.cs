using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Lacp;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Techniques;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>One run: packets go from host to host over ports, chosen by what balances each group of them. One thread.</summary>
/// <remarks>
/// Two things happen: a packet arrives at the far end of its link, or a timer runs out. Of both at one instant timers come first,
/// then ports by number; so a run is the same to the byte wherever it runs. Leaves out: time inside switches and hosts, and what
/// Ethernet does below frames (errors are drawn per frame).
/// </remarks>
internal sealed class Simulator
{
    /// <summary>IP and UDP headers of a datagram.</summary>
    public const int DatagramHeaderBytes = 28;

    // A timer's id: its kind in the low bits, above it the number of what it is of.
    private const int KindBits = 4;
    private const int SourceBits = 8;

    private readonly Network _network;
    private readonly PortTable _ports;
    private readonly TimerQueue _timers = new();
    private readonly FlowHashes _hashes;
    private readonly List<Connection> _connections = [];
    private readonly Stack<Connection> _free = [];
    private readonly SackPool _sacks = new();
    private readonly TransportPool _transport = new();
    private readonly NicQueue?[] _nics;
    private readonly int _hostCount;
    private readonly Scenario _scenario;
    private readonly FabricTechnique? _fabric;
    private readonly LacpAgent? _lacp;
    private readonly Connection? _control;
    private readonly List<int> _changed = [];
    private TrafficSource[] _sources = [];
    private Action<int>? _onEvent;
    private long _nowPs;
    private long _fabricArmedPs = SimTime.NeverPs;
    private long _lacpArmedPs = SimTime.NeverPs;
    private long _flowsOpened;

    /// <summary>Sets up a run over a network that no other run uses.</summary>
    public Simulator(Network network)
    {
        _network = network;
        _ports = network.Ports;
        _hashes = network.Hashes;
        _hostCount = network.Topology.HostCount;
        _scenario = network.Topology.Scenario;
        _nics = new NicQueue?[_ports.Count];
        _fabric = network.Fabric;
        _lacp = network.Lacp;
        if (_fabric is not null || _lacp is not null)
        {
            // Probes and LACPDUs are packets like others, of a stream that nobody owns.
            _connections.Add(_control = new Connection(0, _transport));
            _hashes.SetAddress(0, default);
        }
    }

    private enum TimerKind
    {
        Sender,
        Receiver,
        Group,
        Source,
        Nic,
        Event,
        Rebase,
        Departure,
        Stripe,
        Fabric,
        Lacp,
        Sessions,
    }

    /// <summary>The time.</summary>
    public long NowPs => _nowPs;

    /// <summary>The network.</summary>
    public Network Network => _network;

    /// <summary>Every connection, in the order of their numbers; some are of flows that ended.</summary>
    public IReadOnlyList<Connection> Connections => _connections;

    /// <summary>What became of packets and flows.</summary>
    public RunBooks Books { get; } = new();

    /// <summary>Begins: balancers are told, sources start.</summary>
    /// <param name="sources">One for each sort of traffic.</param>
    /// <param name="onEvent">Called for what was asked of <see cref="ScheduleEvent"/>.</param>
    public void Start(TrafficSource[] sources, Action<int> onEvent)
    {
        _sources = sources;
        _onEvent = onEvent;
        Books.Start(sources.Length);
        AddTimer(EventTree.HorizonPs / 2, TimerKind.Rebase, 0);
        for (int group = 0; group < _network.Groups.Count; group++)
        {
            StartGroup(group);
        }

        ArmFabric();
        ArmLacp();
        foreach (TrafficSource source in sources)
        {
            source.OnStart();
        }
    }

    /// <summary>Runs up to an instant, that included.</summary>
    /// <param name="endPs">The instant.</param>
    /// <param name="isStopped">Looked at now and then; a true one ends the run before.</param>
    /// <returns>Whether the instant was reached.</returns>
    public bool RunTo(long endPs, ref bool isStopped)
    {
        const int LookEvery = 1 << 16;
        int left = LookEvery;
        while (true)
        {
            long timerPs = _timers.NextPs;
            long packetPs = _ports.NextPs;
            if (timerPs <= packetPs)
            {
                if (timerPs > endPs)
                {
                    break;
                }

                _nowPs = timerPs;
                OnTimer(_timers.Take());
            }
            else
            {
                if (packetPs > endPs)
                {
                    break;
                }

                _nowPs = packetPs;
                if (_ports.TryTakeNext(out int port, out Packet packet))
                {
                    Arrive(port, ref packet);
                }
                else
                {
                    Lose(in packet);
                }
            }

            if (--left == 0)
            {
                left = LookEvery;
                if (Volatile.Read(ref isStopped))
                {
                    return false;
                }
            }
        }

        _nowPs = endPs;
        return true;
    }

    // --- For sources ---

    /// <summary>Opens a connection, which sends nothing yet.</summary>
    public Connection Open(TrafficSource owner, int source, int destination, in FlowAddress address, FlowOptions options, bool isEstablished)
    {
        Connection connection = Take(owner, source, destination, in address);
        HostTechnique? technique = _network.TechniqueOf(source);
        options = technique is { IsPacing: true } ? options.Paced(technique.PacedBurst.Bytes) : options;
        SetOptions(connection, options, isEstablished, congestionControl: null);
        if (technique is not null)
        {
            FlowSite site = SiteOf(connection);
            connection.Selector = technique.Open(in site);

            // Storage hands its requests to sessions itself, since it knows where each ends.
            SessionPlan? plan = technique.Divide(in site);
            connection.Sessions = plan is null || (plan.Use != SessionUse.Stream && owner.Use == FlowUse.Storage)
                ? null
                : SessionGroup.Create(connection, plan, address, site.Seed);
        }

        return connection;
    }

    /// <summary>How a connection just opened is made of sessions that its source opens and serves itself; null for not at all.</summary>
    public SessionPlan? PlanOf(Connection connection) =>
        connection.Sessions is null ? _network.TechniqueOf(connection.Source)?.Divide(SiteOf(connection)) : null;

    /// <summary>Opens a stream of datagrams.</summary>
    public Connection OpenDatagrams(TrafficSource owner, int source, int destination, in FlowAddress address)
    {
        Connection connection = Take(owner, source, destination, in address);
        connection.Options = null;
        return connection;
    }

    /// <summary>Sends what a connection may send now: to be called after its sender was given more.</summary>
    public void Pump(Connection connection)
    {
        if (connection.Sessions is { } sessions)
        {
            OpenSessions(sessions);
            Feed(sessions);
            return;
        }

        SendAll(connection);
        if (connection.Group is { } group)
        {
            Feed(group);
        }
    }

    private void SendAll(Connection connection)
    {
        TcpSender sender = connection.Sender;
        if (connection.Selector is { } selector && selector.ResumesAt > SimTime.ToTimestamp(_nowPs))
        {
            Arm(connection, SimTime.ToPs(selector.ResumesAt));
            return;
        }

        bool isBounded = connection.NicBytesMax > 0;
        while (!(isBounded && IsHeldBack(connection)) && sender.TrySend(_nowPs, out TcpSegment segment))
        {
            Send(connection, in segment);
            if (connection.Selector is { } pausing && pausing.ResumesAt > SimTime.ToTimestamp(_nowPs))
            {
                Arm(connection, SimTime.ToPs(pausing.ResumesAt));
                return;
            }
        }

        Arm(connection, sender.NextDeadlinePs);
    }

    /// <summary>Says that the owner is done with a connection; it is used again once nothing of it is under way.</summary>
    /// <remarks>
    /// One that opened with a handshake closes: the sender's FIN was in its last segment, the receiver's follows, and is answered.
    /// Neither is sent again when it is lost.
    /// </remarks>
    public void Release(Connection connection)
    {
        connection.IsClosed = true;
        connection.Selector?.OnEnd(SimTime.ToTimestamp(_nowPs));
        if (connection.Sessions is { } sessions)
        {
            for (int i = 0; i < sessions.Opened; i++)
            {
                ReleaseSession(sessions, sessions.Sessions[i]);
            }
        }
        else if (connection.Options is { HasHandshake: true } && connection.Sender.IsEstablished)
        {
            SendClosing(connection, isBack: true);
        }

        RecycleIfOver(connection);
    }

    /// <summary>Sends a datagram.</summary>
    /// <param name="connection">Its stream.</param>
    /// <param name="destination">The host, or the tree of a multicast.</param>
    /// <param name="bytes">Payload.</param>
    /// <param name="wireBytes">All that it occupies the wire with; 0 for payload, IP and UDP headers and the frame around them.</param>
    /// <param name="flags">Whether it is multicast.</param>
    public void SendDatagram(Connection connection, int destination, int bytes, int wireBytes = 0, PacketFlags flags = PacketFlags.None)
    {
        var packet = new Packet
        {
            StampPs = _nowPs,
            Flow = connection.Flow,
            Index = connection.DatagramsSent++,
            Bytes = (ushort)bytes,
            WireBytes = (ushort)(wireBytes > 0 ? wireBytes : WireBytes(bytes + DatagramHeaderBytes)),
            Destination = (ushort)destination,
            Flags = PacketFlags.Datagram | flags,
            Class = connection.Class,
        };
        Books.DatagramsSent++;
        Enter(connection.Source, connection, ref packet);
    }

    /// <summary>Asks for <see cref="TrafficSource.OnTimer"/>.</summary>
    /// <param name="source">The source.</param>
    /// <param name="ps">When.</param>
    /// <param name="tag">Comes back; 0 to 2²⁰ − 1.</param>
    public void Schedule(TrafficSource source, long ps, int tag = 0) =>
        AddTimer(ps, TimerKind.Source, (tag << SourceBits) | source.Traffic);

    /// <summary>Asks for a call of what <see cref="Start"/> was given.</summary>
    public void ScheduleEvent(long ps, int number) => AddTimer(ps, TimerKind.Event, number);

    /// <summary>Takes note that a port sends faster or slower now, or has its carrier back.</summary>
    public void OnPortChange(int port) => ArmDeparture(port);

    /// <summary>Tells a group that its links changed, and runs its timer.</summary>
    public void OnLinkChange(int group)
    {
        LinkGroup changed = _network.Groups[group];
        if (changed.Stripe is { } stripe)
        {
            stripe.OnLinkChange(_nowPs);
            ArmStripe(stripe);
            return;
        }

        changed.Balancer.OnLinkChange(SimTime.ToTimestamp(_nowPs));
        ArmGroup(group);
    }

    /// <summary>Begins with a group that was made while the run went on.</summary>
    public void StartGroup(int group)
    {
        LinkGroup begun = _network.Groups[group];
        begun.ArmedPs = SimTime.NeverPs;
        if (begun.Stripe is { } stripe)
        {
            (stripe.Simulator, stripe.Group) = (this, group);
            return;
        }

        if (begun.Balancer.NextDeadline == Timestamp.MinValue)
        {
            begun.Balancer.OnDeadline(SimTime.ToTimestamp(_nowPs));
        }

        ArmGroup(group);
    }

    /// <summary>An end took note of its link's carrier, or of its speed.</summary>
    /// <param name="port">The port.</param>
    /// <param name="isUp">Whether it has a carrier; null for as before.</param>
    /// <param name="rate">Its speed; null for as before.</param>
    public void OnNotice(int port, bool? isUp, BitRate? rate)
    {
        if (isUp is { } hasCarrier)
        {
            _network.NoteCarrier(port, hasCarrier, _changed);
        }

        if (rate is { } speed)
        {
            _network.NoteRate(port, speed, _changed);
        }

        _lacp?.OnLink(port, isUp ?? (_ports[port].Traits & PortTraits.Down) == 0, rate ?? RateOf(port), _nowPs);
    }

    private BitRate RateOf(int port) => new(8 * SimTime.SecondPs / _ports[port].PsPerByte);

    /// <summary>Has all who balance over links that changed take note of that.</summary>
    /// <param name="mayReroute">Whether links went or came.</param>
    public void OnNoticed(bool mayReroute)
    {
        if (mayReroute)
        {
            for (int group = _network.Reroute(); group < _network.Groups.Count; group++)
            {
                StartGroup(group);
            }
        }

        foreach (int group in _changed.Distinct().ToArray())
        {
            OnLinkChange(group);
        }

        // Routes may have changed for links that are in no group.
        _fabric?.OnLinkChange(SimTime.ToTimestamp(_nowPs));
        ArmFabric();
        _changed.Clear();
        ArmLacp();
    }

    /// <summary>The blocks of a selective acknowledgement that is under way.</summary>
    /// <param name="place"><see cref="Packet.Sack"/>, not 0.</param>
    public TcpAck PeekSack(int place)
    {
        var ack = default(TcpAck);
        _sacks.Peek(place, ref ack);
        return ack;
    }

    /// <summary>A packet was lost where the simulator does not see it: with a link that lost its carrier.</summary>
    public void OnLost(Packet packet) => Lose(in packet);

    // --- For stripes ---

    /// <summary>Bytes on the wire beside an IP packet.</summary>
    public int FrameOverheadBytes => _scenario.FrameOverheadBytes;

    /// <summary>All that an IP packet occupies a wire with.</summary>
    public int WireBytes(int packetBytes) => (int)_scenario.WireBytes(packetBytes);

    /// <summary>A packet is in the node at the far end of a port's link, and goes on from there.</summary>
    public void HandOn(int port, ref Packet packet)
    {
        int node = _ports[port].To;
        if (node >= _hostCount)
        {
            Forward(node, ref packet);
        }
        else
        {
            Deliver(node, ref packet);
        }
    }

    /// <summary>Hands a packet to a port.</summary>
    /// <returns>False when it found no room, which is the caller's to tell.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TrySend(int port, in Packet packet)
    {
        bool isTaken = _ports.TrySend(port, in packet, _nowPs);
        if ((_ports[port].Traits & PortTraits.Scheduled) != 0)
        {
            ArmDeparture(port);
        }

        return isTaken;
    }

    /// <summary>Tells a bundle that one of its links took a frame.</summary>
    public void NoteSent(Bundle bundle, LinkId link, int port, int wireBytes)
    {
        bundle.OnSent(link, wireBytes, SimTime.ToTimestamp(_nowPs));
        _network.SyncQueue(bundle, link, port);
    }

    /// <summary>A packet was dropped.</summary>
    public void Drop(in Packet packet)
    {
        Books.PacketsDropped++;
        Forget(in packet);
    }

    /// <summary>A packet came to be inside the network: a copy, or a piece of another.</summary>
    public void NoteCopy(in Packet packet) => CountIn(_connections[packet.Flow]);

    /// <summary>A packet goes on as copies or as pieces, or as part of the packet that it was a piece of.</summary>
    public void NoteReplaced(in Packet packet)
    {
        _connections[packet.Flow].UnderWay--;
        _connections[packet.Flow].PacketsReplaced++;
        Books.PacketsReplaced++;
        RecycleIfOver(_connections[packet.Flow]);
    }

    // --- Packets ---

    private void Arrive(int port, ref Packet packet)
    {
        PortTraits traits = _ports[port].Traits & (PortTraits.Striped | PortTraits.Watched);
        if (traits == PortTraits.None)
        {
            HandOn(port, ref packet);
        }
        else if ((traits & PortTraits.Watched) != 0 && packet.Index <= Packet.ProbeIndex)
        {
            OnControl(port, in packet);
        }
        else if (_lacp is not null && !_lacp.IsCollected(port))
        {
            // The far end does not look at it.
            Lose(in packet);
        }
        else
        {
            if ((traits & PortTraits.Watched) != 0)
            {
                _fabric?.OnArrival(OfFabric(in packet, hash: 0), port, ref packet.Tag, SimTime.ToTimestamp(_nowPs));
            }

            if ((traits & PortTraits.Striped) == 0)
            {
                HandOn(port, ref packet);
                return;
            }

            Stripe stripe = _network.StripeOf(port);
            stripe.OnArrival(port, ref packet, _nowPs);
            ArmStripe(stripe);
        }
    }

    /// <summary>Sends a packet on from a node.</summary>
    /// <returns>The port that it took; −1 for several or none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Forward(int node, ref Packet packet)
    {
        if (packet.Is(PacketFlags.Multicast))
        {
            Copy(node, ref packet);
            return -1;
        }

        return SendBy(_network.ChoiceOf(node, packet.Destination), ref packet);
    }

    /// <summary>Sends a packet through a port, or through that which a group chooses.</summary>
    /// <returns>The port; −1 when there was none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SendBy(int choice, ref Packet packet)
    {
        if (choice < 0)
        {
            return SendByGroup(choice, ref packet);
        }

        if (!TrySend(choice, in packet))
        {
            Drop(in packet);
        }

        return choice;
    }

    private int SendByGroup(int choice, ref Packet packet)
    {
        if (choice == Network.NoRoute)
        {
            Drop(in packet);
            return -1;
        }

        LinkGroup group = _network.Groups[~choice];
        if (group.Stripe is { } stripe)
        {
            int taken = stripe.Send(ref packet, _nowPs);
            ArmStripe(stripe);
            return taken;
        }

        LinkId link = Pick(group, ~choice, ref packet);
        int port = link.IsNone ? -1 : group.Ports[link.Index];
        if (port < 0 || !TrySend(port, in packet))
        {
            Drop(in packet);
            return port;
        }

        NoteSent(group.Bundle, link, port, packet.WireBytes);
        if (group.IsOfOrder && (_ports[port].Traits & PortTraits.Scheduled) == 0)
        {
            KeepOrder(group, port);
        }

        return port;
    }

    private LinkId Pick(LinkGroup group, int number, ref Packet packet)
    {
        if (group.IsShared)
        {
            _network.SyncQueues(group, _nowPs);
        }

        uint hash = packet.Is(PacketFlags.Multicast)
            ? _hashes.OfCopy(group.Policy, packet.Flow, number)
            : _hashes.Get(group.Policy, packet.Flow, packet.Is(PacketFlags.Ack));
        var label = new PathLabel(packet.Label);
        if (group.OfFabric is { } links && !packet.Is(PacketFlags.Multicast))
        {
            int picked = _fabric!.Pick(OfFabric(in packet, label.Mix(hash)), links, ref packet.Tag, SimTime.ToTimestamp(_nowPs));
            if (picked != FabricTechnique.ByGroup)
            {
                return new LinkId(picked);
            }
        }

        if (label.IsPath && group.Bundle.UsableMask is var usable and not 0)
        {
            LinkId link = label.LinkOf(usable, out PathLabel rest);
            packet.Label = rest.Value;
            return link;
        }

        return group.Balancer.Pick(label.Mix(hash), packet.WireBytes, SimTime.ToTimestamp(_nowPs));
    }

    private FabricPacket OfFabric(in Packet packet, uint hash)
    {
        Connection connection = _connections[packet.Flow];
        bool isBack = packet.Is(PacketFlags.Ack);
        return new FabricPacket(
            (packet.Flow << 1) | (isBack ? 1 : 0),
            hash,
            isBack ? connection.Destination : connection.Source,
            isBack ? connection.Source : connection.Destination,
            packet.WireBytes,
            packet.Class);
    }

    private void OnControl(int port, in Packet packet)
    {
        _control!.UnderWay--;
        Books.PacketsDelivered++;
        if (packet.Index == Packet.LacpduIndex)
        {
            _lacp!.OnArrival(port, in packet, _nowPs);
            ArmLacp();
            return;
        }

        _fabric!.OnProbe(port, new FabricProbe(port, packet.WireBytes, (int)packet.StampPs, packet.Offset), SimTime.ToTimestamp(_nowPs));
        ArmFabric();
    }

    /// <summary>Sends the probes that the fabric's technique has ready, and sets its timer.</summary>
    private void ArmFabric()
    {
        if (_fabric is null)
        {
            return;
        }

        while (_fabric.TryProbe(out FabricProbe probe))
        {
            SendControl(probe.Port, Packet.ProbeIndex, probe.Bytes, probe.Word, probe.Value);
        }

        long deadlinePs = SimTime.ToPs(_fabric.NextDeadline);
        if (deadlinePs < _fabricArmedPs)
        {
            _fabricArmedPs = Math.Max(_nowPs, deadlinePs);
            AddTimer(_fabricArmedPs, TimerKind.Fabric, 0);
        }
    }

    private void SendControl(int port, int index, int bytes, int word, uint value)
    {
        var packet = new Packet
        {
            Flow = _control!.Flow,
            Index = index,
            StampPs = word,
            Offset = value,
            WireBytes = (ushort)bytes,
            Flags = PacketFlags.Datagram,
        };
        CountIn(_control);
        if (!TrySend(port, in packet))
        {
            Drop(in packet);
        }
    }

    /// <summary>Does what LACP decided, sends what it has to say, and sets its timer.</summary>
    private void ArmLacp()
    {
        if (_lacp is null)
        {
            return;
        }

        while (_lacp.TrySend(out int port, out uint frame))
        {
            SendControl(port, Packet.LacpduIndex, WireBytes(SlowFrame.PduLength), word: 0, frame);
        }

        bool isChanged = false;
        while (_lacp.TryChange(out int port))
        {
            isChanged = true;
            _network.NoteAgreed(port, _lacp.IsDistributing(port), _changed);
        }

        if (isChanged)
        {
            OnNoticed(mayReroute: true);
        }

        long deadlinePs = _lacp.NextDeadlinePs;
        if (deadlinePs < _lacpArmedPs)
        {
            _lacpArmedPs = Math.Max(_nowPs, deadlinePs);
            AddTimer(_lacpArmedPs, TimerKind.Lacp, 0);
        }
    }

    private void OnLacpTimer()
    {
        if (_lacpArmedPs == _nowPs)
        {
            _lacpArmedPs = SimTime.NeverPs;
            _lacp!.OnTime(_nowPs);
            ArmLacp();
        }
    }

    private void OnFabricTimer()
    {
        if (_fabricArmedPs == _nowPs)
        {
            _fabricArmedPs = SimTime.NeverPs;
            if (_fabric!.NextDeadline <= SimTime.ToTimestamp(_nowPs))
            {
                _fabric.OnDeadline(SimTime.ToTimestamp(_nowPs));
            }

            ArmFabric();
        }
    }

    /// <summary>Frames that leave one after the other over several links, and arrive at one instant, arrive in their order: by a picosecond.</summary>
    private void KeepOrder(LinkGroup group, int port)
    {
        long arrivalPs = _ports.LastArrivalPs(port);
        if (arrivalPs == group.TiePs)
        {
            _ports.PostponeLast(port, arrivalPs + ++group.Ties);
        }
        else
        {
            (group.TiePs, group.Ties) = (arrivalPs, 0);
        }
    }

    private void Copy(int node, ref Packet packet)
    {
        foreach (TreeCopy way in _network.CopiesOf(packet.Destination, node))
        {
            Packet copy = packet;
            copy.Destination = (ushort)way.Tree;
            NoteCopy(in copy);
            SendBy(way.Choice, ref copy);
        }

        NoteReplaced(in packet);
    }

    private int Enter(int host, Connection connection, ref Packet packet)
    {
        CountIn(connection);
        return Forward(host, ref packet);
    }

    private void CountIn(Connection connection)
    {
        connection.UnderWay++;
        connection.PacketsSent++;
        Books.PacketsSent++;
    }

    private void Send(Connection connection, in TcpSegment segment)
    {
        FlowOptions options = connection.Options!;
        if (connection.Selector is { } selector)
        {
            Select(connection, selector, in segment);
        }

        var packet = new Packet
        {
            StampPs = segment.StampPs,
            Flow = connection.Flow,
            Index = segment.Index,
            Offset = segment.Offset,
            Bytes = (ushort)segment.Bytes,
            WireBytes = (ushort)WireBytes(segment.Bytes + options.HeaderBytes),
            Destination = (ushort)connection.Destination,
            Flags = (segment.IsRetransmission ? PacketFlags.Retransmission : PacketFlags.None)
                | (IsPushed(connection, in segment) ? PacketFlags.Push : PacketFlags.None)
                | (options.Tcp.IsEcn ? PacketFlags.EcnCapable : PacketFlags.None),
            Class = connection.Class,
            Label = connection.Label.Value,
        };
        connection.LastPort = Enter(connection.Source, connection, ref packet);
    }

    // The last segment that a session has is not the last while the connection has more for it.
    private static bool IsPushed(Connection connection, in TcpSegment segment) =>
        segment.IsPushed && (segment.Index < 0 || connection.Group is not { HasReady: true });

    private void Select(Connection connection, PathSelector selector, in TcpSegment segment)
    {
        TcpSender sender = connection.Sender;
        long offset = sender.BytesAcked + (uint)(segment.Offset - (uint)sender.BytesAcked);

        // The sender counts the segment already.
        selector.OnSend(
            new PathSegment(offset, segment.Bytes, segment.IsRetransmission, Math.Max(0, sender.InFlight - 1)), SimTime.ToTimestamp(_nowPs));
        connection.Label = selector.Label;
        connection.Class = (byte)(selector.PriorityClass ?? connection.Class);
    }

    private void Deliver(int host, ref Packet packet)
    {
        Connection connection = _connections[packet.Flow];
        connection.UnderWay--;
        Books.PacketsDelivered++;
        if (packet.Is(PacketFlags.Datagram))
        {
            OnDatagram(connection, host, ref packet);
        }
        else if (packet.Index == Packet.ClosingIndex)
        {
            if (packet.Is(PacketFlags.Ack))
            {
                SendClosing(connection, isBack: false);
            }
        }
        else if (packet.Is(PacketFlags.Ack))
        {
            OnAck(connection, ref packet);
        }
        else
        {
            OnSegment(connection, ref packet);
        }

        RecycleIfOver(connection);
    }

    private void SendClosing(Connection connection, bool isBack)
    {
        var packet = new Packet
        {
            StampPs = _nowPs,
            Flow = connection.Flow,
            Index = Packet.ClosingIndex,
            Offset = connection.Sender.EndOffset ?? 0,
            WireBytes = (ushort)WireBytes(connection.Options!.HeaderBytes),
            Destination = (ushort)(isBack ? connection.Source : connection.Destination),
            Flags = isBack ? PacketFlags.Ack : PacketFlags.None,
            Class = connection.Class,
        };
        Enter(isBack ? connection.Destination : connection.Source, connection, ref packet);
    }

    private void OnSegment(Connection connection, ref Packet packet)
    {
        var segment = new TcpSegment
        {
            Index = packet.Index,
            Bytes = packet.Bytes,
            Offset = packet.Offset,
            StampPs = packet.StampPs,
            IsRetransmission = packet.Is(PacketFlags.Retransmission),
            IsPushed = packet.Is(PacketFlags.Push),
        };
        connection.Receiver.OnSegment(in segment, packet.Is(PacketFlags.Marked), _nowPs);
        Answer(connection);
    }

    /// <summary>Sends the acknowledgements that a receiver has ready, and tells the owner of what was delivered.</summary>
    private void Answer(Connection connection)
    {
        TcpReceiver receiver = connection.Receiver;
        SessionGroup? group = connection.Group;
        long newBytes = receiver.DeliveredBytes == connection.DeliveredBytes ? 0
            : connection.Session < 0 ? receiver.DeliveredBytes - connection.DeliveredBytes
            : group?.OnDelivered(connection) ?? 0;
        bool hasAnswered = false;
        while (receiver.TryAck(out TcpAck ack))
        {
            hasAnswered = true;
            var packet = new Packet
            {
                StampPs = ack.EchoPs,
                Flow = connection.Flow,
                Index = ack.Next,
                Offset = ack.NextOffset,
                Sack = ack.SackCount == 0 ? 0 : _sacks.Keep(in ack),
                WireBytes = (ushort)WireBytes(connection.Options!.HeaderBytes),
                Destination = (ushort)connection.Source,
                Flags = PacketFlags.Ack | (ack.HasEcnEcho ? PacketFlags.EcnEcho : PacketFlags.None)
                    | (ack.IsSynAck ? PacketFlags.Push : PacketFlags.None),
                Class = connection.Class,
                Label = connection.BackLabel.Value,
            };
            Enter(connection.Destination, connection, ref packet);
        }

        long deadlinePs = receiver.NextDeadlinePs;
        if (deadlinePs < connection.ReceiverArmedPs)
        {
            connection.ReceiverArmedPs = deadlinePs;
            AddTimer(deadlinePs, TimerKind.Receiver, connection.Flow);
        }

        if (connection.Session >= 0)
        {
            connection.DeliveredBytes = receiver.DeliveredBytes;
            if (hasAnswered)
            {
                group?.OnAnswer(connection);
            }
        }

        if (newBytes > 0)
        {
            Deliver(group?.Parent ?? connection, newBytes);
        }
    }

    /// <summary>An application has more of a connection.</summary>
    private void Deliver(Connection connection, long bytes)
    {
        Books.DeliveredBytes[connection.Traffic] += bytes;
        connection.DeliveredBytes += bytes;
        if (connection.DeliveredBytes >= connection.NotifyAtBytes)
        {
            connection.NotifyAtBytes = long.MaxValue;
            connection.Owner.OnDelivered(connection);
        }
    }

    private void OnAck(Connection connection, ref Packet packet)
    {
        var ack = new TcpAck
        {
            Next = packet.Index,
            NextOffset = packet.Offset,
            EchoPs = packet.StampPs,
            HasEcnEcho = packet.Is(PacketFlags.EcnEcho),
            IsSynAck = packet.Is(PacketFlags.Push),
        };
        if (packet.Sack != 0)
        {
            _sacks.Take(packet.Sack, ref ack);
        }

        if (connection.IsClosed)
        {
            return;
        }

        if (connection.Selector is { } selector)
        {
            OnAck(connection.Sender, selector, in ack);
        }
        else
        {
            connection.Sender.OnAck(in ack, _nowPs);
        }

        if (connection.Group is { } group)
        {
            OnSessionAck(connection, group);
            return;
        }

        Pump(connection);
        if (connection.Sender.IsDone)
        {
            connection.Owner.OnDone(connection);
        }
    }

    private void OnAck(TcpSender sender, PathSelector selector, in TcpAck ack)
    {
        (long delivered, long marked, long resent) = (sender.SegmentsDelivered, sender.SegmentsDeliveredMarked, sender.Retransmissions);
        long rounds = sender.RoundTrips;
        sender.OnAck(in ack, _nowPs);
        Interval roundTrip = SimTime.ToInterval(sender.SmoothedRttPs);
        Timestamp now = SimTime.ToTimestamp(_nowPs);
        selector.OnAck(
            new PathAck(
                (int)(sender.SegmentsDelivered - delivered),
                (int)(sender.SegmentsDeliveredMarked - marked),
                (int)(sender.Retransmissions - resent),
                roundTrip,
                sender.InFlight),
            now);
        if (sender.RoundTrips != rounds)
        {
            selector.OnRound(new PathRound(sender.RoundDelivered, sender.RoundMarked, roundTrip, sender.InFlight), now);
        }
    }

    private void OnDatagram(Connection connection, int host, ref Packet packet)
    {
        Books.DatagramsDelivered++;
        connection.DeliveredBytes += packet.Bytes;

        // What goes to many counts once when all of them have it.
        long wholeBytes = connection.DeliveredBytes / connection.Receivers;
        Books.DeliveredBytes[connection.Traffic] += wholeBytes - connection.CountedBytes;
        connection.CountedBytes = wholeBytes;
        ref int seen = ref connection.SeenBy(host);
        connection.DatagramsLate += packet.Index < seen ? 1 : 0;
        seen = Math.Max(seen, packet.Index + 1);
    }

    private void Lose(in Packet packet)
    {
        Books.PacketsLost++;
        Forget(in packet);
    }

    private void Forget(in Packet packet)
    {
        if (packet.Sack != 0)
        {
            _sacks.Free(packet.Sack);
        }

        Connection connection = _connections[packet.Flow];
        connection.UnderWay--;
        connection.PacketsLost++;
        RecycleIfOver(connection);
    }

    // --- Timers ---

    private void AddTimer(long ps, TimerKind kind, int number) => _timers.Add(ps, (number << KindBits) | (int)kind);

    private void OnTimer(int id)
    {
        int number = id >>> KindBits;
        switch ((TimerKind)(id & ((1 << KindBits) - 1)))
        {
            case TimerKind.Sender:
                OnSenderTimer(_connections[number]);
                break;
            case TimerKind.Receiver:
                OnReceiverTimer(_connections[number]);
                break;
            case TimerKind.Group:
                OnGroupTimer(number);
                break;
            case TimerKind.Source:
                _sources[number & ((1 << SourceBits) - 1)].OnTimer(number >>> SourceBits);
                break;
            case TimerKind.Nic:
                OnNicTimer(number);
                break;
            case TimerKind.Event:
                _onEvent!(number);
                break;
            case TimerKind.Departure:
                if (_ports.OnLeft(number, _nowPs))
                {
                    ArmDeparture(number);
                }

                break;
            case TimerKind.Stripe:
                OnStripeTimer(_network.Groups[number].Stripe!);
                break;
            case TimerKind.Fabric:
                OnFabricTimer();
                break;
            case TimerKind.Lacp:
                OnLacpTimer();
                break;
            case TimerKind.Sessions:
                OnSessionsTimer(_connections[number]);
                break;
            case TimerKind.Rebase:
                _ports.Rebase(_nowPs);
                AddTimer(_nowPs + (EventTree.HorizonPs / 2), TimerKind.Rebase, 0);
                break;
            default:
                throw new InvalidOperationException($"no timer of kind {id & ((1 << KindBits) - 1)}");
        }
    }

    /// <summary>Asks to be told when the frame that a scheduled port sends has left; once is enough.</summary>
    private void ArmDeparture(int port)
    {
        long leavesPs = _ports.LeavesPs(port);
        if (leavesPs != SimTime.NeverPs && _ports.Extras(port)!.ArmedPs != leavesPs)
        {
            _ports.Extras(port)!.ArmedPs = leavesPs;
            AddTimer(leavesPs, TimerKind.Departure, port);
        }
    }

    // The queue keeps one timer for each end. One that comes too early, since the deadline moved on, is set anew; one that was
    // overtaken by an earlier one is passed over.
    private void OnSenderTimer(Connection connection)
    {
        if (connection.SenderArmedPs != _nowPs)
        {
            return;
        }

        connection.SenderArmedPs = SimTime.NeverPs;
        if (connection.IsClosed)
        {
            return;
        }

        if (connection.Sender.NextDeadlinePs <= _nowPs)
        {
            long timeouts = connection.Sender.Timeouts;
            connection.Sender.OnDeadline(_nowPs);
            if (connection.Sender.Timeouts != timeouts)
            {
                connection.Selector?.OnTimeout(SimTime.ToTimestamp(_nowPs));
                if (connection.Group is { } group && OnSessionTimeout(connection, group))
                {
                    return;
                }
            }

            Pump(connection);
        }
        else if (connection.Selector is not null)
        {
            // Its pause may be over.
            Pump(connection);
        }
        else
        {
            Arm(connection, connection.Sender.NextDeadlinePs);
        }
    }

    private void OnReceiverTimer(Connection connection)
    {
        if (connection.ReceiverArmedPs != _nowPs)
        {
            return;
        }

        connection.ReceiverArmedPs = SimTime.NeverPs;
        if (connection.Receiver.NextDeadlinePs <= _nowPs)
        {
            connection.Receiver.OnDeadline(_nowPs);
        }

        Answer(connection);
    }

    private void Arm(Connection connection, long deadlinePs)
    {
        if (deadlinePs < connection.SenderArmedPs)
        {
            connection.SenderArmedPs = deadlinePs;
            AddTimer(deadlinePs, TimerKind.Sender, connection.Flow);
        }
    }

    private void OnStripeTimer(Stripe stripe)
    {
        if (stripe.ArmedPs == _nowPs)
        {
            stripe.ArmedPs = SimTime.NeverPs;
            if (stripe.NextDeadlinePs <= _nowPs)
            {
                stripe.OnDeadline(_nowPs);
            }

            ArmStripe(stripe);
        }
    }

    private void ArmStripe(Stripe stripe)
    {
        long deadlinePs = stripe.NextDeadlinePs;
        if (deadlinePs < stripe.ArmedPs)
        {
            stripe.ArmedPs = Math.Max(deadlinePs, _nowPs);
            AddTimer(stripe.ArmedPs, TimerKind.Stripe, stripe.Group);
        }
    }

    private void OnGroupTimer(int number)
    {
        LinkGroup group = _network.Groups[number];
        if (group.ArmedPs != _nowPs)
        {
            return;
        }

        group.ArmedPs = SimTime.NeverPs;
        if (group.IsShared)
        {
            _network.SyncQueues(group, _nowPs);
        }

        if (group.Balancer.NextDeadline <= SimTime.ToTimestamp(_nowPs))
        {
            group.Balancer.OnDeadline(SimTime.ToTimestamp(_nowPs));
        }

        ArmGroup(number);
    }

    private void ArmGroup(int number)
    {
        LinkGroup group = _network.Groups[number];
        Timestamp deadline = group.Balancer.NextDeadline;
        if (deadline == Timestamp.MaxValue || deadline.Nanoseconds > long.MaxValue / 1000)
        {
            return;
        }

        long deadlinePs = Math.Max(_nowPs, deadline.Nanoseconds * 1000);
        if (deadlinePs < group.ArmedPs)
        {
            group.ArmedPs = deadlinePs;
            AddTimer(deadlinePs, TimerKind.Group, number);
        }
    }

    // --- A host's NIC takes so much of a connection, then it waits its turn (TCP small queues) ---

    private bool IsHeldBack(Connection connection)
    {
        int port = connection.LastPort;
        if (port < 0)
        {
            return false;
        }

        if (connection.IsHeldBack)
        {
            return true;
        }

        NicQueue nic = _nics[port] ??= new NicQueue();
        bool isFull = IsFull(port, connection.NicBytesMax);
        if (!isFull && (nic.Waiting.Count == 0 || nic.Turn == connection))
        {
            return false;
        }

        connection.IsHeldBack = true;
        nic.Waiting.Enqueue(connection);
        WakeNic(nic, port, connection.NicBytesMax);
        return true;
    }

    private bool IsFull(int port, long bytesMax) => _ports.FinishPs(port) - _nowPs > bytesMax * _ports[port].PsPerByte;

    private void WakeNic(NicQueue nic, int port, long bytesMax)
    {
        if (!nic.IsArmed)
        {
            // Half of what it takes has then left.
            nic.IsArmed = true;
            AddTimer(Math.Max(_nowPs + 1, _ports.FinishPs(port) - (bytesMax / 2 * _ports[port].PsPerByte)), TimerKind.Nic, port);
        }
    }

    private void OnNicTimer(int port)
    {
        NicQueue nic = _nics[port]!;
        nic.IsArmed = false;

        // Those who wait now have a turn each; who has more to send waits again, behind the others.
        for (int left = nic.Waiting.Count; left > 0; left--)
        {
            Connection connection = nic.Waiting.Dequeue();
            connection.IsHeldBack = false;
            if (connection.IsClosed)
            {
                RecycleIfOver(connection);
            }
            else
            {
                nic.Turn = connection;
                Pump(connection);
                nic.Turn = null;
            }

            if (nic.IsArmed && IsFull(port, connection.NicBytesMax))
            {
                break;
            }
        }

        if (nic.Waiting.Count > 0)
        {
            WakeNic(nic, port, nic.Waiting.Peek().NicBytesMax);
        }
    }

    // --- Connections ---

    private Connection Take(TrafficSource owner, int source, int destination, in FlowAddress address)
    {
        if (!_free.TryPop(out Connection? connection))
        {
            connection = new Connection(_connections.Count, _transport);
            _connections.Add(connection);
        }

        connection.Owner = owner;
        connection.Traffic = owner.Traffic;
        connection.Source = source;
        connection.Destination = destination;
        connection.Class = 0;
        connection.Tag = 0;
        connection.Selector = null;
        connection.Sessions = connection.Group = null;
        connection.Session = -1;
        connection.Label = connection.BackLabel = PathLabel.None;
        connection.StartPs = _nowPs;
        connection.EndPs = SimTime.NeverPs;
        connection.DeliveredBytes = connection.WarmBytes = 0;
        connection.NotifyAtBytes = long.MaxValue;
        connection.PacketsSent = connection.PacketsLost = connection.PacketsReplaced = 0;
        connection.SenderArmedPs = connection.ReceiverArmedPs = SimTime.NeverPs;
        connection.LastPort = -1;
        connection.IsClosed = connection.IsFree = false;
        connection.Receivers = 1;
        connection.CountedBytes = 0;
        connection.DatagramsSent = 0;
        connection.ForgetSeen();
        connection.DatagramsLate = 0;
        _hashes.SetAddress(connection.Flow, address);
        return connection;
    }

    private static void SetOptions(Connection connection, FlowOptions options, bool isEstablished, ICongestionControl? congestionControl)
    {
        connection.Options = options;
        connection.NicBytesMax = options.NicBytesMax;
        connection.Sender.Reset(options.Tcp, isEstablished, congestionControl);
        connection.Receiver.Reset(options.Tcp);
    }

    private FlowSite SiteOf(Connection connection) => new(
        connection.Flow,
        connection.Source,
        connection.Destination,
        EdgeOf(connection.Source),
        EdgeOf(connection.Destination),
        _network.CountPaths(connection.Source, connection.Destination),
        _network.SeedOfFlow(_flowsOpened++))
    {
        Use = connection.Owner.Use,
        Links = _network.LinksOf(connection.Source, connection.Destination),
    };

    // --- Sessions ---

    /// <summary>Opens the first session; and the others, when that is open.</summary>
    private void OpenSessions(SessionGroup group)
    {
        while (group.Opened < group.Sessions.Length && (group.Opened == 0 || group.Sessions[0].Sender.IsEstablished))
        {
            OpenSession(group, group.Opened, isEstablished: group.Parent.Sender.IsEstablished);
            if (group.Opened == 1 && group.IsWatched)
            {
                AddTimer(_nowPs + SimTime.ToPs(group.Plan.Reopen), TimerKind.Sessions, group.Parent.Flow);
            }
        }
    }

    private void OpenSession(SessionGroup group, int index, bool isEstablished)
    {
        Connection parent = group.Parent;
        Connection session = Take(parent.Owner, parent.Source, parent.Destination, group.AddressOf(index));
        SetOptions(session, parent.Options!, isEstablished, group.CreateControl());
        session.Class = parent.Class;
        session.Tag = parent.Tag;
        session.Group = group;
        session.Session = index;
        if (group.Plan.Labels.Count > 0)
        {
            session.Label = session.BackLabel = group.Plan.Labels[index];
        }

        group.Attach(index, session);
        SendAll(session);
    }

    private void Feed(SessionGroup group)
    {
        while (group.TryFeed(_nowPs, out Connection? session))
        {
            SendAll(session);
        }
    }

    private void OnSessionAck(Connection session, SessionGroup group)
    {
        group.OnAcknowledged(session, _nowPs);
        if (group.IsToReopen(session))
        {
            Reopen(session, group);
        }

        Pump(session);
        if (group.Opened < group.Sessions.Length)
        {
            // Behind the data that the first had to send.
            OpenSessions(group);
            Feed(group);
        }

        if (group.IsDone && !group.Parent.IsClosed)
        {
            group.Parent.Owner.OnDone(group.Parent);
        }
    }

    /// <summary>Has others carry what a session has under way.</summary>
    /// <returns>Whether the session was given up.</returns>
    private bool OnSessionTimeout(Connection session, SessionGroup group)
    {
        group.OnTimeout(session);
        if (!group.IsToReopen(session))
        {
            return false;
        }

        Reopen(session, group);
        Feed(group);
        return true;
    }

    private void Reopen(Connection session, SessionGroup group)
    {
        int index = session.Session;
        ReleaseSession(group, session);
        group.Redraw(index);
        OpenSession(group, index, isEstablished: !session.Options!.HasHandshake);
    }

    private void ReleaseSession(SessionGroup group, Connection session)
    {
        group.Detach(session);
        session.Sender.Close();
        Release(session);
    }

    private void OnSessionsTimer(Connection parent)
    {
        if (parent.Sessions is { } group && !parent.IsClosed && !parent.IsFree)
        {
            group.OnInterval();
            AddTimer(_nowPs + SimTime.ToPs(group.Plan.Reopen), TimerKind.Sessions, parent.Flow);
        }
    }

    private int EdgeOf(int host) => _ports[_network.Topology.PortsOf(host)[0]].To;

    private void RecycleIfOver(Connection connection)
    {
        if (connection.IsClosed && connection.UnderWay == 0 && !connection.IsHeldBack)
        {
            Books.OnRecycled(connection);
            connection.IsClosed = false;
            connection.IsFree = true;
            connection.NotifyAtBytes = long.MaxValue;

            // What its receiver still holds is nobody's: its timer must not bring a free connection to life.
            connection.SenderArmedPs = connection.ReceiverArmedPs = SimTime.NeverPs;
            _free.Push(connection);
        }
    }

    private sealed class NicQueue
    {
        public Queue<Connection> Waiting { get; } = new();

        public Connection? Turn { get; set; }

        public bool IsArmed { get; set; }
    }
}
