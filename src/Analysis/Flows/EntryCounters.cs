using System.Runtime.CompilerServices;

namespace Trunkline.Analysis.Flows;

/// <summary>What each entry carries, in all and in the window that is open, and which entries are active in it.</summary>
/// <remarks>Belongs to the thread that runs the statistics.</remarks>
/// <param name="entriesMax">One more than the largest entry.</param>
internal sealed class EntryCounters(int entriesMax)
{
    // Set in the window's counter of every entry that is active, so that an empty frame makes it active too.
    private const long ActiveMark = 1L << 62;

    private readonly ChunkedArray<Counters> _counters = new(entriesMax);
    private int[] _active = new int[1 << 12];
    private int _activeCount;

    /// <summary>The entries that had frames in the window, in the order of their first.</summary>
    public ReadOnlySpan<int> Active => _active.AsSpan(0, _activeCount);

    /// <summary>Bytes of an entry.</summary>
    public long Bytes(int entry) => _counters.ValueOrDefault(entry).Bytes;

    /// <summary>Frames of an entry.</summary>
    public long Frames(int entry) => _counters.ValueOrDefault(entry).Frames;

    /// <summary>Bytes of an entry in the window.</summary>
    public long WindowBytes(int entry) => _counters.ValueOrDefault(entry).WindowBytes & ~ActiveMark;

    /// <summary>Makes an entry another one's.</summary>
    public void Reset(int entry) => _counters.Reach(entry) = default;

    /// <summary>Counts frames of the window; their entries were reset when they were new.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public void Add(ReadOnlySpan<SeenPacket> packets)
    {
        int count = _activeCount;
        if (_active.Length < count + packets.Length)
        {
            Array.Resize(ref _active, Math.Max(_active.Length * 2, count + packets.Length));
        }

        // Every entry is written behind the last active one, and stays there if it was not active before: no decision to mistake.
        Span<int> active = _active.AsSpan(count);
        int added = 0;
        foreach (ref readonly SeenPacket packet in packets)
        {
            ref Counters counters = ref _counters[packet.Entry];
            long windowBytes = counters.WindowBytes;
            active[added] = packet.Entry;
            added += (int)((ulong)(windowBytes - 1) >> 63);
            counters.WindowBytes = (windowBytes | ActiveMark) + packet.Bytes;
            counters.Bytes += packet.Bytes;
            counters.Frames++;
        }

        _activeCount = count + added;
    }

    /// <summary>Begins another window.</summary>
    public void BeginWindow()
    {
        foreach (int entry in Active)
        {
            _counters[entry].WindowBytes = 0;
        }

        _activeCount = 0;
    }

    /// <summary>Drops retired entries from the window.</summary>
    public void Forget(Predicate<int> isRetired)
    {
        int kept = 0;
        foreach (int entry in Active)
        {
            if (!isRetired(entry))
            {
                _active[kept++] = entry;
            }
        }

        _activeCount = kept;
    }

    private struct Counters
    {
        public long Bytes;
        public long Frames;
        public long WindowBytes;
    }
}
