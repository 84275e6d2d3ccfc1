using System.Runtime.CompilerServices;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Fabric;

/// <summary>All ports, and which of them delivers a packet next.</summary>
internal sealed class PortTable
{
    private readonly Port[] _ports;
    private readonly PortExtras?[] _extras;
    private readonly EventTree _events;
    private readonly PacketPool _pool = new();

    /// <summary>Takes the ports as they are set up.</summary>
    public PortTable(Port[] ports, PortExtras?[] extras)
    {
        _ports = ports;
        _extras = extras;
        _events = new EventTree(ports.Length);
    }

    /// <summary>Number of ports.</summary>
    public int Count => _ports.Length;

    /// <summary>A port by its index.</summary>
    public ref Port this[int port] => ref _ports[port];

    /// <summary>What a port has beside the ordinary; null for nothing.</summary>
    public PortExtras? Extras(int port) => _extras[port];

    /// <summary>What a port has beside the ordinary, made where there was nothing.</summary>
    public PortExtras ExtrasFor(int port, Func<PortExtras> create) => _extras[port] ??= create();

    /// <summary>When all that a port took will have left; of one with classes, if nothing more comes.</summary>
    public long FinishPs(int port)
    {
        ref Port asked = ref _ports[port];
        return (asked.Traits & PortTraits.Scheduled) == 0
            ? asked.BusyUntilPs
            : asked.BusyUntilPs + (_extras[port]!.Scheduler!.WaitingBytes * asked.PsPerByte);
    }

    /// <summary>When the next packet arrives at the far end of its link.</summary>
    public long NextPs => _events.NextPs;

    /// <summary>Packets that arrived at the far end of a link: the hops.</summary>
    public long Arrivals { get; private set; }

    /// <summary>Takes the packet that arrives next off its link.</summary>
    /// <param name="port">The port that sent it.</param>
    /// <param name="packet">The packet.</param>
    /// <returns>False when the link lost it.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTakeNext(out int port, out Packet packet)
    {
        port = _events.NextSource;
        ref Port from = ref _ports[port];
        packet = from.Line.First(_pool);
        from.Line.RemoveFirst(_pool);
        Arrivals++;
        if (from.Line.Count > 0)
        {
            _events.Set(port, from.Line.First(_pool).ArrivalPs);
        }
        else
        {
            _events.Clear(port);
        }

        return (from.Traits & PortTraits.Lossy) == 0 || !IsLost(port);
    }

    /// <summary>Hands a packet to a port: it waits its turn, is marked, or finds no room.</summary>
    /// <returns>False when it was dropped.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TrySend(int port, in Packet packet, long nowPs)
    {
        ref Port to = ref _ports[port];
        if ((to.Traits & PortTraits.Scheduled) != 0)
        {
            return TryQueue(port, in packet, nowPs);
        }

        long waitPs = Math.Max(0, to.BusyUntilPs - nowPs);
        long leavePs = waitPs + (packet.WireBytes * to.PsPerByte);
        if (leavePs > to.BoundPs || (to.Traits & PortTraits.Down) != 0)
        {
            to.Drops++;
            return false;
        }

        to.Frames++;
        to.Bytes += packet.WireBytes;
        to.BusyUntilPs = nowPs + leavePs;
        ref Packet last = ref Put(port, ref to, in packet, to.BusyUntilPs + to.DelayPs);
        NoteAccepted(port, ref to, ref last, waitPs, nowPs);
        return true;
    }

    /// <summary>When the frame that a port took last arrives; to be asked only then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long LastArrivalPs(int port) => _ports[port].Line.Last(_pool).ArrivalPs;

    /// <summary>Lets the frame that a port took last arrive a little later: not after a frame behind it could.</summary>
    public void PostponeLast(int port, long arrivalPs)
    {
        ref Port to = ref _ports[port];
        to.Line.Last(_pool).ArrivalPs = arrivalPs;
        if (to.Line.Count == 1)
        {
            _events.Set(port, arrivalPs);
        }
    }

    /// <summary>Whether a port would take a frame that waits so long.</summary>
    public bool HasRoom(int port, int wireBytes, long waitPs)
    {
        ref Port to = ref _ports[port];
        return waitPs + (wireBytes * to.PsPerByte) <= to.BoundPs && (to.Traits & PortTraits.Down) == 0;
    }

    /// <summary>Counts a frame for which there was no room.</summary>
    public void NoteDrop(int port) => _ports[port].Drops++;

