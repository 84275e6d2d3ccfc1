using System.Collections;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Tunnels;

/// <summary>Tunnelled traffic by its outer and by its inner headers: what a hash gains when it looks inside.</summary>
/// <remarks>
/// A tunnel is of the kind that the outermost header around another is; inside is the innermost packet. Both 5-tuples are hashed
/// by CRC-32, the links taken in turn. Entries that are not tunnelled cost nothing.
/// </remarks>
/// <param name="table">Has the entries' counters.</param>
/// <param name="links">The links.</param>
/// <param name="entriesMax">One more than the largest entry.</param>
internal sealed class TunnelStatistics(FlowTable table, IReadOnlyList<Link> links, int entriesMax) : IPacketSink, IResultPart
{
    private const int Kinds = (int)TunnelKind.Pseudowire + 1;

    private readonly FlowTable _table = table;
    private readonly IReadOnlyList<Link> _links = links;
    private readonly ChunkedArray<TunnelEntry> _entries = new(entriesMax);
    private readonly IHashPolicy _outer = PolicyCatalog.Get("crc/crc32");
    private readonly IHashPolicy _inner = PolicyCatalog.Get("crc/crc32:fields=inner-src+inner-dst+inner-sport+inner-dport+inner-proto");
    private readonly KindTotals?[] _retired = new KindTotals?[Kinds];

    /// <inheritdoc/>
    public void OnEntry(int entry, in PacketHeaders headers)
    {
        if (headers.LayerCount > 1)
        {
            ref readonly HeaderFields inner = ref headers.Inner;
            _entries.Reach(entry) = new TunnelEntry(
                headers.TunnelInto(1),
                (int)(_outer.Hash(in headers) % (uint)_links.Count),
                (int)(_inner.Hash(in headers) % (uint)_links.Count),
                inner.IpVersion == 0 ? 0 : KeyHash.OfTuple(in inner) | (1UL << 63));
        }
        else if (_entries.ValueOrDefault(entry).Kind != TunnelKind.None)
        {
            _entries[entry] = default;
        }
    }

    /// <inheritdoc/>
    public void OnRetire(int entry)
    {
        TunnelEntry retired = _entries.ValueOrDefault(entry);
        if (retired.Kind == TunnelKind.None)
        {
            return;
        }

        KindTotals totals = _retired[(int)retired.Kind] ??= new KindTotals(_links.Count);
        totals.Add(in retired, _table.BytesOf(entry), _table.FramesOf(entry));
        totals.InnerFlows += retired.InnerFlow == 0 ? 0 : 1;
        int flow = _table.FlowOf(entry);
        totals.OuterFlows += flow >= 0 && _table.EntryCountOf(flow) == 1 ? 1 : 0;
    }

    /// <inheritdoc/>
    public AnalyzeResult AddTo(AnalyzeResult result)
    {
        var tunnels = new List<AnalyzeTunnel>();
        var present = new int[Kinds];
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            present[(int)KindOf(entry)]++;
        }

        ulong[] innerFlows = new ulong[present[1..].Max()];
        for (var kind = TunnelKind.None + 1; (int)kind < Kinds; kind++)
        {
            if (present[(int)kind] > 0 || _retired[(int)kind] is not null)
            {
                tunnels.Add(Sum(kind, present[(int)kind], innerFlows));
            }
        }

