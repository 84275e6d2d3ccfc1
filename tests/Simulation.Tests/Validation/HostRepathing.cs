using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using static Trunkline.Simulation.Tests.Validation.Quantities;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Senders that leave a path because of its marks, or because it is dead: after how many round trips, and what it brings.</summary>
internal sealed class HostRepathing : Experiment
{
    /// <summary>The control: hosts that leave paths alone.</summary>
    public const string Plain = "linux-ecmp/l4";

    private const string FlowBender = $"flowbender over {Plain}";
    private const string Plb = $"plb over {Plain}";
    private const int Paths = 4;
    private const int SeedsMax = 200;
    private const int FrameBytes = 1538;
    private const int Mss = 1448;
    private const int LossOfAll = 1_000_000;
    private const long MillisecondPs = SimTime.SecondPs / 1000;

    public override int Number => 14;

    public override string Title => "hosts that choose other paths";

    public override string Expected =>
        "Two elephants on one of four paths have half a path each; apart, twice as much. FlowBender moves after N congested round trips in a row "
        + "(more than T = 5 % marked), so within N + 1 of the first mark, since the first may have few. PLB moves after 3 congested ones (half "
        + "marked) when it pauses, after 12 when it does not. A timeout moves both, and keeps PLB quiet for 60 to 120 s.";

    public override string Source => "FlowBender, CoNEXT 2014; PLB, SIGCOMM 2022, and net/ipv4/tcp_plb.c";

    public override string Method =>
        "DCTCP, an acknowledgement a segment; the second flow starts 2 ms after the first; seeds by which both hash to one path. FlowBender: 10 "
        + "Gb/s, 80 us, marks from 65 frames; moves within 200 ms. PLB: 1 Gb/s, 2 us, marks from one frame, which two windows of two segments "
        + "exceed: marks last until a flow leaves, for PLB does not see a mark now and then. Goodput of the last 10 ms of 60, in what one "
        + "path carries. Exact counts of PLB: all paths end in one full link, so that no move helps, 100 ms; for pauses the second flow writes 2 to 12 segments "
        + "every 2 ms. Dead path: that of the first flow loses all from 60 to 400 ms; the flow has to deliver in the last 10 ms. Quiet: 10 "
        + "Mb/s, all paths lose all from 1 to 1.5 s, run to 130 s. Round trips are counted beside the technique, by a twin that only "
        + "watches.";

    public override string Misses => "Hosts that leave paths alone stay at 1; FlowBender knows no quiet. `CanMissTests.Repathing…`.";

    /// <summary>What finding a path of one's own has to bring.</summary>
    public static Bound Gain { get; } = Bound.Percent(2, 1);

    /// <summary>How long PLB has to be quiet after a timeout, in seconds.</summary>
    public static Bound Quiet { get; } = Bound.Between(60, 120);

