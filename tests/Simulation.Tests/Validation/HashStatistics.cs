using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using static Trunkline.Simulation.Tests.Validation.Quantities;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Elephants hashed onto links: balls in bins; what a lost link moves; NetApp's vectors.</summary>
internal sealed class HashStatistics : Experiment
{
    private static readonly (int Flows, int Links)[] Cases =
        [(2, 2), (4, 4), (8, 4), (16, 4), (64, 4), (256, 4), (8, 8), (64, 8), (1024, 8)];

    public override int Number => 9;

    public override string Title => "hash statistics";

    public override string Expected =>
        "m flows on n links by a good hash are balls in bins: E[max] from P(max ≤ k) = m! [x^m] (Σ_{j≤k} x^j/j!)^n / n^m, links in use "
        + "1 − (1 − 1/n)^m. Of four links one is lost: modulo moves 3/4 of the flows, hash-threshold 1/2 (the last) or 1/3 (an inner one), "
        + "a resilient table 1/4. NetApp's XOR puts 10.10.7.31 → 10.10.5.6 on link 1 of 4 and .181 → .205 on link 0 of 2.";

    public override string Source =>
        "Multinomial distribution, exact; RFC 2992 §3 (equal regions, so 1/4 + 1/4 × … of an inner link is 1/3 of four); NetApp "
        + "TR-3802 by way of the articles";

    public override string Method =>
        "The simulator's own path: flows with random ports opened in a network, hashed by its cache of policies and put on a link by the "
        + "group's balancer; linux-ecmp/l4 with 10 000 seeds (full), each with the seed that the run's seed gives it. Of them 50 run as "
        + "scenarios, whose "
        + "elephants must be on those very links. Remaps: 20 000 flows before and after the carrier of a link is lost.";

    public override string Misses =>
        "A hash with a bias or one that ignores the ports (all flows of a pair of hosts on one link). `CanMissTests.Hash…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int seeds = effort == Effort.Quick ? 1000 : 10_000;
        double percent = effort == Effort.Quick ? 3 : 1;
        foreach (((int flows, int links), Placement placed) in Trial.All(
            effort == Effort.Quick ? Cases[..^1] : Cases, c => (c, Place("linux-ecmp/l4", c.Flows, c.Links, seeds))))
        {
            yield return new Row(
                $"{flows} flows on {links} links: E[max] / mean",
                Bound.Percent(MostLoaded(flows, links), percent),
                placed.MaxOverMean);
            yield return new Row(
                $"{flows} flows on {links} links: links in use, %",
                Bound.Percent(100 * (1 - Math.Pow(1 - (1.0 / links), flows)), percent),
                100 * placed.Used);
        }

