using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Balancing.Rules;

public class RuleCatalogTests
{
    /// <summary>Every rule, and every rule with each of its presets.</summary>
    public static TheoryData<string> Names =>
    [
        .. RuleCatalog.All.SelectMany(entry => entry.Descriptor.Presets
            .Select(preset => $"{entry.Descriptor.Name}/{preset.Name}")
            .Prepend(entry.Descriptor.Name)),
    ];

    [Fact]
    public void Presets_OfTheField_AreAllThere()
    {
        string[] flowlet =
        [
            "flare", "letflow", "afs", "junos-dlb", "ocnos", "sonic-ars", "arista", "aci-aggressive", "aci-conservative",
            "n9000", "windows-dynamic", "clove",
        ];
        string[] rebalance = ["ovs", "tlb", "teamd", "nokia", "junos-ae"];

        foreach (string name in flowlet.Select(name => $"flowlet/{name}").Concat(rebalance.Select(name => $"rebalance/{name}")))
        {
            Assert.NotNull(RuleCatalog.Find(name, out PresetDescriptor? preset));
            Assert.NotNull(preset);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Preset_Values_AreOfTheRuleAndInRange(string name)
    {
        RuleEntry entry = RuleCatalog.Find(name, out PresetDescriptor? preset)!;
        foreach ((string parameter, string value) in preset?.Values ?? new Dictionary<string, string>())
        {
            ParameterDescriptor descriptor = Assert.Single(entry.Descriptor.Parameters, p => p.Name == parameter);
            Assert.Null(descriptor.TryRead(value, out _));
        }

        Assert.NotEqual("", preset?.Source ?? entry.Descriptor.Source);
        Assert.NotEqual("", preset?.Summary ?? entry.Descriptor.Summary);
        if (preset?.Policy is string policy)
        {
            Assert.NotNull(PolicyCatalog.Find(policy));
        }
    }

    /// <summary>A rule or preset that decides like another on every trace would be a copy of it.</summary>
    [Fact]
    public void RulesAndPresets_OnMixedTraces_AllDecideDifferently()
    {
        var seen = new Dictionary<string, string>();
        foreach (string name in RuleCatalog.All.SelectMany(entry => entry.Descriptor.Presets
            .Select(preset => $"{entry.Descriptor.Name}/{preset.Name}")
            .Prepend(entry.Descriptor.Name)))
        {
            string decisions = string.Join(';', MixedTraces.All.Select(trace => trace.Decide(name)));
            Assert.False(seen.TryGetValue(decisions, out string? other), $"{name} decides like {other} on every trace");
            seen[decisions] = name;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_OfTheSameSeed_DecidesTheSame(string name) =>
        Assert.All(MixedTraces.All, trace => Assert.Equal(trace.Decide(name), trace.Decide(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_OnAnyTrace_PicksUsableLinksAndKeepsItsBuckets(string name)
    {
        foreach (MixedTraces trace in MixedTraces.All)
        {
            trace.Decide(name, (balancer, bundle, hash, link) =>
            {
                Assert.True(link.IsNone ? bundle.UsableMask == 0 : (bundle.UsableMask >> link.Index & 1) != 0);
                int bucket = balancer.BucketOf(hash);
                if (balancer.BucketCount == 0)
                {
                    Assert.Equal(-1, bucket);
                }
                else
                {
                    Assert.InRange(bucket, 0, balancer.BucketCount - 1);
                    Assert.Equal(link, balancer.LinkOf(bucket));
                }
            });
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PickMany_OfABatch_DecidesAsPacketByPacket(string name)
    {
        OfferedPacket[] packets = MixedTraces.Packets(5_000, seed: 11);
        var bundle = new Bundle(TestLinks.Speeds(1, 1, 0.5, 2));
        IBalancer one = TestRules.Make(name, bundle);
        LinkId[] expected = [.. packets.Select(packet => new LinkId(one.Send(bundle, packet.Hash, packet.Bytes, packet.Now.Nanoseconds)))];
        var other = new Bundle(TestLinks.Speeds(1, 1, 0.5, 2));
        IBalancer many = TestRules.Make(name, other);
        var picked = new LinkId[packets.Length];

        many.PickMany(packets, picked);

        Assert.Equal(expected, picked);
        Assert.Equal(one.Moves, many.Moves);
        Assert.Equal(bundle.Bytes(new LinkId(2)), other.Bytes(new LinkId(2)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Pick_AndPickMany_AllocateNothing(string name)
    {
        OfferedPacket[] packets = MixedTraces.Packets(32, seed: 5);
        var bundle = new Bundle(TestLinks.Speeds(1, 1, 0.5, 2));
        IBalancer balancer = TestRules.Make(name, bundle);
        var picked = new LinkId[packets.Length];
        long laterNs = 0;
        int next = 0;
        AllocationAssert.None(() =>
        {
            OfferedPacket packet = packets[next++ & 31];
            laterNs += 1_000_000;
            balancer.OnDeadline(new Timestamp(laterNs));
            LinkId link = balancer.Pick(packet.Hash, packet.Bytes, new Timestamp(laterNs));
            bundle.OnSent(link, packet.Bytes, new Timestamp(laterNs));
        });

        // Half a minute passes in each batch, so that rounds of every preset fall into it.
        AllocationAssert.None(() =>
        {
            laterNs += 30_000_000_000;
            for (int i = 0; i < packets.Length; i++)
            {
                packets[i] = packets[i] with { Now = new Timestamp(laterNs + i) };
            }

            balancer.PickMany(packets, picked);
        });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rule_OfHostilePackets_NeverThrows(string name)
    {
        var bundle = new Bundle(TestLinks.Speeds(1, 0.001, 200, 1));
        IBalancer balancer = TestRules.Make(name, bundle);
        var random = new RandomSource(17);
        long nowNs = 0;
        var packets = new OfferedPacket[64];
        var picked = new LinkId[64];
        for (int round = 0; round < 200; round++)
        {
            for (int i = 0; i < packets.Length; i++)
            {
                // Mostly small steps, at times years; any size, below zero too.
                nowNs = Math.Min(nowNs + (long)(random.Next() >> (int)(random.Below(60) + 4)), long.MaxValue / 2);
                packets[i] = new OfferedPacket((uint)random.Next(), (int)random.Next(), new Timestamp(nowNs));
            }

            balancer.PickMany(packets, picked);
            bundle.SetUp(new LinkId((int)random.Below(4)), random.Below(2) == 0);
            balancer.OnLinkChange(new Timestamp(nowNs));
        }
    }

    [Theory]
    [InlineData("flowlte", "flowlte: no such rule; did you mean flowlet?")]
    [InlineData("flowlet/asf", "flowlet/asf: no such rule; did you mean flowlet/afs?")]
    [InlineData("nonsense", "nonsense: no such rule; rules are static, single-mode, round-robin, random, drill, shortest-queue, "
        + "resilient, flowlet, rebalance, idle-rebalance, keep-order")]
    [InlineData("drill:d=0", "drill: d: 0 is out of range; write 1 to 16")]
    [InlineData("drill:x=0", "drill: no parameter \"x\"; it has d, m")]
    [InlineData("flowlet:gap=5", "flowlet: gap: \"5\" is not a time with a unit (ns, us, ms, s); write 0s to 60s")]
    [InlineData("keep-order:buckets=300", "keep-order: buckets: 300 is not a power of two; write 512")]
    [InlineData("single-mode:order=0,4", "single-mode: order: \"4\" is no link or stands twice; write indices from 0 to 3 with commas")]
    [InlineData("single-mode:order=1,1", "single-mode: order: \"1\" is no link or stands twice; write indices from 0 to 3 with commas")]
    [InlineData("static:fill=maglev:buckets=10", "static: maglev: buckets: 10 is not a prime; write 7")]
    [InlineData("static:buckets=10", "static: modulo: no parameter \"buckets\"; it has none")]
    [InlineData("flowlet:choice=quality:levels=50,60", "flowlet: levels: the widths sum to 110, not to 100")]
    [InlineData(
        "flowlet:choice=quality:levels=a",
        "flowlet: levels: \"a\" is no whole percentage; write widths such as 5,5,10,15,15,25,25")]
    [InlineData("flowlet:choice=quality:minimum=90%", "flowlet: minimum: 90% is not below the maximum 80%")]
    [InlineData("idle-rebalance:start=1%:stop=2%", "idle-rebalance: stop: 2% is above start, 1%")]
    public void Create_FromABadName_SaysWhatToWrite(string text, string fault)
    {
        Assert.Null(TechniqueName.TryParsePart(text, out TechniqueName.Part? name));
        var faults = new List<string>();

        Assert.Null(RuleCatalog.Create(name!, new Bundle(TestLinks.Equal(4)), 1, faults));
        Assert.Equal([fault], faults);
    }

    [Fact]
    public void CreateStatic_FromAPoliciesFill_IsStaticHash()
    {
        Assert.Null(TechniqueName.TryParsePart("table:buckets=3", out TechniqueName.Part? fill));
        var faults = new List<string>();

        IBalancer balancer = RuleCatalog.CreateStatic(fill!, new Bundle(TestLinks.Equal(2)), faults)!;

        Assert.Equal([0, 1, 0], balancer.Links());
    }
}