    public override IEnumerable<Row> Run(Effort effort)
    {
        ulong[] seeds = [.. Colliding(Fast).Take(effort == Effort.Quick ? 2 : 8)];
        foreach (int rounds in (int[])[1, 3])
        {
            Outcome[] bent = Trial.All(seeds, seed => Collide(Fast, $"flowbender:rounds={rounds} over {Plain}", seed));
            PathMove[] moves = [.. bent.SelectMany(t => t.Watches).SelectMany(w => w.Changes)];
            PathMove[] first = [.. bent.Select(t => t.Watches.SelectMany(w => w.Changes.Take(1)).MinBy(m => m.Marked))];
            yield return new Row($"FlowBender, N = {rounds}: fewest congested round trips before a move", Bound.Exactly(rounds), moves.Min(m => m.Congested));
            yield return new Row($"FlowBender, N = {rounds}: most", Bound.Exactly(rounds), moves.Max(m => m.Congested));
            yield return new Row(
                $"FlowBender, N = {rounds}: round trips from the first mark to the first move, at most", Bound.AtMost(rounds + 1), first.Max(m => m.Marked));
            yield return new Row($"FlowBender, N = {rounds}: goodput in paths, least of the seeds", Gain, bent.Min(t => t.Gain));
        }

        Outcome[] plb = Trial.All(seeds, seed => Collide(Slow, Plb, seed));
        yield return new Row("PLB: goodput in paths, least of the seeds", Gain, plb.Min(t => t.Gain));

        int[] busy = RoundsWithoutPauses(Plb);
        yield return new Row("PLB without pauses: fewest congested round trips before a move", Bound.Exactly(12), busy.Min());
        yield return new Row("PLB without pauses: most", Bound.Exactly(12), busy.Max());
        yield return new Row("PLB without pauses: moves", Bound.AtLeast(20), busy.Length);

        (int Congested, bool HasMoved)[] pauses = [.. Congest(Plb, hasPauses: true)[1].Pauses];
        yield return new Row(
            "PLB at a pause: fewest congested round trips before a move", Bound.Exactly(3), pauses.Where(p => p.HasMoved).Min(p => p.Congested));
        yield return new Row(
            "PLB at a pause: most without a move", Bound.Exactly(2), pauses.Where(p => !p.HasMoved).Max(p => p.Congested));

        foreach (string technique in (string[])[FlowBender, Plb])
        {
            Outcome[] dead = Trial.All(seeds, seed => Collide(Slow, technique, seed, isCut: true));
            string name = technique.Split(' ')[0] == "plb" ? "PLB" : "FlowBender";
            yield return new Row($"{name}, dead path: seeds by which its flow delivers again, of {seeds.Length}", Bound.Exactly(seeds.Length), dead.Count(t => t.Delivered[0] > 0));
            PathWatch[] watches = [.. dead.Select(t => t.Watches[0])];
            yield return new Row(
                $"{name}, dead path: moves a timeout",
                Bound.Exactly(1),
                (double)watches.Sum(w => w.Changes.Count(m => m.Cause == PathCause.Timeout)) / watches.Sum(w => w.Timeouts.Count));
        }

        double[] quiet = [.. QuietAfterTimeout(Plb)];
        yield return new Row("PLB: quiet after the last timeout, s, shorter of two flows", Quiet, quiet.Min());
        yield return new Row("PLB: quiet after the last timeout, s, longer", Quiet, quiet.Max());
    }

    /// <summary>Congested round trips in a row before each move of two flows that never pause.</summary>
    public static int[] RoundsWithoutPauses(string technique) => [.. Congest(technique, hasPauses: false).SelectMany(w => w.Changes).Select(m => m.Congested)];

    /// <summary>Two elephants on one of four paths.</summary>
    /// <returns>Goodput of both at the end over what one path gives.</returns>
    public static double Collide(string technique) => Collide(Slow, technique, Colliding(Slow).First()).Gain;

    /// <summary>How long each flow was quiet after its last timeout although all its round trips were congested, in seconds.</summary>
    public static IEnumerable<double> QuietAfterTimeout(string technique)
    {
        (Simulator simulator, CollisionSource source) = Start(Bottleneck(10.Mbps), technique, 1);
        Trial.RunTo(simulator, SimTime.SecondPs);
        SetLoss(simulator, Trial.Forth(simulator, "paths"), LossOfAll);
        Trial.RunTo(simulator, SimTime.SecondPs * 3 / 2);
        SetLoss(simulator, Trial.Forth(simulator, "paths"), 0);
        Trial.RunTo(simulator, SimTime.SecondPs * 130);
        foreach ((_, PathWatch watch) in source.Flows)
        {
            Timestamp last = watch.Timeouts[^1];
            yield return (watch.Changes.First(m => m.Cause != PathCause.Timeout && m.At > last).At - last).Nanoseconds / 1e9;
        }
    }

    // The network is not told: a switch that drops everything, or a path that is full of errors.
    private static void SetLoss(Simulator simulator, IEnumerable<int> ports, int ppm)
    {
        foreach (int port in ports)
        {
            simulator.Network.SetLoss(port, ppm);
        }
    }

