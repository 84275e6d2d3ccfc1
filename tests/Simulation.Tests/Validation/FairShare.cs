using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Workloads;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Many short paths share a bottleneck: large flows are slowed down by the load alone, whatever the sizes of the others.</summary>
internal sealed class FairShare : Experiment
{
    private const int HostCount = 32;
    private const int Mtu = 1500;
    private const int Overhead = 38;
    private const int HeaderBytes = 52;
    private const long LargeBytes = 1_000_000;
    private const long CapBytes = 20_000_000;

    public override int Number => 13;

    public override string Title => "fair-share insensitivity";

    public override string Expected =>
        "A link that its flows share fairly is an M/G/1 queue with processor sharing: the mean slowdown is 1 / (1 − r), the same for "
        + "every distribution "
        + "of sizes.";

    public override string Source => "Kleinrock, Queueing Systems II, 1976, §4.4; Bonald and Proutière 2003 for links";

    public override string Method =>
        "32 senders with 10 Gb/s NICs, one 1 Gb/s bottleneck, 2 us a link, ECN-marking queue from 30 KB, DCTCP, 1448 B segments; "
        + "Poisson arrivals, "
        + "load on the wire; sizes of websearch, fb_cachefollower and datamining, cut to 20 MB (a heavy tail does not end in a run). "
        + "Large: 1 MB or more. Slowdown: "
        + "time over that of the bytes alone on the wire. 8 runs of 20 s a point.";

    public override string Misses =>
        "A bottleneck that serves flows in order of arrival (FIFO would depend on the variance of sizes), a TCP that shares unfairly, "
        + "a load stated "
        + "without headers. `CanMissTests.FairShare…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        string[] tables = effort == Effort.Quick ? ["websearch"] : ["websearch", "fb_cachefollower", "datamining"];
        int[] loads = effort == Effort.Quick ? [500] : [500, 700, 800];
        foreach (((string table, int load), double slowdown) in Trial.All(
            tables.SelectMany(t => loads.Select(l => (t, l))), c => (c, Slowdown(c.t, c.l, effort))))
        {
            yield return new Row(
                $"{table}, r = {load / 1000.0:0.0}: mean slowdown of flows of 1 MB and more",
                Bound.Percent(1 / (1 - (load / 1000.0)), 15),
                slowdown);
        }
    }

    /// <summary>Mean slowdown of large flows.</summary>
    public static double Slowdown(string table, int loadThousandths, Effort effort)
    {
        (int runs, int seconds) = effort == Effort.Quick ? (1, 8) : (8, 20);
        return Trial.All(Enumerable.Range(1, runs), seed => Once(SizeTables.Find(table)!, loadThousandths, (ulong)seed, seconds))
            .SelectMany(s => s).Average();
    }

    private static double[] Once(SizeTable sizes, int loadThousandths, ulong seed, int seconds)
    {
        Host[] senders = Hosts("a", HostCount);
        Host[] receivers = Hosts("b", HostCount);
        var marking = new PortQueue
        {
            Bound = new ByteCount(4_000_000),
            Marking = new EcnMarking(new ByteCount(30_000), new ByteCount(30_000)),
        };
        double wirePerPayload = (double)(Mtu + Overhead) / (Mtu - HeaderBytes);
        var scenario = new Scenario
        {
            Name = "fair-share",
            Hosts = [.. senders, .. receivers],
            Switches = [new Switch("s"), new Switch("t")],
            Bundles =
            [
                .. senders.Select(h => Bundle($"nic-{h.Name}", h.Name, Link("s", 10.Gbps, 2.Us))),
                Bundle("bottleneck", "s", new BundleLink("t", 1.Gbps, 2.Us, marking) { QueueBack = Unbounded }),
                .. receivers.Select(h => Bundle($"nic-{h.Name}", "t", Link(h.Name, 10.Gbps, 2.Us))),
            ],
            Measured = ["bottleneck"],
            Duration = Interval.FromSeconds(seconds),
            WarmUp = Interval.FromSeconds(seconds / 8),
            Transport = new Settings
            {
                CongestionControl = CongestionControl.Dctcp,
                Handshake = false,
                RtoMin = 5.Ms,
                HeaderBytes = HeaderBytes,
            },
            Traffic =
            [
                new MiceTraffic
                {
                    Name = "flows",
                    From = [.. senders.Select(h => h.Name)],
                    To = [.. receivers.Select(h => h.Name)],
                    Sizes = sizes,
                    LoadPpm = (int)(loadThousandths * 1000 / wirePerPayload),
                    LoadOf = LoadBasis.Uplink,
                    Cap = new ByteCount(CapBytes),
                },
            ],
        };
        RunResult result = Trial.Run(scenario, "pinned", seed);
        return [.. result.Flows.Where(f => f.Bytes >= LargeBytes).Select(f => (f.EndPs - f.StartPs) / (f.Bytes * wirePerPayload * 8000))];
    }
}
