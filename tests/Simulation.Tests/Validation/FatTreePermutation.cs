using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Every host of a fat tree sends to one other: one path each, or several.</summary>
internal sealed class FatTreePermutation : Experiment
{
    // How far packets may be below max-min, and above the optimum: what windows, losses and acknowledgements (3 % of a link) cost.
    private const double Below = 0.05;
    private const double Above = 0.02;

    private static readonly int[] Subflows = [1, 2, 4, 8];

    public override int Number => 1;

    public override string Title => "permutation traffic in a fat tree";

    public override string Expected =>
        "Hashed flows collide: with one path each, hosts reach about half of what the fabric could carry, with 8 subflows about 0.9. For the very "
        + "paths that the hash drew, packets must come between the max-min shares of uncoupled subflows, less 0.05, and the optimum of coupled "
        + "ones, and 0.02.";

    public override string Source =>
        "Raiciu et al., SIGCOMM 2011: about 50 % and 90 % (k = 8); max-min shares by progressive filling, the optimum by its dual (`PathShares`)";

    public override string Method =>
        "Fat trees of k = 4 (16 hosts) and k = 8 (128 hosts), 1 Gb/s links with 10 us, queues of 100 packets, NewReno; subflows are linked by "
        + "RFC 6356 and hashed by their ports. 0.2 s of warm-up; k = 4: 0.5 s, seeds 1 to 5; k = 8: 0.3 s, seed 1. Goodput over the payload rate of a "
        + "NIC, mean over hosts.";

    public override string Misses =>
        "Subflows that the hash does not tell apart (a hash of addresses alone leaves 8 subflows on one path). `CanMissTests.FatTree…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        foreach (Row row in Rows(4, effort == Effort.Quick ? 1 : 5, effort == Effort.Quick ? 200 : 500))
        {
            yield return row;
        }

