using Trunkline.Core.Balancing;
using Trunkline.Results;

namespace Trunkline.Analysis.Replay;

/// <summary>Every technique over the packets, on one set of links.</summary>
internal sealed class ReplayRun
{
    private readonly FlowTable _table;
    private readonly ReplayLinks _links;
    private readonly DynamicReplay _dynamics;
    private readonly LoadTable _open;
    private readonly LoadTable _bytes;
    private readonly LoadTable _frames;

    /// <summary>Nothing seen yet.</summary>
    /// <param name="table">Has the entries' counters.</param>
    /// <param name="links">The links, of which at least one may be chosen, and the techniques on them.</param>
    /// <param name="techniques">Techniques asked for.</param>
    /// <param name="entriesMax">One more than the largest entry.</param>
    public ReplayRun(FlowTable table, ReplayLinks links, int techniques, int entriesMax)
    {
        (_table, _links) = (table, links);
        int count = links.Links.Count;
        Statics = new StaticReplay(table, links.Techniques.Where(technique => technique.IsStatic), count, entriesMax);
        _dynamics = new DynamicReplay(links.Techniques.Where(technique => !technique.IsStatic), count, entriesMax);
        (_open, _bytes, _frames) = (new LoadTable(techniques, count), new LoadTable(techniques, count), new LoadTable(techniques, count));
    }

    /// <summary>The techniques that never move anything.</summary>
    public StaticReplay Statics { get; }

    /// <summary>The bytes of the window that is open: of those that may move so far, of the others when it ended.</summary>
    public LoadTable Window => _open;

    /// <summary>Takes note of a new entry.</summary>
    public void OnEntry(int entry, bool isFlow, ReadOnlySpan<uint> hashes, ReplayRun? before)
    {
        Statics.OnEntry(entry, isFlow, hashes, before?.Statics);
        _dynamics.OnEntry(entry);
    }

    /// <summary>Asks the techniques that may move and have this policy.</summary>
    public void OnPackets(
        ReadOnlySpan<SeenPacket> packets, int policy, ReadOnlySpan<OfferedPacket> offered, ReadOnlySpan<byte> isClose) =>
        _dynamics.OnPackets(packets, policy, offered, isClose, _open, _frames);

    /// <summary>Takes note of what entries carried in the window.</summary>
    public void OnActive(ReadOnlySpan<ActiveEntry> active) => Statics.AddWindow(active, _open);

    /// <summary>Completes the window's bytes.</summary>
    public void EndWindow() => Statics.EndWindow(_open);

    /// <summary>Begins another window.</summary>
    /// <remarks>Techniques that never move have their totals from the entries; of them the window's bytes are dropped.</remarks>
    public void BeginWindow()
    {
        Statics.Clear(_open);
        _bytes.Take(_open);
    }

    /// <summary>Takes note of what an entry carried, for the last time.</summary>
    public void OnRetire(int entry) => Statics.AddTotals(entry);

    /// <summary>Adds up what lives. Nothing may follow.</summary>
    public void Finish()
    {
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            if (_table.IsLive(entry))
            {
                Statics.AddTotals(entry);
            }
        }

        Statics.MoveTotals(_bytes, _frames);
        BeginWindow();
    }

    /// <summary>How even the whole capture was under a technique.</summary>
    public LoadFigures FiguresOf(int technique) => LoadFigures.Of(_bytes.Of(technique), _links.Speeds);

    /// <summary>What each link carries under a technique.</summary>
    public IReadOnlyList<AnalyzeLoad> LoadsOf(int technique) =>
        [.. _links.Links.Select((link, i) => new AnalyzeLoad(link.Name, _bytes.Of(technique)[i], _frames.Of(technique)[i]))];

    /// <summary>Packets that could overtake the one before, under a technique.</summary>
    public long ReorderableOf(ReplayTechnique technique)
    {
        for (int number = 0; number < _dynamics.Techniques.Count; number++)
        {
            if (_dynamics.Techniques[number] == technique)
            {
                return _dynamics.ReorderableOf(number);
            }
        }

        return 0;
    }

    /// <summary>What the techniques do on these links that they do not on others.</summary>
    public IEnumerable<AnalyzeWhatIf> WhatIf()
    {
        int number = 0;
        foreach (ReplayTechnique technique in _links.Techniques)
        {
            double? moved = !technique.IsStatic ? null
                : Statics.FlowEntries == 0 ? 0
                : (double)Statics.MovedOf(number) / Statics.FlowEntries;
            number += technique.IsStatic ? 1 : 0;
            yield return new AnalyzeWhatIf(_links.Change!, technique.Name, FiguresOf(technique.Index).Imbalance, moved);
        }
    }
}
