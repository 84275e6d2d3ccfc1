using System.Diagnostics;
using Trunkline.Core.Units;

namespace Trunkline.Core.Lacp;

/// <summary>One end of a bundle that speaks LACP: its ports, their aggregators and all state machines (IEEE 802.1AX-2014 §6).</summary>
/// <remarks>
/// <para>
/// After each input the caller sends all that <see cref="TryTransmit"/> gives, reads which ports collect and distribute, and calls
/// <see cref="OnTime"/> at <see cref="NextDeadline"/>. Calls that come late lengthen no period. A frame that comes when its timeout is
/// over, but before anybody said so, is in time.
/// </para>
/// <para>
/// Several bundles of one switch are several of these, with one system address and different keys. One aggregator is in use at a time; a port
/// whose partner, key or speed is another's carries nothing (see <see cref="AggregatorChoice"/>). Allocates in the constructor alone, no
/// frame throws, one thread.
/// </para>
/// </remarks>
public sealed class LacpSystem
{
    /// <summary>Length of every frame that is sent, without its check sequence.</summary>
    public const int FrameLength = SlowFrame.Length;

    // Each pass moves a port at least one step on, and the machines have no cycle at one instant.
    private const int PassesMax = 16;

    private readonly LacpOptions _options;
    private readonly LacpPort[] _ports;
    private readonly Aggregator[] _aggregators;
    private readonly LinkSpeeds _speeds = new();
    private readonly long[] _faults = new long[Enum.GetValues<SlowPduError>().Length];
    private Timestamp _now = Timestamp.MinValue;
    private Timestamp _deadline = Timestamp.MaxValue;
    private bool _isDeadlineKnown;
    private int _active = -1;

    /// <summary>Begins with all links down.</summary>
    /// <param name="options">What holds for the bundle.</param>
    /// <param name="ports">1 to 64 ports, in the order of the bundle's links.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option or the number of ports is out of its range.</exception>
    /// <exception cref="ArgumentException">Two ports have one number.</exception>
    public LacpSystem(LacpOptions options, IReadOnlyList<LacpPortOptions> ports)
    {
        Check(options, ports);
        _options = options;
        _ports = new LacpPort[ports.Count];
        _aggregators = new Aggregator[ports.Count];
        for (int i = 0; i < _ports.Length; i++)
        {
            _ports[i] = MakePort(i, options, ports[i]);
            _aggregators[i] = new Aggregator();
            ReceiveMachine.Begin(_ports[i], ReceiveInput.Begin, _now);
        }
    }

    /// <summary>The ports, by the index of their link.</summary>
    public IReadOnlyList<LacpPort> Ports => _ports;

    /// <summary>The aggregator in use, as ports name theirs; −1 while there is none.</summary>
    public int ActiveAggregator => _active;

    /// <summary>The links that take frames in, a bit each from bit 0.</summary>
    public ulong CollectingLinks { get; private set; }

    /// <summary>The links that frames are sent on, a bit each from bit 0.</summary>
    public ulong DistributingLinks { get; private set; }

    /// <summary>When <see cref="OnTime"/> wants to be called; <see cref="Timestamp.MaxValue"/> while all links are down.</summary>
    public Timestamp NextDeadline
    {
        get
        {
            if (!_isDeadlineKnown)
            {
                _deadline = FindDeadline();
                _isDeadlineKnown = true;
            }

            return _deadline;
        }
    }

    /// <summary>Frames with a fault of that kind, on all ports.</summary>
    public long FaultsOf(SlowPduError error) => (int)error > 0 && (int)error < _faults.Length ? _faults[(int)error] : 0;

    /// <summary>Takes note of a link's state, at each change and at the start.</summary>
    /// <param name="port">The link; one that does not exist is ignored.</param>
    /// <param name="isUp">Whether there is a signal.</param>
    /// <param name="speed">Its speed, when up; ports of different speeds get different keys, as in Linux bonding.</param>
    /// <param name="isFullDuplex">Half duplex links do not speak LACP (§6.4.8, LACP_Enabled).</param>
    /// <param name="now">The time; one that goes back counts as the latest seen.</param>
    public void OnLink(LinkId port, bool isUp, BitRate speed, bool isFullDuplex, Timestamp now)
    {
        if (!TryPort(port, now, out LacpPort it) || (it.IsUp == isUp && (!isUp || (it.Speed == speed && it.IsFullDuplex == isFullDuplex))))
        {
            return;
        }

        if (it.IsUp)
        {
            // What changes its speed is another link.
            it.IsUp = false;
            it.LoopTimer = Timestamp.MaxValue;
            it.HasHeardPartner = false;
            it.Responder.Clear();
            it.Generator.Disable();
            ReceiveMachine.OnLink(it, _now);
            Settle();
        }

        if (isUp)
        {
            (it.IsUp, it.Speed, it.IsFullDuplex, it.HasLacp) = (true, speed, isFullDuplex, isFullDuplex);
            it.SetKey(_speeds);
            ReceiveMachine.OnLink(it, _now);
            Settle();
        }
    }