    /// <summary>Puts a frame on the wire at a time of the caller's choice, in the order in which frames arrive.</summary>
    /// <param name="port">The port.</param>
    /// <param name="packet">The frame.</param>
    /// <param name="waitPs">How long it waits.</param>
    /// <param name="finishPs">When it has left.</param>
    /// <param name="arrivalPs">When the far end has it, or with the frame before it, should that be later.</param>
    /// <param name="nowPs">The time.</param>
    public void SendAt(int port, in Packet packet, long waitPs, long finishPs, long arrivalPs, long nowPs)
    {
        ref Port to = ref _ports[port];
        to.Frames++;
        to.Bytes += packet.WireBytes;
        to.BusyUntilPs = finishPs;

        // The caller may not know that the link became slower or longer.
        arrivalPs = to.Line.Count == 0 ? Math.Max(arrivalPs, nowPs) : Math.Max(arrivalPs, to.Line.Last(_pool).ArrivalPs);
        ref Packet last = ref Put(port, ref to, in packet, arrivalPs);
        NoteAccepted(port, ref to, ref last, waitPs, nowPs);
    }

    /// <summary>The frame that a scheduled port was sending has left.</summary>
    /// <returns>Whether that was due: the link may have become slower, or lost its carrier.</returns>
    public bool OnLeft(int port, long nowPs)
    {
        PortScheduler scheduler = _extras[port]!.Scheduler!;
        if (scheduler.SendingUntilPs != nowPs)
        {
            return false;
        }

        scheduler.OnLeft();
        SendNext(port, nowPs);
        return true;
    }

    /// <summary>When the frame that a scheduled port is sending will have left; never for a plain port.</summary>
    public long LeavesPs(int port) =>
        (_ports[port].Traits & PortTraits.Scheduled) == 0 ? SimTime.NeverPs : _extras[port]!.Scheduler!.SendingUntilPs;

    /// <summary>Moves the events' base along; to be called at least every <see cref="EventTree.HorizonPs"/>.</summary>
    public void Rebase(long nowPs) => _events.Rebase(nowPs);

    /// <summary>Changes a link's rate: what waits is sent at the new one, what is being sent to the part that is left.</summary>
    public void SetRate(int port, long psPerByte, long nowPs)
    {
        ref Port to = ref _ports[port];
        long oldPsPerByte = to.PsPerByte;
        (to.BoundPs, to.MarkPs) = (Rescale(to.BoundPs, oldPsPerByte, psPerByte), Rescale(to.MarkPs, oldPsPerByte, psPerByte));
        long behindPs = LineBytes(ref to) * oldPsPerByte;
        long busyPs = nowPs;
        int place = -1;
        for (int left = to.Line.Count; left > 0; left--)
        {
            place = to.Line.PlaceAfter(_pool, place);
            ref Packet packet = ref _pool[place];
            long wholePs = packet.WireBytes * oldPsPerByte;
            behindPs -= wholePs;
            long leavesPs = to.BusyUntilPs - behindPs;
            if (leavesPs > nowPs)
            {
                busyPs += Rescale(Math.Min(wholePs, leavesPs - nowPs), oldPsPerByte, psPerByte);
                packet.ArrivalPs += busyPs - leavesPs;
            }
        }

        to.PsPerByte = psPerByte;
        to.BusyUntilPs = busyPs;
        if (_extras[port]?.Red is { } red)
        {
            _extras[port]!.Red = red with
            {
                MinimumPs = Rescale(red.MinimumPs, oldPsPerByte, psPerByte),
                MaximumPs = Rescale(red.MaximumPs, oldPsPerByte, psPerByte),
            };
        }

        _extras[port]?.Scheduler?.Retime(to.BusyUntilPs);
        Reschedule(port);
    }

    /// <summary>
    /// Changes a link's delay. What is on the wire arrives when it would have, but no later than a frame that left now: nothing
    /// overtakes it.
    /// </summary>
    public void SetDelay(int port, long delayPs, long nowPs)
    {
        ref Port to = ref _ports[port];
        long behindPs = LineBytes(ref to) * to.PsPerByte;
        int place = -1;
        for (int left = to.Line.Count; left > 0; left--)
        {
            place = to.Line.PlaceAfter(_pool, place);
            ref Packet packet = ref _pool[place];
            behindPs -= packet.WireBytes * to.PsPerByte;
            packet.ArrivalPs = to.BusyUntilPs - behindPs > nowPs
                ? packet.ArrivalPs + delayPs - to.DelayPs
                : Math.Min(packet.ArrivalPs, nowPs + delayPs);
        }

        to.DelayPs = delayPs;
        Reschedule(port);
    }

