using System.Collections;
using System.Globalization;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Links;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Observed;

/// <summary>How the real box spread the traffic over the interfaces that captured it, and which technique does the same.</summary>
/// <remarks>
/// <para>A flow counts once, on the interface that carried most of its bytes, and all flows count alike: an elephant says no more
/// about a hash than a mouse does. Frames without IP are in bytes and frames only.</para>
/// <para>Which interface is which link is not known; for each technique the pairs are those that explain most. A technique that sends
/// everything to one link thus explains what the fullest interface carried: what that is worth is the difference to what chance
/// reaches.</para>
/// <para>Flows of retired entries count on the interface of their last entry.</para>
/// </remarks>
internal sealed class ObservedStatistics : IPacketSink, IResultPart
{
    private readonly FlowTable _table;
    private readonly IEntryLinks? _entryLinks;
    private readonly AnalysisOptions _options;
    private readonly int _links;
    private readonly int _techniques;

    // Of retired entries: what interfaces carried, and their flows by technique, interface and link (none behind the last).
    private readonly SortedDictionary<int, Carried> _retired = [];

    // For flows that lost an entry but live: 1 + the interface that captured it, −1 where there were several.
    private readonly ChunkedArray<int> _lostInterface;
    private long _retiredSplits;

    /// <summary>Makes ready.</summary>
    /// <param name="table">The flows.</param>
    /// <param name="entryLinks">What techniques would do; asked for an entry until the statistics behind this one were told that it is
    /// retired. Null when none was replayed.</param>
    /// <param name="options">Links and seed.</param>
    /// <param name="entriesMax">One more than the largest entry.</param>
    public ObservedStatistics(FlowTable table, IEntryLinks? entryLinks, AnalysisOptions options, int entriesMax = FlowTable.EntriesMaxDefault)
    {
        (_table, _entryLinks, _options) = (table, entryLinks, options);
        _links = options.Links.Count;
        _techniques = entryLinks?.Techniques.Count ?? 0;
        _lostInterface = new ChunkedArray<int>(entriesMax);
    }

    /// <inheritdoc/>
    public void OnEntry(int entry, in PacketHeaders headers)
    {
    }

    /// <inheritdoc/>
    public void OnRetire(int entry)
    {
        int at = _table.InterfaceOf(entry);
        Carried carried = CarriedBy(_retired, at);
        carried.Bytes += _table.BytesOf(entry);
        carried.Frames += _table.FramesOf(entry);
        int flow = _table.FlowOf(entry);
        if (flow < 0)
        {
            return;
        }

        int lost = _lostInterface.ValueOrDefault(flow);
        if (_table.EntryCountOf(flow) > 1)
        {
            _lostInterface.Reach(flow) = lost == 0 || lost == at + 1 ? at + 1 : -1;
            return;
        }

        if (lost != 0)
        {
            _retiredSplits += lost != at + 1 ? 1 : 0;
            _lostInterface[flow] = 0;
        }

        carried.Flows++;
        if (_retired.Count <= _links)
        {
            // With more interfaces than links nobody will ask.
            carried.ByLink ??= new long[_techniques * _links];
            for (int technique = 0; technique < _techniques; technique++)
            {
                Count(carried.ByLink.AsSpan(technique * _links, _links), _entryLinks!.LinkOf(technique, entry));
            }
        }
    }

    /// <inheritdoc/>
    public AnalyzeResult AddTo(AnalyzeResult result)
    {
        SortedDictionary<int, Carried> carried = [];
        foreach ((int at, Carried retired) in _retired)
        {
            carried.Add(at, retired.Copy());
        }

        AddLive(carried);
        IReadOnlyList<string> names = result.Capture.Interfaces ?? [];
        if (carried.Count < 2 || names.Count == 0)
        {
            return result;
        }

        int[] mainEntries = FindMainEntries(out long splits);
        int[] members = [.. carried.Keys];
        if (members.Length < _links && names.Count == _links && members[^1] < _links)
        {
            // A member that carried nothing is one all the same.
            members = [.. Enumerable.Range(0, _links)];
        }

        bool isComparable = members.Length == _links;
        Carried[] totals = [.. members.Select(member => CarriedBy(carried, member))];
        long[] bytes = [.. totals.Select(by => by.Bytes)];
        return result with
        {
            Observed = new AnalyzeObserved
            {
                Links = [.. totals.Select((by, i) => new AnalyzeLoad(NameOf(members[i], names), by.Bytes, by.Frames))],
                Imbalance = isComparable ? Imbalance.Of(bytes, _options.Links) : PlainImbalance(bytes),
                SplitFlows = splits,
                Policies = isComparable ? Compare(members, totals, mainEntries) : [],
            },
            Limits = isComparable ? result.Limits : [.. result.Limits, Mismatch(members.Length)],
        };
    }