    /// <summary>Takes in a frame of a slow protocol.</summary>
    /// <param name="port">The link that brought it; one that does not exist is ignored.</param>
    /// <param name="frame">From the destination address on.</param>
    /// <param name="now">The time.</param>
    /// <returns>What is wrong with it; it is counted, and nothing else happens.</returns>
    public SlowPduError OnFrame(LinkId port, ReadOnlySpan<byte> frame, Timestamp now)
    {
        if (!TryPort(port, now, out LacpPort it))
        {
            return SlowPduError.None;
        }

        SlowPduError error = SlowFrame.Parse(frame, out ReadOnlySpan<byte> bytes);
        if (error == SlowPduError.None && bytes[0] == SlowFrame.LacpSubtype)
        {
            error = Lacpdu.Parse(bytes, out Lacpdu pdu);
            if (error == SlowPduError.None)
            {
                OnLacpdu(it, in pdu);
            }
        }
        else if (error == SlowPduError.None)
        {
            error = MarkerPdu.Parse(bytes, out MarkerPdu pdu);
            if (error == SlowPduError.None)
            {
                OnMarker(it, in pdu);
            }
        }

        if (error != SlowPduError.None)
        {
            _faults[(int)error]++;
            it.Counts.Faults++;
        }

        Settle();
        return error;
    }

    /// <summary>Notes that time has passed.</summary>
    public void OnTime(Timestamp now)
    {
        Advance(now);
        Settle();
    }

    /// <summary>The next frame to send; to be asked until there is none.</summary>
    /// <param name="port">The link to send it on.</param>
    /// <param name="frame">At least <see cref="FrameLength"/> bytes, of which as many are written.</param>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public bool TryTransmit(out LinkId port, Span<byte> frame)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frame.Length, FrameLength);
        foreach (LacpPort it in _ports)
        {
            if (TryLacpdu(it, frame) || TryMarker(it, frame))
            {
                port = new LinkId(it.Index);
                _isDeadlineKnown = false;
                return true;
            }
        }