    /// <summary>Takes a link's carrier away, and with it all that waits or is on the wire; or gives it back.</summary>
    /// <param name="port">The port.</param>
    /// <param name="up">Whether it has a carrier now.</param>
    /// <param name="nowPs">The time.</param>
    /// <param name="onLost">Told of each packet lost.</param>
    public void SetUp(int port, bool up, long nowPs, Action<Packet> onLost)
    {
        ref Port to = ref _ports[port];
        to.Traits = up ? to.Traits & ~PortTraits.Down : to.Traits | PortTraits.Down;
        if (!up)
        {
            while (to.Line.Count > 0)
            {
                Packet lost = to.Line.First(_pool);
                to.Line.RemoveFirst(_pool);
                to.Losses++;
                onLost(lost);
            }

            _extras[port]?.Scheduler?.Clear(_pool, lost =>
            {
                _ports[port].Losses++;
                onLost(lost);
            });
            to.BusyUntilPs = nowPs;
            _events.Clear(port);
        }
    }

    /// <summary>Packets that wait or are on a wire.</summary>
    public long CountUnderWay()
    {
        long count = 0;
        for (int port = 0; port < _ports.Length; port++)
        {
            count += _ports[port].Line.Count + (_extras[port]?.Scheduler?.Waiting ?? 0);
        }

        return count;
    }

    /// <summary>Packets marked at all ports.</summary>
    public long CountMarks()
    {
        long count = 0;
        foreach (ref Port port in _ports.AsSpan())
        {
            count += port.Marks;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteAccepted(int port, ref Port to, ref Packet last, long waitPs, long nowPs)
    {
        if (waitPs > to.MarkPs && last.Is(PacketFlags.EcnCapable))
        {
            last.Flags |= PacketFlags.Marked;
            to.Marks++;
        }

        if ((to.Traits & (PortTraits.Measured | PortTraits.Traced | PortTraits.Red | PortTraits.Watched)) != 0)
        {
            _extras[port]!.OnSent(port, ref to, ref last, waitPs, nowPs);
        }
    }

    /// <summary>Puts a frame behind the others of a line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Packet Put(int port, ref Port to, in Packet packet, long arrivalPs)
    {
        ref Packet last = ref to.Line.Add(_pool);
        last = packet;
        last.ArrivalPs = arrivalPs;
        if (to.Line.Count == 1)
        {
            _events.Set(port, arrivalPs);
        }

        return ref last;
    }

    private bool TryQueue(int port, in Packet packet, long nowPs)
    {
        ref Port to = ref _ports[port];
        if ((to.Traits & PortTraits.Down) != 0 || !_extras[port]!.Scheduler!.TryQueue(ref to, _pool, in packet, nowPs))
        {
            to.Drops++;
            return false;
        }

        to.Frames++;
        to.Bytes += packet.WireBytes;
        SendNext(port, nowPs);
        return true;
    }

    /// <summary>Puts the next frame of a scheduled port on the wire, when it is free.</summary>
    private void SendNext(int port, long nowPs)
    {
        PortExtras extras = _extras[port]!;
        ref Port to = ref _ports[port];
        if (!extras.Scheduler!.TrySendNext(_pool, to.PsPerByte, nowPs, out Packet packet))
        {
            return;
        }

        long waitPs = nowPs - packet.ArrivalPs;
        to.BusyUntilPs = extras.Scheduler.SendingUntilPs;
        ref Packet last = ref Put(port, ref to, in packet, to.BusyUntilPs + to.DelayPs);
        extras.OnSent(port, ref to, ref last, waitPs, nowPs);
    }

    // What is still to leave leaves without a pause up to BusyUntilPs. So a frame leaves as long before that as those behind it take,
    // and if that is not after now it has left: its arrival alone would not tell, since the delay may have been another.
    private long LineBytes(ref Port port)
    {
        long bytes = 0;
        int place = -1;
        for (int left = port.Line.Count; left > 0; left--)
        {
            place = port.Line.PlaceAfter(_pool, place);
            bytes += _pool[place].WireBytes;
        }

        return bytes;
    }

    private bool IsLost(int port)
    {
        bool isLost = _extras[port]!.IsLost();
        _ports[port].Losses += isLost ? 1 : 0;
        return isLost;
    }

    private void Reschedule(int port)
    {
        ref Port to = ref _ports[port];
        if (to.Line.Count > 0)
        {
            _events.Set(port, to.Line.First(_pool).ArrivalPs);
        }
    }

    private static long Rescale(long ps, long fromPsPerByte, long toPsPerByte) =>
        ps == SimTime.NeverPs ? ps : (long)UInt128.Min((UInt128)ps * (ulong)toPsPerByte / (ulong)fromPsPerByte, SimTime.NeverPs / 4);
}
