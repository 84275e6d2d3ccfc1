namespace Trunkline.Analysis;

/// <summary>One frame of the capture as the statistics see it. 16 bytes.</summary>
internal readonly struct SeenPacket
{
    private const uint CloseBit = 1u << 31;

    private readonly uint _bytes;

    /// <summary>A frame.</summary>
    public SeenPacket(int entry, int bytes, long timeNs, bool isClose) =>
        (Entry, _bytes, TimeNs) = (entry, (uint)bytes | (isClose ? CloseBit : 0), timeNs);

    /// <summary>Its entry in the flow table.</summary>
    public int Entry { get; }

    /// <summary>Length on the wire.</summary>
    public int Bytes => (int)(_bytes & ~CloseBit);

    /// <summary>When; never before the frame before it: a clock that goes back is held.</summary>
    public long TimeNs { get; }

    /// <summary>Whether its entry's frame before came no longer ago than the skew.</summary>
    public bool IsClose => _bytes >= CloseBit;
}

/// <summary>What an entry carried within a window, or a part of it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Bytes">Bytes on the wire.</param>
internal readonly record struct ActiveEntry(int Entry, long Bytes);