        return tunnels.Count == 0 ? result : result with { Tunnels = tunnels };
    }

    /// <summary>What a tunnel is called in reports.</summary>
    internal static string NameOf(TunnelKind kind) => kind switch
    {
        TunnelKind.Gre => "gre",
        TunnelKind.Nvgre => "nvgre",
        TunnelKind.Erspan => "erspan",
        TunnelKind.IpInIp => "ipip",
        TunnelKind.SixInFour => "6in4",
        TunnelKind.IpInIpv6 => "ip-in-ipv6",
        TunnelKind.Vxlan => "vxlan",
        TunnelKind.Geneve => "geneve",
        TunnelKind.GtpU => "gtp-u",
        TunnelKind.MplsOverUdp => "mpls-over-udp",
        TunnelKind.Pseudowire => "pseudowire",
        _ => "none",
    };

    private TunnelKind KindOf(int entry) => _table.IsLive(entry) ? _entries.ValueOrDefault(entry).Kind : TunnelKind.None;

    private AnalyzeTunnel Sum(TunnelKind kind, int count, ulong[] innerFlows)
    {
        var totals = new KindTotals(_links.Count);
        if (_retired[(int)kind] is KindTotals retired)
        {
            totals.Add(retired);
        }

        // The one array that grows with entries is used for one kind after another.
        var isOuter = new BitArray(_table.FlowEnd);
        long outerFlows = 0;
        int filled = 0;
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            if (KindOf(entry) == kind)
            {
                totals.Add(in _entries[entry], _table.BytesOf(entry), _table.FramesOf(entry));
                innerFlows[filled++] = _entries[entry].InnerFlow;
                int flow = _table.FlowOf(entry);
                if (flow >= 0 && !isOuter[flow])
                {
                    isOuter[flow] = true;
                    outerFlows++;
                }
            }
        }

        return new AnalyzeTunnel(
            NameOf(kind),
            totals.Frames,
            totals.Bytes,
            totals.OuterFlows + outerFlows,
            totals.InnerFlows + CountDistinct(innerFlows.AsSpan(0, count)),
            Imbalance.Of(totals.OuterBytes, _links),
            Imbalance.Of(totals.InnerBytes, _links));
    }

    /// <summary>How many different numbers there are, 0 left out.</summary>
    private static int CountDistinct(Span<ulong> numbers)
    {
        numbers.Sort();
        int distinct = 0;
        ulong last = 0;
        foreach (ulong number in numbers)
        {
            distinct += number != last ? 1 : 0;
            last = number;
        }

        return distinct;
    }

    /// <summary>What is kept of a tunnelled entry, in 8 bytes: there may be a million.</summary>
    private readonly struct TunnelEntry
    {
        // From the lowest bit: kind, outer link, inner link, and the upper 48 bits of the mixed 5-tuple.
        private const int OuterLinkAt = 4;
        private const int InnerLinkAt = 10;
        private const int InnerFlowAt = 16;
        private const int KindMask = (1 << OuterLinkAt) - 1;
        private const int LinkMask = Bundle.LinksMax - 1;

        private readonly ulong _word;

        public TunnelEntry(TunnelKind kind, int outerLink, int innerLink, ulong innerFlow) => _word =
            (innerFlow >> InnerFlowAt << InnerFlowAt) | ((ulong)innerLink << InnerLinkAt) | ((ulong)outerLink << OuterLinkAt) | (ulong)kind;

        /// <summary>The tunnel; none for an entry that is not in one.</summary>
        public TunnelKind Kind => (TunnelKind)(_word & KindMask);

        /// <summary>Where the outer 5-tuple goes.</summary>
        public int OuterLink => (int)(_word >> OuterLinkAt) & LinkMask;

        /// <summary>Where the inner 5-tuple goes.</summary>
        public int InnerLink => (int)(_word >> InnerLinkAt) & LinkMask;

        /// <summary>The 5-tuple inside, mixed; 0 where there is no IP inside. In one capture of some 300 with a million of them, two are taken for one.</summary>
        public ulong InnerFlow => _word >> InnerFlowAt;
    }

    /// <summary>Sums over the entries of one kind.</summary>
    private sealed class KindTotals(int links)
    {
        public long Frames { get; private set; }

        public long Bytes { get; private set; }

        public long OuterFlows { get; set; }

        public long InnerFlows { get; set; }

        public long[] OuterBytes { get; } = new long[links];

        public long[] InnerBytes { get; } = new long[links];

        public void Add(in TunnelEntry entry, long bytes, long frames)
        {
            Frames += frames;
            Bytes += bytes;
            OuterBytes[entry.OuterLink] += bytes;
            InnerBytes[entry.InnerLink] += bytes;
        }

        public void Add(KindTotals other)
        {
            Frames += other.Frames;
            Bytes += other.Bytes;
            OuterFlows += other.OuterFlows;
            InnerFlows += other.InnerFlows;
            for (int i = 0; i < OuterBytes.Length; i++)
            {
                OuterBytes[i] += other.OuterBytes[i];
                InnerBytes[i] += other.InnerBytes[i];
            }
        }
    }
}
