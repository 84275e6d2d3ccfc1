using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Engine;

/// <summary>A line of packets, first in first out; grows by doubling.</summary>
internal struct PacketRing
{
    private const int StartSize = 16;

    private Packet[] _packets;
    private int _head;

    /// <summary>An empty line.</summary>
    public PacketRing()
    {
        _packets = new Packet[StartSize];
    }

    /// <summary>Packets in line.</summary>
    public int Count { get; private set; }

    /// <summary>The first; there must be one.</summary>
    public readonly ref Packet First => ref _packets[_head];

    /// <summary>A packet by its place, 0 the first.</summary>
    public readonly ref Packet this[int place] => ref _packets[(_head + place) & (_packets.Length - 1)];

    /// <summary>Makes room behind the last and returns it, for the caller to fill.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Packet Add()
    {
        if (Count == _packets.Length)
        {
            Grow();
        }

        return ref _packets[(_head + Count++) & (_packets.Length - 1)];
    }

    /// <summary>Takes the first away; what <see cref="First"/> referred to stays readable until the next <see cref="Add"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RemoveFirst()
    {
        _head = (_head + 1) & (_packets.Length - 1);
        Count--;
    }

    /// <summary>Empties the line.</summary>
    public void Clear() => (_head, Count) = (0, 0);

    private void Grow()
    {
        var larger = new Packet[_packets.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = this[i];
        }

        (_packets, _head) = (larger, 0);
    }
}
