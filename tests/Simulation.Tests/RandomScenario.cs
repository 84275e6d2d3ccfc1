using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests;

/// <summary>Scenarios drawn at random, small and nasty: short queues, losses, links that come and go.</summary>
internal sealed class RandomScenario
{
    /// <summary>Payload of every datagram.</summary>
    public const int PacketBytes = 1000;

    private static readonly string[] Techniques =
    [
        "static", "linux-ecmp/l4", "linux-bond/layer2", "resilient", "single-mode", "round-robin", "random", "drill", "shortest-queue",
        "flowlet:gap=20us", "flowlet/afs", "rebalance", "idle-rebalance", "keep-order", "pinned",
        "spray", "spray/resequenced", "mlppp", "trunk",
    ];

    private RandomSource _random;

    private RandomScenario(ulong seed) => _random = new RandomSource(RandomSource.Mix(seed));

    /// <summary>Draws a scenario and a technique.</summary>
    /// <param name="seed">The same seed draws the same.</param>
    /// <param name="technique">A technique, which may not be applicable.</param>
    public static Scenario Create(ulong seed, out string technique)
    {
        var draw = new RandomScenario(seed);
        technique = Techniques[draw.Below(Techniques.Length)];
        return draw.Create();
    }

    private Scenario Create()
    {
        int leaves = 1 + Below(3);
        int spines = leaves == 1 ? 0 : 1 + Below(3);
        Switch[] switches =
        [
            .. Enumerable.Range(0, leaves).Select(i => new Switch($"leaf{i}")),
            .. Enumerable.Range(0, spines).Select(i => new Switch($"spine{i}")),
        ];
        var hosts = new List<Host>();
        var bundles = new List<LinkBundle>();
        for (int leaf = 0; leaf < leaves; leaf++)
        {
            for (int host = 1 + Below(3); host > 0; host--)
            {
                string name = $"h{hosts.Count}";
                hosts.Add(new Host(name) { Guests = Below(3) });

                // Some hosts are on two leaves.
                string other = $"leaf{(leaf + Below(2)) % leaves}";
                bundles.Add(new LinkBundle
                {
                    Name = $"nic-{name}",
                    From = name,
                    Links = [.. Links(1 + Below(2), $"leaf{leaf}"), .. Links(Below(2), other)],
                });
            }

            if (spines > 0)
            {
                bundles.Add(new LinkBundle
                {
                    Name = $"up{leaf}",
                    From = $"leaf{leaf}",
                    Links = [.. Enumerable.Range(0, spines).SelectMany(s => Links(1 + Below(2), $"spine{s}"))],
                });
            }
        }

        if (hosts.Count == 1)
        {
            hosts.Add(new Host("h1"));
            bundles.Add(new LinkBundle { Name = "nic-h1", From = "h1", Links = [.. Links(2, "leaf0")] });
        }

        string[] names = [.. hosts.Select(h => h.Name)];
        return new Scenario
        {
            Name = "random",
            Hosts = hosts,
            Switches = switches,
            Bundles = bundles,
            Measured = [bundles[Below(bundles.Count)].Name],
            Duration = Interval.FromMicroseconds(2000),
            WarmUp = Interval.FromMicroseconds(200),
            Transport = DrawTransport(),
            Traffic = [.. Enumerable.Range(0, 1 + Below(4)).Select(i => DrawTraffic(i, names))],
            Events = [.. Enumerable.Range(0, Below(7)).Select(_ => DrawEvent(bundles)).OrderBy(e => e.At)],
        };
    }

    private IEnumerable<BundleLink> Links(int count, string to)
    {
        // Alike in a bundle or not.
        bool isAlike = Below(2) == 0;
        BundleLink link = DrawLink(to);
        for (int i = 0; i < count; i++)
        {
            yield return isAlike ? link : DrawLink(to);
        }
    }

