using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Fabric;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Flowlets on random paths shrink where it is congested, so that bytes follow the capacity while choices do not.</summary>
internal sealed class LetFlowElasticity : Experiment
{
    private const int HostCount = 50;
    private const long GapPs = 500_000_000;

    public override int Number => 7;

    public override string Title => "elasticity of flowlets";

    public override string Expected =>
        "Paths of 4:1, every flowlet on a random one. TCP's flowlets are longer on the path that lets them, until bytes tend to 4:1 "
        + "while choices "
        + "stay 1:1. Datagrams at a constant rate do not mind: bytes 1:1.";

    public override string Source => "LetFlow, NSDI 2017, §3 and §4";

    public override string Method =>
        "50 pairs of hosts with 1 Gb/s NICs, one endless flow each, two paths of 4 and 1 Gb/s (a tenth of scale) with 10 us, "
        + "drop-tail of 150 KB, "
        + "flowlet/letflow with 500 us. A choice is a flowlet on a path, dropped packets included. Datagrams: bursts of 8 at 1.6 Gb/s "
        + "in all. 0.2 s of warm-up, 1 s measured, seeds 1 to 3.";

    public override string Misses =>
        "Traffic that does not react (datagrams in place of TCP stay 1:1), choices that follow the load. `CanMissTests.LetFlow…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int runs = effort == Effort.Quick ? 1 : 3;
        Split[] tcp = Trial.All(Enumerable.Range(1, runs), seed => Measure(isTcp: true, (ulong)seed, effort));
        Split[] datagrams = Trial.All(Enumerable.Range(1, runs), seed => Measure(isTcp: false, (ulong)seed, effort));
        yield return new Row("TCP: bytes on the wide path over those on the narrow", Bound.Between(3, 4.5), tcp.Average(s => s.Bytes));
        yield return new Row("TCP: share of flowlets on the wide path", Bound.Near(0.5, 0.02), tcp.Average(s => s.Choices));
        yield return new Row(
            "datagrams: bytes on the wide path over those on the narrow",
            Bound.Percent(1, 5),
            datagrams.Average(s => s.Bytes));
        yield return new Row("datagrams: share of flowlets on the wide path", Bound.Near(0.5, 0.02), datagrams.Average(s => s.Choices));
    }

    /// <summary>How bytes and flowlets split.</summary>
    public static Split Measure(bool isTcp, ulong seed, Effort effort)
    {
        Host[] left = Hosts("a", HostCount);
        Host[] right = Hosts("b", HostCount);
        string[] from = [.. left.Select(h => h.Name)];
        string[] to = [.. right.Select(h => h.Name)];
        var scenario = new Scenario
        {
            Name = "elastic",
            Hosts = [.. left, .. right],
            Switches = [new Switch("s"), new Switch("t")],
            Bundles =
            [
                .. left.Select(h => Bundle($"nic-{h.Name}", h.Name, Link("s", 1.Gbps, 1.Us))),
                Bundle(
                    "paths",
                    "s",
                    new BundleLink("t", 4.Gbps, 10.Us, Queue(150_000)),
                    new BundleLink("t", 1.Gbps, 10.Us, Queue(150_000))),
                .. right.Select(h => Bundle($"nic-{h.Name}", "t", Link(h.Name, 1.Gbps, 1.Us))),
            ],
            Measured = ["paths"],
            Duration = effort == Effort.Quick ? 500.Ms : 1200.Ms,
            WarmUp = 200.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.NewReno, RtoMin = 5.Ms },
            Traffic =
            [
                isTcp
                    ? new ElephantTraffic { Name = "flows", From = from, To = to, Stagger = 100.Us }
                    : new UdpTraffic { Name = "bursts", From = from, To = to, Rate = 32.Mbps, Burst = 8, IsPoisson = true },
            ],
        };
        var begun = new long[2];
        RunResult result = Trial.Run(scenario, "flowlet/letflow", seed, simulator =>
        {
            // A packet that leaves a NIC is at the switch 1 us later. When it is the first of a flowlet, the one before has long been
            // there: the bucket still holds the link of the flowlet that it ends.
            LinkGroup group = Trial.Group(simulator, "paths");
            var seen = new Dictionary<int, long>();
            foreach (int port in left.SelectMany(h => Trial.Forth(simulator, $"nic-{h.Name}")))
            {
                Trial.Watch(simulator, port, (packet, leftPs) =>
                {
                    int bucket = group.Balancer.BucketOf(simulator.Network.Hashes.Get(group.Policy, packet.Flow, isBack: false));
                    if (seen.TryGetValue(bucket, out long last) && (leftPs / 1000) - (last / 1000) > GapPs / 1000)
                    {
                        begun[group.Balancer.LinkOf(bucket).Index]++;
                    }

                    seen[bucket] = leftPs;
                });
            }
        });
        return new Split((double)result.Links[0].Bytes / result.Links[1].Bytes, (double)begun[0] / begun.Sum());
    }
}

/// <summary>How two paths share.</summary>
/// <param name="Bytes">Bytes on the first over those on the second.</param>
/// <param name="Choices">Share of flowlets on the first.</param>
internal readonly record struct Split(double Bytes, double Choices);