        port = LinkId.None;
        return false;
    }

    /// <summary>Asks whether all that was sent on a port has arrived; <see cref="LacpPort.Marker"/> has the answer later.</summary>
    /// <param name="port">The link.</param>
    /// <param name="timeout">How long to wait for a response.</param>
    /// <param name="now">The time.</param>
    /// <returns>False while a marker is under way on the port, and while its link is down.</returns>
    public bool RequestMarker(LinkId port, Interval timeout, Timestamp now)
    {
        bool isRequested = TryPort(port, now, out LacpPort it) && it.IsUp && it.Generator.Request(timeout);
        Settle();
        return isRequested;
    }

    /// <summary>Chooses between the short and the long timeout, for all ports.</summary>
    public void SetTimeout(bool isShort, Timestamp now)
    {
        Advance(now);
        foreach (LacpPort it in _ports)
        {
            it.NeedToTransmit |= it.Actor.Has(LacpState.ShortTimeout) != isShort;
            it.SetActorState(LacpState.ShortTimeout, isShort);
            it.PartnerAdmin = it.PartnerAdmin with
            {
                State = (it.PartnerAdmin.State & ~LacpState.ShortTimeout) | (it.Actor.State & LacpState.ShortTimeout),
            };
        }

        Settle();
    }

    /// <summary>Changes the priority of a port; the lower, the sooner it is used.</summary>
    public void SetPortPriority(LinkId port, ushort priority, Timestamp now)
    {
        if (TryPort(port, now, out LacpPort it) && it.Actor.PortPriority != priority)
        {
            it.Actor = it.Actor with { PortPriority = priority };
            it.NeedToTransmit = true;
            Settle();
        }
    }

    /// <summary>Changes the administrative key of a port, 0 to <see cref="LacpOptions.AdminKeyMax"/>: it leaves the others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The key is out of its range.</exception>
    public void SetAdminKey(LinkId port, int adminKey, Timestamp now)
    {
        CheckKey(adminKey);
        if (TryPort(port, now, out LacpPort it) && it.AdminKey != adminKey)
        {
            it.AdminKey = adminKey;
            it.SetKey(_speeds);
            Settle();
        }
    }

    /// <summary>Changes the address that a port's frames come from.</summary>
    public void SetAddress(LinkId port, ulong address)
    {
        if (TryPort(port, _now, out LacpPort it))
        {
            it.Address = address;
        }
    }

    private void OnLacpdu(LacpPort it, in Lacpdu pdu)
    {
        if (pdu.Actor.System == _options.System)
        {
            it.Counts.Loopbacks++;
            it.LoopTimer = _now + LacpTimes.LongTimeout;
            if (it.Actor.Has(LacpState.Defaulted))
            {
                it.SetPartnerState(LacpState.Synchronization, false);
            }

            return;
        }

        it.Counts.LacpdusReceived++;
        foreach (LacpPort other in _ports)
        {
            bool isSamePartner = other.Partner.SystemId == pdu.Actor.SystemId && other.Partner.PortId == pdu.Actor.PortId;
            if (other != it && other.Receive == ReceiveState.PortDisabled && isSamePartner)
            {
                ReceiveMachine.Begin(other, ReceiveInput.Moved, _now);
            }
        }

        ReceiveMachine.OnPdu(it, in pdu, _now);
    }

    private static void OnMarker(LacpPort it, in MarkerPdu pdu)
    {
        if (pdu.IsResponse)
        {
            it.Counts.ResponsesReceived++;
            if (pdu.RequesterSystem == it.Actor.System && pdu.RequesterPort == it.Actor.Port)
            {
                it.Generator.OnResponse(pdu.TransactionId);
            }
        }
        else
        {
            it.Counts.MarkersReceived++;
            it.Counts.MarkersDropped += it.IsUp && it.Responder.OnMarker(in pdu) ? 0 : 1;
        }
    }

    private bool TryLacpdu(LacpPort it, Span<byte> frame)
    {
        if (TransmitMachine.Next(it.NeedToTransmit, it.Periodic, it.LacpdusSent.IsOpen(_now)) != TransmitAction.Send)
        {
            return false;
        }

        it.NeedToTransmit = false;
        it.IsHeldBack = false;
        it.LacpdusSent.OnSent(_now);
        it.Counts.LacpdusSent++;
        new Lacpdu(Lacpdu.SentVersion, it.Actor, it.Partner, _options.CollectorMaxDelay).Write(SlowFrame.WriteHeader(frame, it.Address));
        return true;
    }

    private bool TryMarker(LacpPort it, Span<byte> frame)
    {
        if (!it.HasMarkerToSend || !it.MarkersSent.IsOpen(_now))
        {
            return false;
        }

        if (it.Responder.TryRespond(out MarkerPdu pdu))
        {
            it.Counts.ResponsesSent++;
        }
        else
        {
            pdu = new MarkerPdu(false, Lacpdu.SentVersion, it.Actor.Port, it.Actor.System, it.Generator.TransactionId);
            it.Generator.OnSent(_now);
            it.Counts.MarkersSent++;
        }

        it.MarkersSent.OnSent(_now);
        pdu.Write(SlowFrame.WriteHeader(frame, it.Address));
        return true;
    }

    /// <summary>Runs all machines until none moves.</summary>
    private void Settle()
    {
        bool hasChanged = true;
        for (int pass = 0; hasChanged && pass < PassesMax; pass++)
        {
            hasChanged = RunTimers();
            hasChanged |= SelectionLogic.Run(_ports, _aggregators, _options, ref _active);
            hasChanged |= RunMux();
        }

        Debug.Assert(!hasChanged, "the machines move in a circle");
        (CollectingLinks, DistributingLinks, _isDeadlineKnown) = (0, 0, false);
        foreach (LacpPort it in _ports)
        {
            RunChurn(it);
            it.Generator.OnTime(_now);
            TransmitAction action = TransmitMachine.Next(it.NeedToTransmit, it.Periodic, it.LacpdusSent.IsOpen(_now));
            it.NeedToTransmit &= action != TransmitAction.Forget;
            it.Counts.Delayed += action == TransmitAction.Wait && !it.IsHeldBack ? 1 : 0;
            it.IsHeldBack = action == TransmitAction.Wait;
            CollectingLinks |= it.IsCollecting ? 1UL << it.Index : 0;
            DistributingLinks |= it.IsDistributing ? 1UL << it.Index : 0;
        }
    }

    private bool RunTimers()
    {
        bool hasChanged = false;
        foreach (LacpPort it in _ports)
        {
            hasChanged |= ReceiveMachine.OnTime(it, _now);
            if (it.LoopTimer <= _now)
            {
                it.LoopTimer = Timestamp.MaxValue;
                hasChanged = true;
                if (it.Receive is ReceiveState.Defaulted or ReceiveState.LacpDisabled)
                {
                    ReceiveMachine.RecordDefault(it);
                }
            }

            hasChanged |= PeriodicMachine.Run(it, _now);
            if (it.WaitWhile <= _now)
            {
                it.WaitWhile = Timestamp.MaxValue;
                it.IsReady = true;
                hasChanged = true;
            }
        }

        return hasChanged;
    }

    private bool RunMux()
    {
        foreach (Aggregator aggregator in _aggregators)
        {
            aggregator.IsReady = true;
        }

        foreach (LacpPort it in _ports)
        {
            if (it.Selected == LacpSelection.Selected && it.Mux <= MuxState.Waiting)
            {
                _aggregators[it.Aggregator].IsReady &= it.IsReady;
            }
        }

        bool hasChanged = false;
        foreach (LacpPort it in _ports)
        {
            bool isReady = it.IsReady && it.Aggregator >= 0 && _aggregators[it.Aggregator].IsReady;
            hasChanged |= MuxMachine.Run(it, _options.Control, isReady, _now);
        }

        return hasChanged;
    }

    private void RunChurn(LacpPort it)
    {
        bool isActorInSync = it.Actor.Has(LacpState.Synchronization), isPartnerInSync = it.Partner.Has(LacpState.Synchronization);
        it.Counts.ActorChurns += ChurnMachine.Run(ref it.ActorChurnState, ref it.ActorChurnTimer, it.IsUp, isActorInSync, _now) ? 1 : 0;
        it.Counts.PartnerChurns += ChurnMachine.Run(ref it.PartnerChurnState, ref it.PartnerChurnTimer, it.IsUp, isPartnerInSync, _now) ? 1 : 0;
    }

    private Timestamp FindDeadline()
    {
        Timestamp first = Timestamp.MaxValue;
        foreach (LacpPort it in _ports)
        {
            Timestamp timer = it.NextTimer(_now);
            first = timer < first ? timer : first;
        }

        return first;
    }

    private bool TryPort(LinkId port, Timestamp now, out LacpPort it)
    {
        Advance(now);
        bool isThere = (uint)port.Index < (uint)_ports.Length;
        it = _ports[isThere ? port.Index : 0];
        return isThere;
    }

    private void Advance(Timestamp now) => _now = now > _now ? now : _now;

    private static LacpPort MakePort(int index, LacpOptions options, LacpPortOptions port)
    {
        LacpState state = (options.IsActive ? LacpState.Activity : 0) | (options.HasShortTimeout ? LacpState.ShortTimeout : 0)
            | (port.IsAggregatable ? LacpState.Aggregation : 0);
        LacpState partner = options.HasFallback ? LacpState.Synchronization | LacpState.Collecting | LacpState.Distributing : 0;
        partner |= options.HasShortTimeout ? LacpState.ShortTimeout : 0;
        return new LacpPort(
            index,
            port.Address,
            new LacpParticipant(options.SystemPriority, options.System, 0, port.Priority, port.Number ?? (ushort)(index + 1), state),
            new LacpParticipant(0, 0, 0, 0, 0, partner),
            port.AdminKey ?? options.AdminKey,
            port.IsAggregatable);
    }

    private static void Check(LacpOptions options, IReadOnlyList<LacpPortOptions> ports)
    {
        const ulong AddressMax = 0xffff_ffff_ffff;
        ArgumentOutOfRangeException.ThrowIfZero(options.System);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.System, AddressMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MinLinks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MinLinks, LacpOptions.PortsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxLinks, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxLinks, LacpOptions.PortsMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(ports.Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ports.Count, LacpOptions.PortsMax);
        CheckKey(options.AdminKey);
        var numbers = new HashSet<int>();
        for (int i = 0; i < ports.Count; i++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(ports[i].Address, AddressMax);
            CheckKey(ports[i].AdminKey ?? options.AdminKey);
            int number = ports[i].Number ?? i + 1;
            ArgumentOutOfRangeException.ThrowIfZero(number);
            if (!numbers.Add(number))
            {
                throw new ArgumentException($"two ports have the number {number}", nameof(ports));
            }
        }
    }

    private static void CheckKey(int adminKey)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(adminKey);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(adminKey, LacpOptions.AdminKeyMax);
    }
}
