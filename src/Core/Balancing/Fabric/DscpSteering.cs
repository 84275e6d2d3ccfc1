using System.Numerics;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>An underlay that treats packets with a mark otherwise: marked flows are placed by load, all others hashed.</summary>
public sealed class DscpSteering : FabricTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "dscp-steer",
        Kind = TechniqueKind.Fabric,
        Summary = "flows whose packets are marked are placed on the least loaded link; the others are hashed",
        Remarks =
            "For hosts that mark their large flows (elephants:action=mark). A switch places a marked flow at its first marked packet, and "
            + "again when it was idle for longer than the gap or lost its link: on the usable link with the fewest marked flows for its speed, "
            + "of equal ones that with the least load of all traffic, then the first. Each switch decides for its own links and knows "
            + "nothing beyond. A flow that is marked on its way moves from where the hash had it, and may be reordered once.",
        Source = "Casado and Pettit, Of Mice and Elephants, 2013 (mark at the edge, act in the underlay); RFC 2474 for the field",
        Needs = "senders that mark, and switches that trust the mark",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("class", ParameterKind.WholeNumber, "1", "priority class from which a packet counts as marked") { Minimum = 1, Maximum = 255 },
            new("gap", ParameterKind.Interval, "100ms", "a marked flow idle for longer than this is placed anew, and counts no longer") { Minimum = 1, Maximum = 60_000_000_000 },
            new("flows", ParameterKind.WholeNumber, "1024", "marked flows that a group of links tells apart, by hash; a power of two") { Minimum = 2, Maximum = 65_536 },
        ],
    };

    private readonly int _class;
    private readonly long _gapNs;
    private readonly int _flowsMax;
    private Site?[] _sites = [];
    private long _moves;
    private long _unsafeMoves;

    private DscpSteering(ParameterSet parameters)
    {
        _class = parameters.Number("class");
        _gapNs = parameters.Interval("gap").Nanoseconds;
        _flowsMax = parameters.Number("flows");
        if (!BitOperations.IsPow2(_flowsMax))
        {
            throw new FormatException($"flows: {_flowsMax} is not a power of two; write {BitOperations.RoundUpToPowerOf2((uint)_flowsMax)}");
        }
    }

    /// <inheritdoc/>
    public override MoveCounters Moves => new(_moves, _unsafeMoves);

    /// <exception cref="FormatException">A parameter is wrong.</exception>
    internal static FabricTechnique Create(ParameterSet parameters, FabricMap map, ulong seed) => new DscpSteering(parameters);

    /// <inheritdoc/>
    public override int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now)
    {
        if (packet.Class < _class)
        {
            return ByGroup;
        }

        Site site = SiteOf(group);
        ref MarkedFlow flow = ref site.Flows[packet.Hash & (uint)(_flowsMax - 1)];
        bool isOver = now.Nanoseconds - flow.LastNs > _gapNs;
        if (isOver || !group.Bundle.IsUsable(flow.Link))
        {
            int link = Choose(site, group.Bundle, now);
            if (link < 0)
            {
                return None;
            }

            bool isMove = flow.Link >= 0 && flow.Link != link;
            _moves += isMove ? 1 : 0;
            _unsafeMoves += isMove && !isOver ? 1 : 0;
            flow.Link = (sbyte)link;
        }

        flow.LastNs = now.Nanoseconds;
        return flow.Link;
    }

    private int Choose(Site site, Bundle bundle, Timestamp now)
    {
        // Placing is rare, so that who is there is counted, not kept.
        Span<int> counts = stackalloc int[Bundle.LinksMax];
        counts.Clear();
        foreach (ref MarkedFlow flow in site.Flows.AsSpan())
        {
            if (flow.Link >= 0 && now.Nanoseconds - flow.LastNs <= _gapNs)
            {
                counts[flow.Link]++;
            }
        }

        int best = -1;
        for (ulong left = bundle.UsableMask; left != 0; left &= left - 1)
        {
            int link = BitOperations.TrailingZeroCount(left);
            if (best < 0)
            {
                best = link;
                continue;
            }

            // Flows ÷ speed, with this one, multiplied out: time per byte grows as speed falls.
            long here = (counts[link] + 1L) * bundle.PicosecondsPerByte(link);
            long there = (counts[best] + 1L) * bundle.PicosecondsPerByte(best);
            best = here < there || (here == there && bundle.Load(new LinkId(link), now) < bundle.Load(new LinkId(best), now)) ? link : best;
        }

        return best;
    }

    private Site SiteOf(FabricGroup group)
    {
        if (group.Number >= _sites.Length)
        {
            Array.Resize(ref _sites, Math.Max(group.Number + 1, _sites.Length * 2));
        }

        return _sites[group.Number] ??= new Site(_flowsMax);
    }

    private struct MarkedFlow
    {
        public long LastNs;
        public sbyte Link;
    }

    private sealed class Site
    {
        public Site(int flows)
        {
            Flows = new MarkedFlow[flows];
            Array.Fill(Flows, new MarkedFlow { LastNs = long.MinValue / 2, Link = -1 });
        }

        public MarkedFlow[] Flows { get; }
    }
}
