using Trunkline.Core.Units;

namespace Trunkline.Analysis.Replay;

/// <summary>The techniques that never move anything: an entry's link is decided once and kept.</summary>
/// <remarks>Packets cost nothing; a window costs an addition for each active entry and byte of its row.</remarks>
internal sealed class StaticReplay
{
    // To tell the sums apart by technique costs as much as some entries.
    private const int FewEntries = 64;

    private readonly FlowTable _table;
    private readonly ReplayTechnique[] _techniques;
    private readonly int[] _indices;
    private readonly PackedLinks _links;
    private readonly PackedTally _bytes;
    private readonly PackedTally _frames;
    private readonly PackedTally _window;
    private readonly long[] _moved;
    private bool _isTallied;

    /// <summary>No entry yet.</summary>
    /// <param name="table">Has the entries' counters.</param>
    /// <param name="techniques">The techniques.</param>
    /// <param name="links">Number of links, of which at least one may be chosen.</param>
    /// <param name="entriesMax">One more than the largest entry.</param>
    public StaticReplay(FlowTable table, IEnumerable<ReplayTechnique> techniques, int links, int entriesMax)
    {
        _table = table;
        _techniques = [.. techniques];
        _indices = [.. _techniques.Select(technique => technique.Index)];
        _links = new PackedLinks(entriesMax, _techniques.Length, links);
        (_bytes, _frames, _window) = (new PackedTally(_links), new PackedTally(_links), new PackedTally(_links));
        _moved = new long[_techniques.Length];
    }

    /// <summary>The techniques.</summary>
    public IReadOnlyList<ReplayTechnique> Techniques => _techniques;

    /// <summary>Entries of flows so far; one that was retired and came back counts again.</summary>
    public long FlowEntries { get; private set; }

    /// <summary>Decides the links of a new entry.</summary>
    /// <param name="entry">Its index.</param>
    /// <param name="isFlow">Whether it is of a flow.</param>
    /// <param name="hashes">What each policy makes of it.</param>
    /// <param name="before">What to compare with; null for nothing.</param>
    public void OnEntry(int entry, bool isFlow, ReadOnlySpan<uint> hashes, StaticReplay? before)
    {
        Span<byte> row = _links.Reach(entry);
        row.Clear();
        FlowEntries += isFlow ? 1 : 0;
        int other = 0;
        for (int number = 0; number < _techniques.Length; number++)
        {
            ReplayTechnique technique = _techniques[number];
            LinkId link = technique.Balancer.LinkOf(technique.Balancer.BucketOf(hashes[technique.Policy]));
            row[number / _links.PerByte] |= (byte)(link.Index << (number % _links.PerByte * _links.Bits));
            if (before is not null && isFlow)
            {
                // Techniques that do not fit other links are missing there; the order is the same.
                while (before._indices[other] != technique.Index)
                {
                    other++;
                }

                _moved[number] += before.LinkOf(other, entry) != link.Index ? 1 : 0;
            }
        }
    }

    /// <summary>The link of a live entry under one of the techniques.</summary>
    public int LinkOf(int number, int entry) => _links.LinkOf(number, entry);

    /// <summary>How many of <see cref="FlowEntries"/> have another link than in what they were compared with.</summary>
    public long MovedOf(int number) => _moved[number];

    /// <summary>Adds what entries carried in the window.</summary>
    public void AddWindow(ReadOnlySpan<ActiveEntry> active, LoadTable window)
    {
        if (active.Length <= FewEntries)
        {
            foreach (ActiveEntry one in active)
            {
                for (int number = 0; number < _indices.Length; number++)
                {
                    window.Row(_indices[number])[_links.LinkOf(number, one.Entry)] += one.Bytes;
                }
            }

            return;
        }

        _isTallied = true;
        foreach (ActiveEntry one in active)
        {
            _window.Add(_links[one.Entry], one.Bytes);
        }
    }

    /// <summary>Completes the window.</summary>
    public void EndWindow(LoadTable window)
    {
        if (_isTallied)
        {
            _window.MoveTo(window, _indices);
            _isTallied = false;
        }
    }

    /// <summary>Drops the window's bytes of these techniques.</summary>
    public void Clear(LoadTable window)
    {
        foreach (int index in _indices)
        {
            window.Row(index).Clear();
        }
    }

    /// <summary>Adds all that an entry carried.</summary>
    public void AddTotals(int entry)
    {
        ReadOnlySpan<byte> row = _links[entry];
        _bytes.Add(row, _table.BytesOf(entry));
        _frames.Add(row, _table.FramesOf(entry));
    }

    /// <summary>Hands over what was added.</summary>
    public void MoveTotals(LoadTable bytes, LoadTable frames)
    {
        _bytes.MoveTo(bytes, _indices);
        _frames.MoveTo(frames, _indices);
    }
}
