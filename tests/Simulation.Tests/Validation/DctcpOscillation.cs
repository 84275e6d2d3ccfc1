using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>The queue before a bottleneck of DCTCP flows goes up and down as the paper's model says.</summary>
internal sealed class DctcpOscillation : Experiment
{
    private const int Threshold = 40;
    private const int FrameBytes = 1538;
    private const long PsPerByte = 800;
    private const long RoundTripPs = 100_000_000;
    private const long WarmUpPs = 50_000_000_000;

    public override int Number => 4;

    public override string Title => "oscillation of DCTCP's queue";

    public override string Expected =>
        "N flows in step, C × RTT packets in flight without a queue, marks from K: the queue reaches K + N, swings by A = ½ √(2N (C RTT + K)), "
        + "every ½ √(2 (C RTT + K) / N) round trips. The model cuts its windows at once; here, as in Linux, a cut takes a round trip (PRR) and the "
        + "window grows again when all that was under way is acknowledged. With two flows that hardly matters; ten, which grow for two and a "
        + "half round trips, take about three more for that, and add up to N frames to the top on the way.";

    public override string Source => "Alizadeh et al., DCTCP, SIGCOMM 2010, §3.3, equations 5 to 9";

    public override string Method =>
        "N senders, one 10 Gb/s bottleneck, round trip 100 us (81.3 frames of 1538 bytes), K = 40 frames, g = 1/16, no delayed "
        + "acknowledgements, "
        + "segment by segment; flows start 3 us apart; 50 ms of warm-up, 150 ms. The queue in frames, at each frame that joins it, that included; "
        + "a swing goes from above its "
        + "80 % quantile to below its 20 % quantile and back. Periods are counted in round trips with the mean queue.";

    public override string Misses => "Another gain or threshold, marks by average, a window that is halved (`CanMissTests.Dctcp…`: NewReno with ECN).";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int[] counts = effort == Effort.Quick ? [2] : [2, 10];
        foreach ((int count, Swing swing) in Trial.All(counts, n => (n, Measure(n, CongestionControl.Dctcp))))
        {
            Swing model = Model(count);
            bool isNear = count == 2;
            yield return new Row(
                $"N = {count}: longest queue, in frames",
                isNear ? Bound.Near(model.Most, 2) : Bound.Between(model.Most, model.Most + count),
                swing.Most);
            yield return new Row(
                $"N = {count}: swing, in frames",
                isNear ? Bound.Percent(model.Amplitude, 20) : Bound.Between(model.Amplitude, model.Amplitude + count),
                swing.Amplitude);
            yield return new Row(
                $"N = {count}: period, in round trips",
                isNear ? Bound.Percent(model.Period, 20) : Bound.Between(model.Period + 2, model.Period + 4),
                swing.Period);
        }
    }

    /// <summary>What the paper's model gives.</summary>
    public static Swing Model(int count)
    {
        double sum = ((double)RoundTripPs / (FrameBytes * PsPerByte)) + Threshold;
        return new Swing(Threshold + count, Math.Sqrt(2 * count * sum) / 2, Math.Sqrt(2 * sum / count) / 2);
    }

    /// <summary>What the queue does.</summary>
    public static Swing Measure(int count, CongestionControl control)
    {
        Host[] senders = Hosts("a", count);

        // Four links of propagation, two frames and two acknowledgements on the wire make 100 us.
        Interval delay = ((int)((RoundTripPs - (2 * (FrameBytes + 90) * PsPerByte)) / 4000)).Ns;
        var marked = new PortQueue
        {
            Bound = new ByteCount(4_000_000),
            Marking = new EcnMarking(new ByteCount(Threshold * FrameBytes), new ByteCount(Threshold * FrameBytes)),
        };
        var scenario = new Scenario
        {
            Name = "dctcp",
            Hosts = [.. senders, new Host("b")],
            Switches = [new Switch("s")],
            Bundles =
            [
                .. senders.Select(h => Bundle($"nic-{h.Name}", h.Name, Link("s", 10.Gbps, delay))),
                Bundle("bottleneck", "s", new BundleLink("b", 10.Gbps, delay, marked) { QueueBack = Unbounded }),
            ],
            Measured = ["bottleneck"],
            Duration = 200.Ms,
            WarmUp = 50.Ms,
            Transport = new Settings
            {
                CongestionControl = control,
                Ecn = true,
                AckEvery = 1,
                Tso = new ByteCount(0),
                Handshake = false,
                RtoMin = 10.Ms,
            },
            Traffic = [new ElephantTraffic { Name = "flows", From = [.. senders.Select(h => h.Name)], To = ["b"], Stagger = 3.Us }],
        };
        var queue = new List<double>();
        Trial.Run(scenario, "pinned", 1, simulator =>
        {
            Trial.Watch(simulator, Trial.Forth(simulator, "bottleneck")[0], (_, leavesPs) =>
            {
                if (simulator.NowPs >= WarmUpPs)
                {
                    queue.Add((leavesPs - simulator.NowPs) / (double)(FrameBytes * PsPerByte));
                }
            });
        });
        return SwingOf(queue, (SimTime.ToPs(scenario.Duration) - WarmUpPs) / (RoundTripPs + (queue.Average() * FrameBytes * PsPerByte)));
    }

    private static Swing SwingOf(List<double> queue, double roundTrips)
    {
        double[] sorted = [.. queue.Order()];
        (double low, double high) = (sorted[sorted.Length / 5], sorted[sorted.Length * 4 / 5]);
        var tops = new List<double>();
        var bottoms = new List<double>();
        (double top, double bottom, bool isHigh) = (0, double.MaxValue, queue[0] > high);
        foreach (double length in queue)
        {
            if (!isHigh && length >= high)
            {
                bottoms.Add(bottom);
                (isHigh, top) = (true, 0);
            }
            else if (isHigh && length <= low)
            {
                tops.Add(top);
                (isHigh, bottom) = (false, double.MaxValue);
            }

            top = Math.Max(top, length);
            bottom = Math.Min(bottom, length);
        }

        return new Swing(tops.Average(), tops.Average() - bottoms.Average(), roundTrips / tops.Count);
    }
}

/// <summary>How a queue swings.</summary>
/// <param name="Most">Its mean top, in frames.</param>
/// <param name="Amplitude">From mean bottom to mean top, in frames.</param>
/// <param name="Period">From top to top, in round trips.</param>
internal readonly record struct Swing(double Most, double Amplitude, double Period);