        yield return new Row("elephants that run elsewhere than predicted, of 50 runs", Bound.Exactly(0), Mispredicted(50));
        yield return new Row("modulo of 4 loses link 3: flows moved, %", Bound.Near(75, 1), Moved("static:fill=modulo@linux-ecmp/l4", 3));
        yield return new Row(
            "hash-threshold of 4 loses link 3: flows moved, %",
            Bound.Near(50, 1),
            Moved("static:fill=hash-threshold@linux-ecmp/l4", 3));
        yield return new Row(
            "hash-threshold of 4 loses link 1: flows moved, %",
            Bound.Near(100 / 3.0, 1),
            Moved("static:fill=hash-threshold@linux-ecmp/l4", 1));
        yield return new Row("resilient table of 4 loses link 1: flows moved, %", Bound.Near(25, 1), Moved("resilient@linux-ecmp/l4", 1));
        yield return new Row("NetApp ip, 10.10.7.31 → 10.10.5.6, 4 links: link", Bound.Exactly(1), NetApp("10.10.7.31", "10.10.5.6", 4));
        yield return new Row(
            "NetApp ip, 10.10.7.181 → 10.10.5.205, 2 links: link",
            Bound.Exactly(0),
            NetApp("10.10.7.181", "10.10.5.205", 2));
    }

    /// <summary>Places flows as runs with many seeds would.</summary>
    public static Placement Place(string technique, int flows, int links, int seeds)
    {
        Scenario scenario = Lag(links, []);
        double sumMax = 0;
        double sumUsed = 0;
        var counts = new int[links];
        for (ulong seed = 0; seed < (ulong)seeds; seed++)
        {
            Simulator simulator = Trial.Prepare(scenario, technique, seed);
            (Network network, LinkGroup group) = (simulator.Network, Trial.Group(simulator, "lag"));
            var random = new RandomSource(RandomSource.Mix(seed ^ 0x6861_7368));
            Array.Clear(counts);
            for (int flow = 0; flow < flows; flow++)
            {
                network.Hashes.SetAddress(flow, new FlowAddress(0, 1, (ushort)(32_768 + random.Below(28_232)), 5001, 6));
                counts[LinkOf(network, group, flow)]++;
            }

            sumMax += counts.Max();
            sumUsed += counts.Count(c => c > 0);
        }

        return new Placement(sumMax / seeds * links / flows, sumUsed / seeds / links);
    }

    /// <summary>Balls in bins: the expected fullest bin over the mean.</summary>
    public static double MostLoaded(int balls, int bins)
    {
        double expected = 0;
        for (int most = 0; most < balls; most++)
        {
            expected += 1 - AtMost(balls, bins, most);
        }

        return expected * bins / balls;
    }

    private static int LinkOf(Network network, LinkGroup group, int flow) =>
        group.Balancer.Pick(network.Hashes.Get(group.Policy, flow, isBack: false), 1538, Timestamp.Zero).Index;

    // P(no bin has more than so many): bin by bin, the chance that the balls so far and those of the next bin fit.
    private static double AtMost(int balls, int bins, int most)
    {
        // Balls left for the bins not yet looked at; of those each falls into the next bin with chance 1 / bins left.
        var left = new double[balls + 1];
        left[balls] = 1;
        for (int bin = bins; bin >= 1; bin--)
        {
            var next = new double[balls + 1];
            for (int n = 0; n <= balls; n++)
            {
                if (left[n] < 1e-300)
                {
                    continue;
                }

                for (int k = bin == 1 ? n : 0; k <= Math.Min(n, most); k++)
                {
                    next[n - k] += left[n] * Binomial(n, k, 1.0 / bin);
                }
            }

            left = next;
        }

        return left[0];
    }

    private static double Binomial(int n, int k, double p)
    {
        if (p >= 1)
        {
            return k == n ? 1 : 0;
        }

        return Math.Exp(LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k) + (k * Math.Log(p)) + ((n - k) * Math.Log(1 - p)));
    }

    private static readonly double[] LogFactorials = LogFactorialsTo(1024);

    private static double LogFactorial(int n) => LogFactorials[n];

    private static double[] LogFactorialsTo(int most)
    {
        var logs = new double[most + 1];
        for (int i = 1; i <= most; i++)
        {
            logs[i] = logs[i - 1] + Math.Log(i);
        }

        return logs;
    }

    /// <summary>Runs elephants, and looks whether each frame was on the link that its flow hashes to.</summary>
    private static int Mispredicted(int runs) => Trial.All(Enumerable.Range(0, runs), run =>
    {
        var elephants = new ElephantTraffic { Name = "elephants", From = ["a"], To = ["b"], Count = 8 };
        Scenario scenario = Lag(4, [elephants]) with { Duration = 1.Ms };
        var wrong = new HashSet<int>();
        Trial.Run(scenario, "linux-ecmp/l4", (ulong)run, simulator =>
        {
            int[] ports = Trial.Forth(simulator, "lag");
            LinkGroup group = Trial.Group(simulator, "lag");
            for (int i = 0; i < ports.Length; i++)
            {
                int link = i;
                Trial.Watch(simulator, ports[i], (packet, _) =>
                {
                    if (LinkOf(simulator.Network, group, packet.Flow) != link)
                    {
                        wrong.Add(packet.Flow);
                    }
                });
            }
        });
        return wrong.Count;
    }).Sum();

    private static double Moved(string technique, int lost)
    {
        const int Flows = 20_000;
        Simulator simulator = Trial.Prepare(Lag(4, []), technique, 1);
        (Network network, LinkGroup group) = (simulator.Network, Trial.Group(simulator, "lag"));
        var random = new RandomSource(9);
        for (int flow = 0; flow < Flows; flow++)
        {
            network.Hashes.SetAddress(flow, new FlowAddress(0, 1, (ushort)random.Below(65_536), (ushort)random.Below(65_536), 6));
        }

        int[] before = [.. Enumerable.Range(0, Flows).Select(flow => LinkOf(network, group, flow))];
        var changed = new List<int>();
        network.NoteCarrier(group.Ports[lost], up: false, changed);
        foreach (int number in changed)
        {
            network.Groups[number].Balancer.OnLinkChange(Timestamp.Zero);
        }

        return 100.0 * Enumerable.Range(0, Flows).Count(flow => LinkOf(network, group, flow) != before[flow]) / Flows;
    }

    private static int NetApp(string source, string destination, int links)
    {
        Simulator simulator = Trial.Prepare(Lag(links, []), "netapp/xor-nibble", 1);
        Network network = simulator.Network;
        network.Hashes.SetAddress(0, new FlowAddress(Endpoint(source), Endpoint(destination), 1, 2, 6));
        return LinkOf(network, Trial.Group(simulator, "lag"), 0);

        static int Endpoint(string address)
        {
            byte[] bytes = System.Net.IPAddress.Parse(address).GetAddressBytes();
            return (int)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) - FlowAddress.Ipv4Of(0));
        }
    }

    private static Scenario Lag(int links, IReadOnlyList<Traffic> traffic) => new()
    {
        Name = "lag",
        Hosts = [new Host("a"), new Host("b")],
        Bundles = [Bundle("lag", "a", [.. Enumerable.Repeat(Link("b", 10.Gbps, 5.Us), links)])],
        Measured = ["lag"],
        Traffic = traffic,
    };
}

/// <summary>How flows were placed, over many seeds.</summary>
/// <param name="MaxOverMean">Flows on the link with most, over the mean.</param>
/// <param name="Used">Share of links with a flow.</param>
internal readonly record struct Placement(double MaxOverMean, double Used);
