using Trunkline.Core.Wire;

namespace Trunkline.Analysis;

/// <summary>A statistic that grows with every frame. One thread; nothing allocates per packet.</summary>
internal interface IPacketSink
{
    /// <summary>A new entry stands in the flow table; called once for each, before its first packet.</summary>
    /// <param name="entry">Its index. An index whose entry was retired comes again, for another.</param>
    /// <param name="headers">The headers of its first frame.</param>
    void OnEntry(int entry, in PacketHeaders headers);

    /// <summary>The next frames, in time order, all of one window.</summary>
    void OnPackets(ReadOnlySpan<SeenPacket> packets);

    /// <summary>A window with traffic is over. Windows without traffic are not called; the number tells of them.</summary>
    /// <param name="window">Its number, from 0 at the first frame.</param>
    /// <param name="active">The entries that had frames in it; the table has their bytes.</param>
    void OnWindowEnd(long window, ReadOnlySpan<int> active);

    /// <summary>An entry is given up; it has no further packets, and is not among the active ones of the window that is open.</summary>
    /// <param name="entry">Its index; the table has its counters for the last time, those of the open window among them.</param>
    void OnRetire(int entry)
    {
    }
}