    private BundleLink DrawLink(string to)
    {
        long[] megabits = [100, 1000, 2500, 10_000, 40_000];
        var queue = new PortQueue
        {
            Bound = new ByteCount(2_000 + (long)_random.Below(100_000)),
            Marking = Below(3) == 0 ? new EcnMarking(new ByteCount(3_000), new ByteCount(Below(2) == 0 ? 3_000 : 20_000)) : null,
            ClassWeights = Below(6) == 0 ? [0, 2, 1] : [],
        };
        return new BundleLink(to, new BitRate(megabits[Below(megabits.Length)] * 1_000_000), new Interval(Below(20_000)), queue)
        {
            LossPpm = Below(3) == 0 ? Below(50_000) : 0,
        };
    }

    private Settings DrawTransport() => new()
    {
        CongestionControl = (CongestionControl)Below(3),
        Sack = Below(4) != 0,
        LossDetection = (LossDetection)Below(3),
        AckEvery = 1 + Below(3),
        AckDelay = Interval.FromMicroseconds(50),
        RtoMin = Interval.FromMicroseconds(200),
        Handshake = Below(2) == 0,
        IsPaced = Below(4) == 0,
        NicQueue = Below(3) == 0 ? ByteCount.Zero : new ByteCount(1 + (long)_random.Below(200_000)),
        Tso = new ByteCount(Below(2) * 65_536),
        Coalescing = new Coalescing { IsOn = Below(2) == 0 },
    };

    private Traffic DrawTraffic(int number, string[] hosts)
    {
        string name = $"traffic{number}";
        string from = hosts[Below(hosts.Length)];
        string to = hosts.Where(h => h != from).ElementAt(Below(hosts.Length - 1));
        int priority = Below(3);
        return Below(7) switch
        {
            0 => new ElephantTraffic
            {
                Name = name,
                From = [from],
                To = [to],
                Count = 1 + Below(3),
                Bytes = Below(2) == 0 ? null : new ByteCount(1 + Below(200_000)),
                Class = priority,
            },
            1 => new MiceTraffic
            {
                Name = name,
                From = hosts,
                To = hosts,
                LoadPpm = 100_000 + Below(600_000),
                Sizes = new SizeTable(
                    "sizes", [new SizePoint(1, 0), new SizePoint(20_000, 800_000_000), new SizePoint(200_000, 1_000_000_000)]),
                Class = priority,
            },
            2 => new StorageTraffic
            {
                Name = name,
                From = [from],
                To = [to],
                Sessions = 1 + Below(3),
                QueueDepth = 1 + Below(8),
                Block = new ByteCount(1 + Below(70_000)),
                Class = priority,
            },
            3 => new IncastTraffic
            {
                Name = name,
                From = [from],
                To = [.. hosts.Where(h => h != from)],
                Bytes = new ByteCount(100_000),
                Rounds = 0,
            },
            4 => new PermutationTraffic { Name = name, From = hosts, To = [] },
            5 => new MulticastTraffic
            {
                Name = name,
                From = [from],
                To = hosts,
                Groups = 1 + Below(3),
                Rate = new BitRate(50_000_000),
                PacketBytes = PacketBytes,
            },
            _ => new UdpTraffic
            {
                Name = name,
                From = [from],
                To = [to],
                Count = 1 + Below(3),
                Rate = new BitRate(100_000_000L * (1 + Below(80))),
                IsPoisson = Below(2) == 0,
                Burst = 1 + Below(4),
                PacketBytes = PacketBytes,
                Class = priority,
            },
        };
    }

    private LinkEvent DrawEvent(List<LinkBundle> bundles)
    {
        LinkBundle bundle = bundles[Below(bundles.Count)];
        var kind = (LinkEventKind)Below(6);
        return new LinkEvent(Interval.FromMicroseconds(Below(1900)), bundle.Name, Below(bundle.Links.Count), kind)
        {
            Directions = (LinkDirections)(1 + Below(3)),
            Rate = new BitRate(50_000_000L * (1 + Below(200))),
            Delay = new Interval(Below(50_000)),
            LossPpm = Below(300_000),
            DetectAfter = Interval.FromMicroseconds(Below(200)),
        };
    }

    private int Below(int bound) => (int)_random.Below((uint)bound);
}
