using System.Runtime.CompilerServices;
using Trunkline.Analysis.Flows;
using Trunkline.Analysis.Pipeline;
using Trunkline.Core.Balancing;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Replay;

/// <summary>Replays a capture through every technique: what it would have put on each link, and what it would put on others.</summary>
/// <remarks>
/// <para>A technique that never moves decides an entry's link once; one that may move is asked for every packet. A replay is open
/// loop: what waits in a virtual queue does not slow its sender down.</para>
/// <para>A packet is reorderable when its entry's packet before went over another link no longer ago than the skew.</para>
/// </remarks>
internal sealed class CaptureReplay : IPacketSink, IResultPart, IEntryLinks, IWindowExcess
{
    private readonly AnalysisOptions _options;
    private readonly ReplayPlan _plan;
    private readonly ReplayRun _base;
    private readonly ReplayRun[] _variants;
    private readonly WindowHistogram[] _windows;
    private readonly WindowSeries _series;
    private readonly int[] _policies;
    private readonly ChunkedArray<uint>[] _keptHashes;
    private readonly uint[] _hashes;
    private readonly OfferedPacket[] _offered = new OfferedPacket[PacketBatch.PacketsMax];
    private readonly byte[] _isClose = new byte[PacketBatch.PacketsMax];

    /// <summary>Nothing seen yet.</summary>
    /// <param name="plan">What is to be replayed; used up by this.</param>
    /// <param name="options">What is asked.</param>
    /// <param name="table">Has the entries' counters.</param>
    /// <param name="entriesMax">One more than the largest entry.</param>
    public CaptureReplay(ReplayPlan plan, AnalysisOptions options, FlowTable table, int entriesMax)
    {
        int techniques = options.Techniques.Count;
        (_plan, _options) = (plan, options);
        _base = new ReplayRun(table, plan.Links, techniques, entriesMax);
        _variants = [.. plan.Variants.Select(links => new ReplayRun(table, links, techniques, entriesMax))];
        _windows = [.. options.Techniques.Select(_ => new WindowHistogram())];
        _series = new WindowSeries(_base.Window.Values, _base.Window.Pitch, options.Links.Count);
        _policies = [.. plan.DynamicPolicies];
        _keptHashes = [.. _policies.Select(_ => new ChunkedArray<uint>(entriesMax))];
        _hashes = new uint[plan.Policies.Count];
        Techniques = [.. _base.Statics.Techniques.Select(technique => technique.Name)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Techniques { get; }

    // Without links to choose there are neither figures nor decisions.
    private bool IsIdle => !_plan.Links.IsUsable;

    /// <inheritdoc/>
    public int LinkOf(int technique, int entry) => IsIdle ? -1 : _base.Statics.LinkOf(technique, entry);

    /// <inheritdoc/>
    public double? ShareOver(double excess) =>
        IsIdle || _base.Statics.Techniques.Count == 0 ? null : _windows[_base.Statics.Techniques[0].Index].ShareOver(1 + excess);

    /// <inheritdoc/>
    public void OnEntry(int entry, in PacketHeaders headers)
    {
        if (IsIdle)
        {
            return;
        }

        bool isFlow = headers.Outer.IpVersion != 0;
        _plan.Policies.Hash(in headers, _hashes);
        _base.OnEntry(entry, isFlow, _hashes, null);
        foreach (ReplayRun variant in _variants)
        {
            variant.OnEntry(entry, isFlow, _hashes, _base);
        }

        for (int i = 0; i < _policies.Length; i++)
        {
            _keptHashes[i].Reach(entry) = _hashes[_policies[i]];
        }
    }

    /// <inheritdoc/>
    public bool WantsPackets => _policies.Length > 0 && !IsIdle;

    /// <inheritdoc/>
    public void OnPackets(ReadOnlySpan<SeenPacket> packets)
    {
        if (!WantsPackets)
        {
            return;
        }

        for (int i = 0; i < packets.Length; i++)
        {
            _isClose[i] = (byte)(packets[i].IsClose ? 1 : 0);
        }

        for (int i = 0; i < _policies.Length; i++)
        {
            Offer(packets, _keptHashes[i]);
            ReadOnlySpan<OfferedPacket> offered = _offered.AsSpan(0, packets.Length);
            _base.OnPackets(packets, _policies[i], offered, _isClose);
            foreach (ReplayRun variant in _variants)
            {
                variant.OnPackets(packets, _policies[i], offered, _isClose);
            }
        }
    }

    /// <inheritdoc/>
    public void OnActive(ReadOnlySpan<ActiveEntry> active)
    {
        if (!IsIdle)
        {
            _base.OnActive(active);
        }
    }

    /// <inheritdoc/>
    public void OnWindowEnd(long window)
    {
        if (IsIdle)
        {
            return;
        }

        _base.EndWindow();
        foreach (ReplayTechnique technique in _plan.Links.Techniques)
        {
            _windows[technique.Index].Add(Imbalance.Of(_base.Window.Of(technique.Index), _plan.Links.Speeds));
        }

        if (_options.OnWindow is Action<WindowSeries> onWindow)
        {
            (_series.Window, _series.Seconds) = (window, window * _options.Window.TotalSeconds);
            onWindow(_series);
        }

        _base.BeginWindow();
    }

    /// <inheritdoc/>
    public void OnRetire(int entry)
    {
        if (IsIdle)
        {
            return;
        }

        _base.OnRetire(entry);
        foreach (ReplayRun variant in _variants)
        {
            variant.OnRetire(entry);
        }
    }

    /// <inheritdoc/>
    public AnalyzeResult AddTo(AnalyzeResult result)
    {
        if (IsIdle)
        {
            const string Why = "no link may be chosen: every weight or speed is 0";
            return result with { Techniques = [.. _options.Techniques.Select(name => new AnalyzeTechnique { Name = name, NotApplicable = Why })] };
        }

        _base.Finish();
        var whatIf = new List<AnalyzeWhatIf>();
        foreach (ReplayRun variant in _variants)
        {
            variant.Finish();
            whatIf.AddRange(variant.WhatIf());
        }

        return result with
        {
            Techniques = [.. _plan.Links.Techniques.Select(Report).OrderBy(t => t.Imbalance).ThenBy(t => t.ImbalanceP99 ?? 1)],
            WhatIf = whatIf.Count == 0 ? result.WhatIf : whatIf,
        };
    }

    private AnalyzeTechnique Report(ReplayTechnique technique)
    {
        LoadFigures figures = _base.FiguresOf(technique.Index);
        MoveCounters moves = technique.Balancer.Moves;
        return new AnalyzeTechnique
        {
            Name = technique.Name,
            Links = _base.LoadsOf(technique.Index),
            Imbalance = figures.Imbalance,
            ImbalanceP99 = _windows[technique.Index].Percentile(99),
            Cov = figures.Cov,
            Jain = figures.Jain,
            Moves = moves.Moves,
            UnsafeMoves = moves.UnsafeMoves,
            ReorderablePackets = _base.ReorderableOf(technique),
            OpenLoop = technique.IsOpenLoop ? true : null,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Offer(ReadOnlySpan<SeenPacket> packets, ChunkedArray<uint> hashes)
    {
        Span<OfferedPacket> offered = _offered.AsSpan(0, packets.Length);
        for (int i = 0; i < packets.Length; i++)
        {
            SeenPacket packet = packets[i];
            offered[i] = new OfferedPacket(hashes[packet.Entry], packet.Bytes, new Timestamp(packet.TimeNs));
        }
    }
}