    private static Outcome Collide(Scenario scenario, string technique, ulong seed, bool isCut = false)
    {
        (Simulator simulator, CollisionSource source) = Start(scenario, technique, seed);
        int milliseconds = isCut ? 400 : 60;
        if (isCut)
        {
            int[] ports = Trial.Forth(simulator, "paths");
            int used = -1;
            foreach (int port in ports)
            {
                Trial.Watch(simulator, port, (packet, _) => used = packet.Flow == source.Flows[0].Connection.Flow ? port : used);
            }

            Trial.RunTo(simulator, 60 * MillisecondPs);
            SetLoss(simulator, [used], LossOfAll);
        }

        Trial.RunTo(simulator, (milliseconds - 10) * MillisecondPs);
        long[] before = [.. source.Flows.Select(f => f.Connection.DeliveredBytes)];
        Trial.RunTo(simulator, milliseconds * MillisecondPs);
        long[] delivered = [.. source.Flows.Select((f, i) => f.Connection.DeliveredBytes - before[i])];

        // What one path carries of payload in 10 ms.
        double path = scenario.Bundles[0].Links[0].Rate.BitsPerSecond / 8 * 0.01 * Mss / FrameBytes;
        return new Outcome(delivered.Sum() / path, delivered, [.. source.Flows.Select(f => f.Watch)]);
    }

    private static PathWatch[] Congest(string technique, bool hasPauses)
    {
        (Simulator simulator, CollisionSource source) = Start(Bottleneck(1.Gbps), technique, 1, hasPauses);
        Trial.RunTo(simulator, 100 * MillisecondPs);
        return [.. source.Flows.Select(f => f.Watch)];
    }

    private static (Simulator Simulator, CollisionSource Source) Start(Scenario scenario, string technique, ulong seed, bool hasPauses = false)
    {
        Simulator simulator = Trial.Prepare(scenario, technique, seed);
        bool isPlb = technique.StartsWith("plb", StringComparison.Ordinal);
        var source = new CollisionSource(isPlb ? r => r.Marked * 2 >= r.Delivered : r => r.Marked * 20 > r.Delivered)
        {
            Traffic = 0,
            Simulator = simulator,
            HasPauses = hasPauses,
        };
        Trial.Start(simulator, source);
        return (simulator, source);
    }

    /// <summary>Seeds of the network by which both flows, left alone, take one path.</summary>
    private static IEnumerable<ulong> Colliding(Scenario scenario)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            (Simulator simulator, _) = Start(scenario, Plain, seed);
            Trial.RunTo(simulator, 3 * MillisecondPs);
            if (Trial.Forth(simulator, "paths").Count(port => simulator.Network.Ports[port].Frames > 0) == 1)
            {
                yield return seed;
            }
        }
    }

    private static Scenario Fast => ScenarioOf(10.Gbps, Marked(10.Gbps, 40.Us, 65), Link("sink", 100.Gbps));

    private static Scenario Slow => ScenarioOf(1.Gbps, Marked(1.Gbps, 1.Us, 1), Link("sink", 10.Gbps));

    private static Scenario Bottleneck(BitRate rate) =>
        ScenarioOf(rate, Link("t", new BitRate(10 * rate.BitsPerSecond), 1.Us), Marked(rate, 0.Us, 1) with { To = "sink" });

    private static BundleLink Marked(BitRate rate, Interval delay, int frames)
    {
        var mark = new ByteCount(frames * FrameBytes);
        return new BundleLink("t", rate, delay, Unbounded with { Marking = new EcnMarking(mark, mark) });
    }

    private static Scenario ScenarioOf(BitRate nic, BundleLink path, BundleLink sink) => new()
    {
        Name = "collision",
        Hosts = [.. Hosts("h", 2), new Host("sink")],
        Switches = [new Switch("s"), new Switch("t")],
        Bundles =
        [
            Bundle("nic-h0", "h0", Link("s", nic)),
            Bundle("nic-h1", "h1", Link("s", nic)),
            Bundle("paths", "s", [.. Enumerable.Repeat(path, Paths)]),
            Bundle("nic-sink", "t", sink),
        ],
        Measured = ["paths"],
        Traffic = [],
    };

    /// <summary>What became of two flows.</summary>
    /// <param name="Gain">Their goodput over that of one path.</param>
    /// <param name="Delivered">Payload of each in the last 10 ms.</param>
    /// <param name="Watches">What each was seen to do.</param>
    private sealed record Outcome(double Gain, long[] Delivered, PathWatch[] Watches);
}