    /// <summary>Adds what live entries carried.</summary>
    private void AddLive(SortedDictionary<int, Carried> carried)
    {
        int lastAt = -1;
        Carried? last = null;
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            if (_table.IsLive(entry))
            {
                int at = _table.InterfaceOf(entry);
                last = at == lastAt ? last! : CarriedBy(carried, at);
                lastAt = at;
                last.Bytes += _table.BytesOf(entry);
                last.Frames += _table.FramesOf(entry);
            }
        }
    }

    private static Carried CarriedBy(SortedDictionary<int, Carried> all, int at)
    {
        if (!all.TryGetValue(at, out Carried? carried))
        {
            all.Add(at, carried = new Carried());
        }

        return carried;
    }

    private static string NameOf(int index, IReadOnlyList<string> names) =>
        index < names.Count ? names[index] : string.Create(CultureInfo.InvariantCulture, $"interface {index}");

    private static double PlainImbalance(long[] bytes) =>
        bytes.Sum() == 0 ? 1 : (double)bytes.Max() * bytes.Length / bytes.Sum();

    private static void Count(Span<long> byLink, int link)
    {
        if (link >= 0)
        {
            byLink[link]++;
        }
    }

    private string Mismatch(int members)
    {
        FormattableString text = members > Bundle.LinksMax
            ? (FormattableString)$"{members} interfaces carried frames, more than a bundle has links: which policy spread them is not asked"
            : $"{members} interfaces carried frames but --links is {_links}: write --links {members} to see which policy explains the spread";
        return text.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Each live flow's entry with most bytes, by flow; −1 for a number that is not in use.</summary>
    /// <param name="splits">Flows seen on more than one interface, the retired ones among them.</param>
    private int[] FindMainEntries(out long splits)
    {
        var mainEntries = new int[_table.FlowEnd];
        Array.Fill(mainEntries, -1);
        var isSplit = new BitArray(mainEntries.Length);
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            int flow = _table.IsLive(entry) ? _table.FlowOf(entry) : -1;
            if (flow < 0)
            {
                continue;
            }

            ref int main = ref mainEntries[flow];
            int at = _table.InterfaceOf(entry);
            int lost = _lostInterface.ValueOrDefault(flow);
            isSplit[flow] |= (lost != 0 && lost != at + 1) || (main >= 0 && _table.InterfaceOf(main) != at);
            main = main < 0 || _table.BytesOf(entry) > _table.BytesOf(main) ? entry : main;
        }

        splits = _retiredSplits;
        for (int flow = 0; flow < isSplit.Length; flow++)
        {
            splits += isSplit[flow] ? 1 : 0;
        }

        return mainEntries;
    }

    private List<AnalyzeAgreement> Compare(int[] members, Carried[] totals, int[] mainEntries)
    {
        // Each live flow's member, and how many flows each member has.
        var memberOf = new byte[mainEntries.Length];
        long[] flows = [.. totals.Select(by => by.Flows)];
        for (int flow = 0; flow < memberOf.Length; flow++)
        {
            if (mainEntries[flow] >= 0)
            {
                memberOf[flow] = (byte)Array.IndexOf(members, _table.InterfaceOf(mainEntries[flow]));
                flows[memberOf[flow]]++;
            }
        }

        var found = new List<AnalyzeAgreement>();
        double all = flows.Sum();
        var columnOf = new int[_links];
        for (int technique = 0; all > 0 && technique < _techniques; technique++)
        {
            long[] seen = CountFlows(technique, totals, mainEntries, memberOf);
            found.Add(new AnalyzeAgreement(
                _entryLinks!.Techniques[technique],
                BestMatch.Find(seen, columnOf) / all,
                ChanceAgreement.Of(seen, flows, _options.Seed)));
        }

        return [.. found.OrderByDescending(a => a.Agreement).ThenBy(a => a.ByChance)];
    }

    /// <summary>Flows by member and by the link that a technique would choose.</summary>
    private long[] CountFlows(int technique, Carried[] totals, int[] mainEntries, byte[] memberOf)
    {
        var seen = new long[_links * _links];
        for (int member = 0; member < totals.Length; member++)
        {
            totals[member].ByLink?.AsSpan(technique * _links, _links).CopyTo(seen.AsSpan(member * _links));
        }

        for (int flow = 0; flow < mainEntries.Length; flow++)
        {
            if (mainEntries[flow] >= 0)
            {
                Count(seen.AsSpan(memberOf[flow] * _links, _links), _entryLinks!.LinkOf(technique, mainEntries[flow]));
            }
        }

        return seen;
    }

    /// <summary>What one interface carried.</summary>
    private sealed class Carried
    {
        public long Bytes { get; set; }

        public long Frames { get; set; }

        /// <summary>Flows of retired entries.</summary>
        public long Flows { get; set; }

        /// <summary>The same by technique and link.</summary>
        public long[]? ByLink { get; set; }

        public Carried Copy() => new() { Bytes = Bytes, Frames = Frames, Flows = Flows, ByLink = ByLink };
    }
}
