using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Fabric;

/// <summary>The queues of a port with classes, or with memory that it shares with others: what waits, and what is sent next.</summary>
/// <remarks>
/// A class of weight 0 goes before all that follow it; those with weights share what is left by deficit round robin (Shreedhar and
/// Varghese, SIGCOMM 1995). Each class has the port's bound to itself. Costs two events a hop where a plain port costs one, and with
/// one class and memory of its own does exactly the same.
/// </remarks>
internal sealed class PortScheduler
{
    private const int QuantumBytes = 1_514;

    private readonly PacketLine[] _lines;
    private readonly int[] _weights;
    private readonly long[] _bytes;
    private readonly long[] _deficits;
    private readonly SharedBuffer? _shared;
    private int _turn;
    private bool _hasQuantum;
    private int _sendingBytes;

    /// <summary>A port's queues, all empty.</summary>
    /// <param name="weights">Of the classes; empty for one class.</param>
    /// <param name="shared">Memory shared with other ports; null for none.</param>
    public PortScheduler(IReadOnlyList<int> weights, SharedBuffer? shared)
    {
        _weights = weights.Count == 0 ? [0] : [.. weights];
        _lines = new PacketLine[_weights.Length];
        _bytes = new long[_weights.Length];
        _deficits = new long[_weights.Length];
        _shared = shared;
    }

    /// <summary>When the frame being sent will have left; never when none is.</summary>
    public long SendingUntilPs { get; private set; } = SimTime.NeverPs;

    /// <summary>Frames that wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>Bytes that wait.</summary>
    public long WaitingBytes
    {
        get
        {
            long sum = 0;
            foreach (long bytes in _bytes)
            {
                sum += bytes;
            }

            return sum;
        }
    }

    /// <summary>Takes a frame into its class's queue.</summary>
    /// <param name="port">The port.</param>
    /// <param name="pool">Where packets are.</param>
    /// <param name="packet">The frame.</param>
    /// <param name="nowPs">The time.</param>
    /// <returns>False when there is no room for it.</returns>
    public bool TryQueue(ref Port port, PacketPool pool, in Packet packet, long nowPs)
    {
        int place = Math.Min(packet.Class, _lines.Length - 1);
        long sendingPs = SendingUntilPs == SimTime.NeverPs ? 0 : SendingUntilPs - nowPs;
        long waitPs = sendingPs + (_bytes[place] * port.PsPerByte);
        if (waitPs + (packet.WireBytes * port.PsPerByte) > port.BoundPs || _shared?.TryTake(Held, packet.WireBytes) == false)
        {
            return false;
        }

        ref Packet queued = ref _lines[place].Add(pool);
        queued = packet;
        queued.ArrivalPs = nowPs;
        if (waitPs > port.MarkPs && packet.Is(PacketFlags.EcnCapable))
        {
            queued.Flags |= PacketFlags.Marked;
            port.Marks++;
        }

        _bytes[place] += packet.WireBytes;
        Waiting++;
        return true;
    }

    /// <summary>Takes the frame that is sent next out of its queue, when none is being sent and one waits.</summary>
    public bool TrySendNext(PacketPool pool, long psPerByte, long nowPs, out Packet packet)
    {
        packet = default;
        if (Waiting == 0 || SendingUntilPs != SimTime.NeverPs)
        {
            return false;
        }

        int place = Choose(pool);
        packet = _lines[place].First(pool);
        _lines[place].RemoveFirst(pool);
        _bytes[place] -= packet.WireBytes;
        Waiting--;
        _sendingBytes = packet.WireBytes;
        SendingUntilPs = nowPs + (packet.WireBytes * psPerByte);
        return true;
    }

    /// <summary>Takes note that the frame being sent has left.</summary>
    public void OnLeft()
    {
        _shared?.Give(_sendingBytes);
        _sendingBytes = 0;
        SendingUntilPs = SimTime.NeverPs;
    }

    /// <summary>Takes note that the frame being sent leaves at another time.</summary>
    public void Retime(long leavesPs) => SendingUntilPs = SendingUntilPs == SimTime.NeverPs ? SimTime.NeverPs : leavesPs;

    /// <summary>Throws all away that waits or is being sent.</summary>
    public void Clear(PacketPool pool, Action<Packet> onLost)
    {
        for (int place = 0; place < _lines.Length; place++)
        {
            while (_lines[place].Count > 0)
            {
                Packet lost = _lines[place].First(pool);
                _lines[place].RemoveFirst(pool);
                _shared?.Give(lost.WireBytes);
                onLost(lost);
            }

            (_bytes[place], _deficits[place]) = (0, 0);
        }

        Waiting = 0;
        if (SendingUntilPs != SimTime.NeverPs)
        {
            OnLeft();
        }
    }

    /// <summary>Bytes that the port holds, that of the frame being sent included.</summary>
    private long Held => WaitingBytes + _sendingBytes;

    private int Choose(PacketPool pool)
    {
        // Strict classes first, as long as they stand before those with weights.
        int first = 0;
        for (; first < _lines.Length && _weights[first] == 0; first++)
        {
            if (_lines[first].Count > 0)
            {
                return first;
            }
        }

        // Only classes that have something to send take part, so that each turn of all brings a frame nearer.
        while (true)
        {
            int place = first + (_turn % (_lines.Length - first));
            if (_lines[place].Count > 0)
            {
                _deficits[place] += _hasQuantum ? 0 : (long)QuantumBytes * Math.Max(1, _weights[place]);
                _hasQuantum = true;
                int bytes = _lines[place].First(pool).WireBytes;
                if (_deficits[place] >= bytes)
                {
                    _deficits[place] -= bytes;
                    return place;
                }
            }
            else
            {
                _deficits[place] = 0;
            }

            _hasQuantum = false;
            _turn++;
        }
    }
}

/// <summary>Memory that the ports of a switch share; each may hold a part of what is free (Choudhury and Hahne, 1998).</summary>
/// <param name="bytes">All of it.</param>
/// <param name="alphaThousandths">The part, in thousandths.</param>
internal sealed class SharedBuffer(long bytes, int alphaThousandths)
{
    private long _free = bytes;

    /// <summary>Takes memory for a frame, when there is enough and the port does not hold its part already.</summary>
    /// <param name="held">What the port holds.</param>
    /// <param name="frameBytes">The frame.</param>
    public bool TryTake(long held, int frameBytes)
    {
        if (frameBytes > _free || held + frameBytes > _free * alphaThousandths / 1000)
        {
            return false;
        }

        _free -= frameBytes;
        return true;
    }

    /// <summary>Gives memory back.</summary>
    public void Give(int frameBytes) => _free += frameBytes;
}