        if (effort == Effort.Full)
        {
            // The hash and the filling, against the means of uniform draws by another program: 0.474 over 40 draws, 0.888 over 6.
            (double One, double Eight)[] drawn = [.. Trial.All(Enumerable.Range(1, 10), seed => (MaxMinOf(8, 1, (ulong)seed), MaxMinOf(8, 8, (ulong)seed)))];
            yield return new Row("k=8, 1 path: max-min share of 10 draws, without packets", Bound.Near(0.474, 0.02), drawn.Average(d => d.One));
            yield return new Row("k=8, 8 subflows: max-min share of 10 draws, without packets", Bound.Near(0.888, 0.02), drawn.Average(d => d.Eight));
            foreach (Row row in Rows(8, 1, 300))
            {
                yield return row;
            }
        }
    }

    private static IEnumerable<Row> Rows(int k, int seeds, int milliseconds)
    {
        var means = new List<double>();
        foreach (int subflows in Subflows)
        {
            Permutation[] runs = Trial.All(Enumerable.Range(1, seeds), seed => Measure(k, TechniqueOf(subflows, "lia"), (ulong)seed, milliseconds));
            means.Add(runs.Average(r => r.Share));
            yield return new Row($"k={k}, {Name(subflows)}: share of a NIC", BoundOf(runs), means[^1]);
        }

        yield return new Row(
            $"k={k}: least gain of a step to more subflows", Bound.AtLeast(0), Enumerable.Range(1, means.Count - 1).Min(i => means[i] - means[i - 1]));
        if (k == 4)
        {
            Permutation[] alone = Trial.All(Enumerable.Range(1, seeds), seed => Measure(k, TechniqueOf(8, "none"), (ulong)seed, milliseconds));
            yield return new Row("k=4, 8 subflows: linked over not linked", Bound.AtLeast(0.98), means[^1] / alone.Average(r => r.Share));
            yield return new Row(
                "k=4, 8 subflows: packets dropped, linked over not linked", Bound.AtMost(0.5), (double)Dropped(8, "lia", milliseconds) / Dropped(8, "none", milliseconds));
        }
    }

    /// <summary>What the figure of some runs has to be.</summary>
    public static Bound BoundOf(Permutation[] runs) => new(
        runs.Average(r => r.MaxMin),
        runs.Average(r => r.MaxMin) - Below,
        runs.Average(r => r.Coupled) + Above,
        $"{Bound.Text(runs.Average(r => r.MaxMin) - Below)} to {Bound.Text(runs.Average(r => r.Coupled) + Above)}");

    /// <summary>What hosts reach, and what they could for the same paths.</summary>
    public static Permutation Measure(int k, string technique, ulong seed, int milliseconds)
    {
        Simulator simulator = null!;
        Scenario scenario = Create(k, milliseconds);
        RunResult result = Trial.Run(scenario, technique, seed, s => simulator = s);
        double nicBytes = 1e9 / 8 * result.MeasuredPs / 1e12 * (scenario.MtuBytes - scenario.Transport.HeaderBytes) / (scenario.MtuBytes + scenario.FrameOverheadBytes);
        int[][][] paths = PathsOf(simulator);
        int links = simulator.Network.Ports.Count;
        return new Permutation(
            result.Elephants.Average(e => e.Bytes) / nicBytes,
            PathShares.MaxMin([.. paths.SelectMany(p => p)], links).Sum() / paths.Length,
            PathShares.Coupled(paths, links).Average());
    }

    private static double MaxMinOf(int k, int subflows, ulong seed)
    {
        Simulator simulator = null!;
        Trial.Run(Create(k, 0) with { Duration = 2.Ms, WarmUp = Interval.Zero }, TechniqueOf(subflows, "lia"), seed, s => simulator = s);
        int[][][] paths = PathsOf(simulator);
        return PathShares.MaxMin([.. paths.SelectMany(p => p)], simulator.Network.Ports.Count).Sum() / paths.Length;
    }

    private static long Dropped(int subflows, string coupling, int milliseconds) =>
        Trial.Run(Create(4, milliseconds), TechniqueOf(subflows, coupling), 1).Counts.Drops;

    private static string TechniqueOf(int subflows, string coupling) =>
        subflows == 1 ? "linux-ecmp/l4" : $"mptcp:subflows={subflows}:coupling={coupling}";

    private static string Name(int subflows) => subflows == 1 ? "1 path" : $"{subflows} subflows";

    /// <summary>The ports on the way of each subflow of each connection, as the hash has them.</summary>
    private static int[][][] PathsOf(Simulator simulator) =>
    [
        .. simulator.Connections.Where(c => c.Session < 0).Select(c => c.Sessions is { } of
            ? (int[][])[.. of.Sessions.Select(s => PathOf(simulator, s))]
            : [PathOf(simulator, c)]),
    ];

    private static int[] PathOf(Simulator simulator, Connection connection)
    {
        Network network = simulator.Network;
        var path = new List<int>();
        for (int node = connection.Source; node != connection.Destination; node = network.Ports[path[^1]].To)
        {
            int choice = network.ChoiceOf(node, connection.Destination);
            if (choice >= 0)
            {
                path.Add(choice);
                continue;
            }

            LinkGroup group = network.Groups[~choice];
            int bucket = group.Balancer.BucketOf(network.Hashes.Get(group.Policy, connection.Flow, isBack: false));
            path.Add(group.Ports[group.Balancer.LinkOf(bucket).Index]);
        }

        return [.. path];
    }

    /// <summary>k pods of k/2 edge and k/2 aggregation switches, and (k/2)² cores.</summary>
    private static Scenario Create(int k, int milliseconds)
    {
        int half = k / 2;
        Host[] hosts = Hosts("h", k * half * half);
        string[] names = [.. hosts.Select(h => h.Name)];
        IEnumerable<int> pods = Enumerable.Range(0, k);
        IEnumerable<int> halves = Enumerable.Range(0, half);
        BundleLink To(string node) => new(node, 1.Gbps, 10.Us, Queue(150_000));
        LinkBundle[] uplinks = [.. pods.SelectMany(p => halves.Select(e => Bundle($"up{p}-{e}", $"edge{p}-{e}", [.. halves.Select(a => To($"agg{p}-{a}"))])))];
        return new Scenario
        {
            Name = "fat-tree",
            Hosts = hosts,
            Switches =
            [
                .. pods.SelectMany(p => halves.SelectMany(i => (Switch[])[new($"edge{p}-{i}"), new($"agg{p}-{i}")])),
                .. Enumerable.Range(0, half * half).Select(c => new Switch($"core{c}")),
            ],
            Bundles =
            [
                .. hosts.Select((h, i) => Bundle($"nic{i}", h.Name, To($"edge{i / (half * half)}-{i / half % half}"))),
                .. uplinks,
                .. pods.SelectMany(p => halves.Select(a => Bundle($"spine{p}-{a}", $"agg{p}-{a}", [.. halves.Select(c => To($"core{(a * half) + c}"))]))),
            ],
            Measured = [.. uplinks.Select(u => u.Name)],
            Duration = (milliseconds + 200).Ms,
            WarmUp = 200.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.NewReno, RtoMin = 10.Ms },
            Traffic = [new PermutationTraffic { Name = "permutation", From = names, To = [] }],
        };
    }
}

/// <summary>What hosts reached of their NICs' rate, on average, and what they would without packets.</summary>
/// <param name="Share">Goodput over the payload rate.</param>
/// <param name="MaxMin">Max-min shares of the same paths, each for itself.</param>
/// <param name="Coupled">The optimum of connections over the same paths.</param>
internal readonly record struct Permutation(double Share, double MaxMin, double Coupled);
