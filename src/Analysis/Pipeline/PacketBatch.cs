using Trunkline.Analysis.Flows;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Pipeline;

/// <summary>A round of frames on their way to the statistics: all of one window, and the entries that are new with them.</summary>
/// <remarks>Some 140 KB, used again and again.</remarks>
internal sealed class PacketBatch
{
    /// <summary>Most frames.</summary>
    public const int PacketsMax = 1024;

    // So that a group of frames fits into every batch that has room.
    private const int EntriesMax = 2 * FrameGroup.FramesMax;

    private readonly SeenPacket[] _packets = new SeenPacket[PacketsMax];
    private readonly int[] _entries = new int[EntriesMax];
    private readonly PacketHeaders[] _headers = new PacketHeaders[EntriesMax];
    private readonly ActiveEntry[] _active = new ActiveEntry[FlowTable.ActiveMax];
    private int _packetCount;
    private int _entryCount;
    private int _activeCount;

    /// <summary>Whether another group of frames fits in.</summary>
    public bool HasRoom => _packetCount <= PacketsMax - FrameGroup.FramesMax && _entryCount <= EntriesMax - FrameGroup.FramesMax;

    /// <summary>The window that its frames belong to.</summary>
    public long Window { get; set; }

    /// <summary>Whether it is the window's last.</summary>
    public bool EndsWindow { get; set; }

    /// <summary>Takes the table's active entries; once.</summary>
    public void TakeActive(FlowTable table) => _activeCount = table.TakeActive(_active);

    /// <summary>Makes room for frames.</summary>
    /// <param name="count">How many.</param>
    public Span<SeenPacket> Add(int count)
    {
        Span<SeenPacket> added = _packets.AsSpan(_packetCount, count);
        _packetCount += count;
        return added;
    }

    /// <summary>Makes room for the headers of an entry that is new.</summary>
    public ref PacketHeaders AddEntry(int entry)
    {
        _entries[_entryCount] = entry;
        return ref _headers[_entryCount++];
    }

    /// <summary>Tells the statistics.</summary>
    public void Deliver(ReadOnlySpan<IPacketSink> sinks)
    {
        ReadOnlySpan<SeenPacket> packets = _packets.AsSpan(0, _packetCount);
        ReadOnlySpan<ActiveEntry> active = _active.AsSpan(0, _activeCount);
        foreach (IPacketSink sink in sinks)
        {
            for (int i = 0; i < _entryCount; i++)
            {
                sink.OnEntry(_entries[i], in _headers[i]);
            }

            if (packets.Length > 0)
            {
                sink.OnPackets(packets);
            }

            if (active.Length > 0)
            {
                sink.OnActive(active);
            }

            if (EndsWindow)
            {
                sink.OnWindowEnd(Window);
            }
        }
    }

    /// <summary>Empties it.</summary>
    public void Clear()
    {
        _packetCount = 0;
        _entryCount = 0;
        _activeCount = 0;
        EndsWindow = false;
    }
}
