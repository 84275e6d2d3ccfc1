using Trunkline.Core.Wire;

namespace Trunkline.Analysis;

/// <summary>A statistic that grows with every frame. One thread; nothing allocates per packet.</summary>
internal interface IPacketSink
{
    /// <summary>A new entry stands in the flow table; called once for each, before its first packet.</summary>
    /// <param name="entry">Its index. An index whose entry was retired comes again, for another.</param>
    /// <param name="headers">The headers of its first frame.</param>
    void OnEntry(int entry, in PacketHeaders headers);

    /// <summary>Whether <see cref="OnPackets"/> is to be called; the same at any time.</summary>
    bool WantsPackets => false;

    /// <summary>The next frames, in time order, all of one window.</summary>
    void OnPackets(ReadOnlySpan<SeenPacket> packets)
    {
    }

    /// <summary>What entries carried in the window that is open; an entry may come more than once, and then it is the sum that counts.</summary>
    void OnActive(ReadOnlySpan<ActiveEntry> active)
    {
    }

    /// <summary>A window with traffic is over. Windows without traffic are not called; the number tells of them.</summary>
    /// <param name="window">Its number, from 0 at the first frame.</param>
    void OnWindowEnd(long window)
    {
    }

    /// <summary>An entry is given up; it has no further packets, and what it carried in the window that is open was told.</summary>
    /// <param name="entry">Its index; the table has its counters for the last time.</param>
    void OnRetire(int entry)
    {
    }
}
