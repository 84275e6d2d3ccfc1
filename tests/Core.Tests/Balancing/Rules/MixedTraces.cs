using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>
/// Random traces with bursts and pauses from microseconds to minutes, over links of unequal speed and weight that come and
/// go: somewhere in them any two rules that differ at all decide differently.
/// </summary>
internal sealed class MixedTraces
{
    private readonly OfferedPacket[] _packets;
    private readonly Link[] _links;

    private MixedTraces(OfferedPacket[] packets, Link[] links)
    {
        _packets = packets;
        _links = links;
    }

    public static MixedTraces[] All { get; } =
    [
        new(Packets(6_000, seed: 1), TestLinks.Equal(4)),
        new(Packets(6_000, seed: 2), TestLinks.Speeds(1, 0.25, 1.25, 3.125)),
        new(Packets(6_000, seed: 3), TestLinks.Weighted(1, 3, 2)),
        new(Crowd(4_000), TestLinks.Equal(4)),
    ];

    /// <summary>Packets of some hundred flows, a few of them large, in bursts.</summary>
    public static OfferedPacket[] Packets(int count, ulong seed)
    {
        var random = new RandomSource(seed);
        var packets = new OfferedPacket[count];
        long nowNs = 0;
        uint flow = 0;
        for (int i = 0; i < count; i++)
        {
            if (random.Below(8) == 0)
            {
                flow = random.Below(random.Below(4) == 0 ? 2_000u : 12u);
            }

            // Pauses of 2^k ns: mostly within a burst, one in a hundred up to half a minute.
            nowNs += (long)(random.Next() >> (int)(63 - (random.Below(100) == 0 ? random.Below(35) : random.Below(19))));
            int bytes = random.Below(3) == 0 ? 64 + (int)random.Below(400) : 1_500;
            packets[i] = new OfferedPacket((uint)RandomSource.Mix(flow), bytes, new Timestamp(nowNs));
        }

        return packets;
    }

    /// <summary>Packets of thousands of flows within a millisecond, which meet in the buckets of small tables.</summary>
    private static OfferedPacket[] Crowd(int count)
    {
        var random = new RandomSource(8);
        return [.. Enumerable.Range(0, count)
            .Select(i => new OfferedPacket((uint)RandomSource.Mix(random.Below(3_000)), 1_500, new Timestamp(i * 1_000L)))];
    }

    /// <summary>The links that a rule picks, one letter each; in the second half links go and come.</summary>
    public string Decide(string technique, Action<IBalancer, Bundle, uint, LinkId>? check = null)
    {
        var bundle = new Bundle(_links);
        IBalancer balancer = TestRules.Make(technique, bundle);
        var random = new RandomSource(4);
        var decisions = new char[_packets.Length];
        for (int i = 0; i < _packets.Length; i++)
        {
            OfferedPacket packet = _packets[i];
            if (i > _packets.Length / 2 && i % 60 == 0)
            {
                var link = new LinkId((int)random.Below((uint)_links.Length));
                balancer.KeepDeadlines(packet.Now);
                bundle.SetUp(link, !bundle.IsUp(link));
                balancer.OnLinkChange(packet.Now);
            }

            var picked = new LinkId(balancer.Send(bundle, packet.Hash, packet.Bytes, packet.Now.Nanoseconds));
            check?.Invoke(balancer, bundle, packet.Hash, picked);
            decisions[i] = picked.IsNone ? '-' : (char)('a' + picked.Index);
        }

        return new string(decisions);
    }
}
