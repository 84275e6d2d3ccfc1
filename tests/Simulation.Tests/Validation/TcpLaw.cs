using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Transport;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>How fast one Reno flow is: under random loss, and before a bottleneck with a bounded buffer.</summary>
internal sealed class TcpLaw : Experiment
{
    private const long RoundTripPs = 1_000_000_000;
    private const int HeaderBytes = 40;
    private const int Mtu = 1500;
    private const int Mss = Mtu - HeaderBytes;

    // Beyond the buffer: a window that grows sends two segments at once, and one is being sent.
    private const int BurstSegments = 3;
    private const int BdpSegments = 400;

    // That many at most are of slow start and its aftermath.
    private const int SlowStartLosses = 3;

    public override int Number => 6;

    public override string Title => "the law of TCP";

    public override string Expected =>
        "Throughput = c MSS / (RTT √p): c = √(3/2) = 1.22, or 0.87 when delayed acknowledgements halve the growth (where growth counts "
        + "what is acknowledged, as in Linux, they do not). Before a buffer of b BDP, utilisation = 3/8 (1 + b)² ÷ (1 − (1+b)/2 + "
        + "((1+b)² − 1)/2).";

    public override string Source =>
        "Mathis, Semke, Mahdavi and Ott, CCR 27(3), 1997; Ott, Kemperman and Mathis 1996 for independent losses (c = 1.31, within the "
        + "tolerance); the sawtooth's area for the buffers";

    public override string Method =>
        "NewReno, one acknowledgement a segment. Loss: a 100 Gb/s link, 1 ms there and back, MSS 1460 B, frames lost "
        + "independently in one direction only, queue unbounded, shortest timeout 5 ms; p is what the link really lost. Buffers: "
        + "10 Gb/s into 1 Gb/s, RTT 4.8 ms = 400 segments, drop-tail of b × 400 + 3 segments, measured between the first and the last "
        + "loss after slow start, so over whole sawteeth. Seed 1.";

    public override string Misses =>
        "A window that is not halved, or growth at another pace (CUBIC leaves the bound), or recovery that stalls. `CanMissTests.Tcp…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        (int Ppm, long Segments)[] losses = effort == Effort.Quick
            ? [(300, 700_000), (3000, 250_000)]
            : [(100, 20_000_000), (300, 10_000_000), (1000, 5_000_000), (3000, 3_000_000)];
        Throughput[] each = Trial.All(losses, l => UnderLoss(Reno(), l.Ppm, l.Segments));
        foreach (Throughput point in each)
        {
            yield return new Row($"constant at p = {Bound.Text(point.Loss)}", Bound.Percent(Math.Sqrt(1.5), 8), point.Constant);
        }

        yield return new Row("slope of log throughput over log p", Bound.Near(-0.5, 0.03), Slope(each));
        long delayedSegments = effort == Effort.Quick ? 250_000 : 5_000_000;
        TcpOptions delayed = Reno(ackEvery: 2);
        yield return new Row(
            "constant at p = 0.001, delayed acknowledgements, growth by acknowledgement",
            Bound.Percent(Math.Sqrt(0.75), 8),
            UnderLoss(delayed with { CountsSegments = false }, 1000, delayedSegments).Constant);
        yield return new Row(
            "constant at p = 0.001, delayed acknowledgements, growth by segment",
            Bound.Percent(Math.Sqrt(1.5), 8),
            UnderLoss(delayed, 1000, delayedSegments).Constant);

        int[] buffers = effort == Effort.Quick ? [0, 250, 1000] : [0, 50, 100, 250, 500, 750, 1000];
        int sawteeth = effort == Effort.Quick ? 2 : 12;
        Sawteeth[] teeth = Trial.All(buffers, b => Utilization(Reno(threshold: BdpSegments / 2), b, sawteeth));
        for (int i = 0; i < buffers.Length; i++)
        {
            yield return new Row(
                $"utilisation with a buffer of {buffers[i] / 1000.0:0.##} BDP, %",
                Bound.Near(100 * Sawtooth(buffers[i]), 2),
                100 * teeth[i].Utilization);
        }

