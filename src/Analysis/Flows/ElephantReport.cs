using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using Trunkline.Core.Flows;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Flows;

/// <summary>Tells elephants from mice, and says what no hash can beat.</summary>
/// <remarks>
/// No number is to be set. The cut is <see cref="ElephantCut.Automatic"/> over the sizes of all flows, which parts the bytes into
/// those of small and of large flows, but no less than 1 % of all bytes: less does not weigh, however it stands out. So there
/// are 100 elephants at most. Sizes are exact while no flow was retired.
/// </remarks>
internal sealed class ElephantReport
{
    /// <summary>An elephant has at least this share of all bytes.</summary>
    public const double ShareMin = 0.01;

    /// <summary>Flows are few when no more of them than there are links carry this much.</summary>
    public const double FewFlowsShare = 0.9;

    private readonly FlowTable _table;
    private readonly HeavyHitters<FlowKey> _hitters = new();

    /// <summary>Goes through the flows.</summary>
    public ElephantReport(FlowTable table)
    {
        _table = table;
        _table.VisitFlows((in FlowKey key, in FlowTotals flow) => _hitters.Add(in key, flow.Bytes));
        long weighty = (long)Math.Ceiling(_table.Bytes * ShareMin);
        Cut = Math.Max(ElephantCut.Automatic(_hitters).Bytes, Math.Max(1, weighty));
        Elephants = FindElephants();
    }

    /// <summary>Flows of so many bytes or more are elephants; <see cref="long.MaxValue"/> when none is.</summary>
    public long Cut { get; }

    /// <summary>The elephants, the largest first.</summary>
    public IReadOnlyList<AnalyzeElephant> Elephants { get; }

    /// <summary>Everything else, frames without IP among its bytes.</summary>
    public AnalyzeMice Mice
    {
        get
        {
            long bytes = _table.Bytes - Elephants.Sum(elephant => elephant.Bytes);
            return new AnalyzeMice(_table.FlowCount - Elephants.Count, bytes, ShareOf(bytes));
        }
    }

    /// <summary>What no hash can beat with these links.</summary>
    /// <remarks>What hashes see as one is a flow or, without IP, an entry.</remarks>
    public AnalyzeFloor FindFloor(FlowSizes sizes, IReadOnlyList<Link> links)
    {
        long largest = sizes.Largest.FirstOrDefault();
        BitRate[] speeds = [.. links.Select(link => link.Rate)];
        return new AnalyzeFloor(Floor.Imbalance(largest, _table.Bytes, speeds), ShareOf(largest));
    }

    /// <summary>The fewest flows that carry most of the bytes, when they are no more than there are links; else null.</summary>
    public AnalyzeLowEntropy? FindFewFlows(IReadOnlyList<Link> links)
    {
        var largest = new HeavyHitter<FlowKey>[links.Count];
        int count = _hitters.CopyLargest(largest);
        long bytes = 0;
        for (int i = 0; i < count; i++)
        {
            bytes += largest[i].BytesCertain;
            if (bytes > 0 && bytes >= FewFlowsShare * _table.Bytes)
            {
                BitRate[] speeds = [.. links.Select(link => link.Rate)];
                double floor = Floor.Imbalance(largest[0].BytesCertain, bytes, speeds);
                return new AnalyzeLowEntropy("few flows", bytes, i + 1, 0, floor, floor);
            }
        }

        return null;
    }

    private List<AnalyzeElephant> FindElephants()
    {
        var found = new List<(FlowKey Key, FlowTotals Flow)>();
        _table.VisitFlows((in FlowKey key, in FlowTotals flow) =>
        {
            if (flow.Bytes >= Cut)
            {
                found.Add((key, flow));
            }
        });
        return
        [
            .. found
                .OrderByDescending(f => f.Flow.Bytes).ThenBy(f => f.Flow.FirstNs)
                .ThenBy(f => f.Key.SourceAddress).ThenBy(f => f.Key.DestinationAddress)
                .ThenBy(f => f.Key.SourcePort).ThenBy(f => f.Key.DestinationPort).ThenBy(f => f.Key.Protocol)
                .Select(f => Describe(f.Key, in f.Flow)),
        ];
    }

    private AnalyzeElephant Describe(FlowKey key, in FlowTotals flow)
    {
        double seconds = new Interval(flow.LastNs - flow.FirstNs).TotalSeconds;
        return new AnalyzeElephant
        {
            Src = AddressText(key.SourceAddress, key.IpVersion),
            Dst = AddressText(key.DestinationAddress, key.IpVersion),
            Proto = ProtocolText(key.Protocol),
            Sport = key.SourcePort,
            Dport = key.DestinationPort,
            Bytes = flow.Bytes,
            Frames = flow.Frames,
            Share = ShareOf(flow.Bytes),
            Seconds = seconds,
            RateBps = seconds > 0 ? flow.Bytes * 8 / seconds : null,
        };
    }

    private double ShareOf(long bytes) => _table.Bytes == 0 ? 0 : (double)bytes / _table.Bytes;

    private static string AddressText(UInt128 address, int version)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(version == 4 ? bytes[12..] : bytes).ToString();
    }

    private static string ProtocolText(byte protocol) => protocol switch
    {
        IpProtocols.Icmp => "icmp",
        IpProtocols.Ipv4 => "ipip",
        IpProtocols.Tcp => "tcp",
        IpProtocols.Udp => "udp",
        IpProtocols.Dccp => "dccp",
        IpProtocols.Ipv6 => "ipv6",
        IpProtocols.Gre => "gre",
        IpProtocols.Esp => "esp",
        IpProtocols.Ah => "ah",
        IpProtocols.IcmpV6 => "icmp6",
        IpProtocols.Sctp => "sctp",
        IpProtocols.UdpLite => "udplite",
        _ => protocol.ToString(CultureInfo.InvariantCulture),
    };
}
