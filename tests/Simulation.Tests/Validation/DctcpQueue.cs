using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Transport;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>The sawtooth of the queue that DCTCP flows keep about the mark.</summary>
internal sealed class DctcpQueue : Experiment
{
    private const int HeaderBytes = 40;
    private const int PacketBytes = 1500;
    private const long PacketPs = 1_200_000;
    private const long RoundTripPs = 100_000_000;
    private const int Mark = 40;

    // Samples of alpha, one a round trip without queue.
    private const int WarmUp = 1000;

    // So many flows are not in step.
    private const int Loose = 40;
    private const int Near = 2;

    public override int Number => 4;

    public override string Title => "the queue of DCTCP";

    public override string Expected =>
        "N flows in step, capacity C, mark K packets. They see a mark a round trip after the queue reached K, when it is K + N; all cut, and "
        + "the queue falls by A = ½ √(2N (C RTT + K)), to rise by N a round trip: a period of A / N. Alpha = √(2N / (C RTT + K)).";

    public override string Source => "DCTCP, SIGCOMM 2010, §3.3, equations 5 to 9";

    public override string Method =>
        "N hosts over 10 Gb/s, 100 us there and back, packets of 1500 B, marks from K = 40. The model's senders: windows cut at once by the "
        + "nearest number of segments and growing on, packets paced as a fluid is (unpaced, each flow's packets gather in a clump, and flows get their "
        + "marks one after the other: of ten, the period is then 3.7 round trips), acknowledgements undelayed, no TSO, all from the same instant. "
        + "100 ms of warm-up, 1 s measured; means over the cycles; round trips with their queueing. Linux shrinks a window over a round trip "
        + "(PRR, RFC 6937) and lets it grow only after that: the longest queue is the same, and a cycle longer by one round trip or more. Of 40 flows each "
        + "has three segments and cuts whole ones, and the model's own authors found them out of step: only the longest queue is asked, which is "
        + "no longer than K + N when not all are in step. No randomness.";