        yield return new Row("timeouts in all these sawteeth, each of which repairs a loss", Bound.Exactly(0), teeth.Sum(t => t.Timeouts));
    }

    /// <summary>Reno as the law has it.</summary>
    public static TcpOptions Reno(int ackEvery = 1, CongestionControl control = CongestionControl.NewReno, int? threshold = null) => new(
        new Settings
        {
            CongestionControl = control,
            LossDetection = LossDetection.DuplicateAcks,
            InitialSlowStartThreshold = threshold,
            AckEvery = ackEvery,
            HeaderBytes = HeaderBytes,
            Tso = ByteCount.Zero,
            RtoMin = 5.Ms,
            ReceiveWindow = new ByteCount(1 << 30),
            Coalescing = new Coalescing { IsOn = false },
        },
        Mtu);

    /// <summary>Throughput under random loss.</summary>
    public static Throughput UnderLoss(TcpOptions options, int lossPpm, long segments)
    {
        var scenario = new Scenario
        {
            Name = "loss",
            Hosts = [new Host("a"), new Host("b")],
            Bundles = [Bundle("link", "a", Link("b", 100.Gbps, 500.Us))],
            Measured = ["link"],
            Traffic = [],
        };
        Simulator simulator = Trial.Prepare(scenario, "pinned", 1);
        simulator.Network.SetLoss(0, lossPpm);
        var source = new TransferSource(options, HeaderBytes) { Traffic = 0, Simulator = simulator };
        Trial.Start(simulator, source);

        // The first part is slow start.
        double window = 1.25 / Math.Sqrt(lossPpm / 1e6);
        long totalPs = (long)(segments / window * RoundTripPs);
        Trial.RunTo(simulator, totalPs / 10);
        (long lost, long sent) = (simulator.Network.Ports[0].Losses, simulator.Network.Ports[0].Frames);
        long bytes = source.Connection.DeliveredBytes;
        long fromPs = simulator.NowPs;
        Trial.RunTo(simulator, fromPs + totalPs);
        bytes = source.Connection.DeliveredBytes - bytes;
        double loss = (double)(simulator.Network.Ports[0].Losses - lost) / (simulator.Network.Ports[0].Frames - sent);
        double perRoundTrip = (double)bytes / Mss * RoundTripPs / totalPs;
        return new Throughput(loss, perRoundTrip * Math.Sqrt(loss));
    }

    /// <summary>The sawtooth's area.</summary>
    public static double Sawtooth(int bufferThousandths)
    {
        double top = 1 + (bufferThousandths / 1000.0);
        return 0.375 * top * top / (1 - (top / 2) + (((top * top) - 1) / 2));
    }

    /// <summary>The bottleneck's utilisation over whole sawteeth.</summary>
    public static Sawteeth Utilization(TcpOptions options, int bufferThousandths, int sawteeth)
    {
        const long BottleneckPsPerByte = 8000;
        const long FramePs = Mtu * BottleneckPsPerByte;
        long queueBytes = ((BdpSegments * bufferThousandths / 1000) + BurstSegments) * Mtu;
        Interval half = new(BdpSegments * FramePs / 2000);
        var scenario = new Scenario
        {
            Name = "buffer",
            Hosts = [new Host("a"), new Host("b")],
            Switches = [new Switch("s")],
            FrameOverheadBytes = 0,
            Bundles =
            [
                Bundle("fast", "a", Link("s", 10.Gbps)),
                Bundle("bottleneck", "s", new BundleLink("b", 1.Gbps, half, Queue(queueBytes)) { QueueBack = Unbounded }),
            ],
            Measured = ["bottleneck"],
            Traffic = [],
        };
        Simulator simulator = Trial.Prepare(scenario, "pinned", 1);
        var source = new TransferSource(options, HeaderBytes) { Traffic = 0, Simulator = simulator };
        Trial.Start(simulator, source);
        int port = Trial.Forth(simulator, "bottleneck")[0];
        TcpSender sender = source.Connection.Sender;
        (long fromPs, long fromBytes, long fromTimeouts, long seen, int losses) = (0, 0, 0, sender.FastRecoveries, 0);
        double utilization = 0;
        for (long ps = 0; losses <= SlowStartLosses + sawteeth; ps += BdpSegments * FramePs / 4)
        {
            Trial.RunTo(simulator, ps);
            long recoveries = sender.FastRecoveries + sender.Timeouts;
            if (recoveries == seen)
            {
                continue;
            }

            seen = recoveries;
            long bytes = simulator.Network.Ports[port].Bytes;
            if (losses++ <= SlowStartLosses)
            {
                (fromPs, fromBytes, fromTimeouts) = (simulator.NowPs, bytes, sender.Timeouts);
            }
            else
            {
                utilization = (double)(bytes - fromBytes) * BottleneckPsPerByte / (simulator.NowPs - fromPs);
            }
        }

        return new Sawteeth(utilization, sender.Timeouts - fromTimeouts);
    }

    private static double Slope(Throughput[] points)
    {
        double[] x = [.. points.Select(p => Math.Log(p.Loss))];
        double[] y = [.. points.Select(p => Math.Log(p.Constant / Math.Sqrt(p.Loss)))];
        double meanX = x.Average();
        double meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}

/// <summary>What a bottleneck saw of a flow.</summary>
/// <param name="Utilization">Share of the time in which it sent.</param>
/// <param name="Timeouts">Retransmission timeouts in that time.</param>
internal readonly record struct Sawteeth(double Utilization, long Timeouts);

/// <summary>How fast a flow was under a loss.</summary>
/// <param name="Loss">Share of frames lost.</param>
/// <param name="Constant">Segments per round trip × √loss.</param>
internal readonly record struct Throughput(double Loss, double Constant);