    public override string Misses =>
        "A cut that does not follow the share of marks (classic ECN halves), feedback later than a round trip. `CanMissTests.Dctcp…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int[] flows = [2, 10, 40];
        Sawtooth[] model = Trial.All(flows, n => Measure(n, effort));
        Sawtooth[] linux = Trial.All(flows, n => Measure(n, effort, cutsAtOnce: false, isPaced: false));
        for (int i = 0; i < flows.Length; i++)
        {
            (Sawtooth expected, Sawtooth seen) = (Model(flows[i]), model[i]);
            if (flows[i] >= Loose)
            {
                yield return new Row($"N = {flows[i]}: longest queue, packets", Bound.AtMost(expected.Longest + Near), seen.Longest);
                yield return new Row($"N = {flows[i]}, as Linux shrinks windows: longest queue, packets", Bound.AtMost(expected.Longest + Near), linux[i].Longest);
                continue;
            }

            yield return new Row($"N = {flows[i]}: longest queue, packets", LongestOf(flows[i]), seen.Longest);
            yield return new Row($"N = {flows[i]}: amplitude, packets", AmplitudeOf(flows[i]), seen.Amplitude);
            yield return new Row($"N = {flows[i]}: period, round trips", Bound.Percent(expected.Period, 20), seen.Period);
            yield return new Row($"N = {flows[i]}: alpha", Bound.Percent(expected.Alpha, 20), seen.Alpha);
            yield return new Row($"N = {flows[i]}: use of the link, %", Bound.AtLeast(99.9), seen.Use * 100);
            yield return new Row($"N = {flows[i]}, as Linux shrinks windows: longest queue, packets", LongestOf(flows[i]), linux[i].Longest);
            yield return new Row(
                $"N = {flows[i]}, as Linux shrinks windows: period, round trips", Bound.AtLeast(expected.Period + 1), linux[i].Period);
        }
    }

    /// <summary>What the longest queue has to be.</summary>
    public static Bound LongestOf(int flows) => Bound.Near(Model(flows).Longest, Near);

    /// <summary>What the amplitude has to be.</summary>
    public static Bound AmplitudeOf(int flows) => Bound.Percent(Model(flows).Amplitude, 20);

    /// <summary>Lets flows fill a link and looks at its queue.</summary>
    /// <param name="flows">Their number.</param>
    /// <param name="effort">How long.</param>
    /// <param name="cutsAtOnce">Whether windows shrink as in the model; else as in Linux.</param>
    /// <param name="isPaced">Whether packets are spread over the round trip.</param>
    /// <param name="control">What reacts to the marks.</param>
    public static Sawtooth Measure(
        int flows, Effort effort, bool cutsAtOnce = true, bool isPaced = true, CongestionControl control = CongestionControl.Dctcp)
    {
        int roundTrips = effort == Effort.Quick ? 500 : 10_000;
        int window = Pipe / flows;
        var settings = new Settings
        {
            CongestionControl = control,
            Ecn = true,
            AckEvery = 1,
            Tso = default,
            NicQueue = default,
            Coalescing = new Coalescing { IsOn = false },
            HeaderBytes = HeaderBytes,
            IsPaced = isPaced,
            InitialWindow = window,
            InitialSlowStartThreshold = window,
        };
        Simulator simulator = Trial.Prepare(ScenarioOf(flows), "linux-ecmp/l4", 1);
        var source = new TransferSource(new TcpOptions(settings, PacketBytes) { CutsAtOnce = cutsAtOnce }, HeaderBytes, flows)
        {
            Traffic = 0,
            Simulator = simulator,
        };
        Trial.Start(simulator, source);
        Trial.RunTo(simulator, WarmUp * RoundTripPs);

        // The queue with the packet that joins it, and when.
        var queue = new List<(long AtPs, double Packets)>();
        Trial.Watch(
            simulator,
            Trial.Forth(simulator, "bottleneck")[0],
            (_, leftPs) => queue.Add((simulator.NowPs, (double)(leftPs - simulator.NowPs) / PacketPs)));
        double alpha = 0;
        for (int i = 1; i <= roundTrips; i++)
        {
            Trial.RunTo(simulator, (WarmUp + i) * RoundTripPs);
            alpha += source.Connections.Average(c => c.Sender.Control is Dctcp dctcp ? (double)dctcp.Alpha / Dctcp.One : double.NaN);
        }

        return CyclesOf(queue) with
        {
            Alpha = alpha / roundTrips,
            Use = (double)queue.Count * PacketPs / (roundTrips * RoundTripPs),
        };
    }

    private static int Pipe => (int)(RoundTripPs / PacketPs) + Mark;

    private static Sawtooth Model(int flows)
    {
        double pipe = ((double)RoundTripPs / PacketPs) + Mark;
        double amplitude = Math.Sqrt(2 * flows * pipe) / 2;
        return new Sawtooth(Mark + flows, amplitude, amplitude / flows, Math.Sqrt(2 * flows / pipe), 1);
    }

    // A cycle begins where the queue rises through its mean, an eighth of its range more, after it fell as far below.
    private static Sawtooth CyclesOf(List<(long AtPs, double Packets)> queue)
    {
        double mean = queue.Average(q => q.Packets);
        double band = (queue.Max(q => q.Packets) - queue.Min(q => q.Packets)) / 8;
        var starts = new List<long>();
        var extremes = (Highest: new List<double>(), Lowest: new List<double>());
        (bool isHigh, double extreme) = (false, mean);
        foreach ((long atPs, double packets) in queue)
        {
            if (isHigh ? packets < mean - band : packets > mean + band)
            {
                (isHigh ? extremes.Highest : extremes.Lowest).Add(extreme);
                (isHigh, extreme) = (!isHigh, packets);
                if (isHigh)
                {
                    starts.Add(atPs);
                }
            }

            extreme = isHigh ? Math.Max(extreme, packets) : Math.Min(extreme, packets);
        }

        // The first cycle had begun before.
        double longest = extremes.Highest.Skip(1).Average();
        double roundTripPs = RoundTripPs + (mean * PacketPs);
        double periodPs = (double)(starts[^1] - starts[0]) / (starts.Count - 1);
        return new Sawtooth(longest, longest - extremes.Lowest.Skip(1).Average(), periodPs / roundTripPs, 0, 0);
    }

    private static Scenario ScenarioOf(int flows)
    {
        Host[] hosts = Hosts("h", flows);
        var mark = new ByteCount(Mark * PacketBytes);
        return new Scenario
        {
            Name = "sawtooth",
            FrameOverheadBytes = 0,
            FrameBytesMin = HeaderBytes,
            Hosts = [.. hosts, new Host("sink")],
            Switches = [new Switch("s")],
            Bundles =
            [
                .. hosts.Select(h => Bundle($"nic-{h.Name}", h.Name, Link("s", 100.Gbps, 24.Us))),
                Bundle("bottleneck", "s", new BundleLink("sink", 10.Gbps, 25.Us, Unbounded with { Marking = new EcnMarking(mark, mark) })),
            ],
            Measured = ["bottleneck"],
            Traffic = [],
        };
    }
}

/// <summary>A queue that rises and falls.</summary>
/// <param name="Longest">Its mean length at the top of a cycle, in packets, that being sent included.</param>
/// <param name="Amplitude">How far it falls.</param>
/// <param name="Period">A cycle, in round trips.</param>
/// <param name="Alpha">The flows' mean alpha.</param>
/// <param name="Use">Share of the time that the link was sending.</param>
internal sealed record Sawtooth(double Longest, double Amplitude, double Period, double Alpha, double Use);
