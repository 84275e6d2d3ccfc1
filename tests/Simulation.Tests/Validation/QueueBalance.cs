using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using static Trunkline.Simulation.Tests.Validation.Quantities;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Eight inputs, eight outputs, aligned slots: how even each rule keeps the queues.</summary>
internal sealed class QueueBalance : Experiment
{
    private const int Ports = 8;
    private const int LoadThousandths = 900;
    private const int SlotNs = 1200;

    public override int Number => 11;

    public override string Title => "queue balance";

    public override string Expected =>
        "In each slot each of 8 inputs has a packet with chance 0.9, each of 8 outputs sends one; queues are counted between. At "
        + "random: mean "
        + "E[A(A−1)] / (2 (1 − r)) + r = 4.44 exactly. The shorter of two random ones 1.47, DRILL(2,1) 1.25, mean of the longest 12.2, "
        + "2.5 and 2.0; in turn "
        + "never more than one, so the load itself. With state that is old, looking at more queues is worse than chance.";

    public override string Source =>
        "Slotted model, simulated independently (a plain loop in the test, and the figures that the project started from); random: "
        + "closed form of the discrete queue; "
        + "Mitzenmacher, IEEE TPDS 12(10), 2001; DRILL, SIGCOMM 2017";

    public override string Method =>
        "Through the simulator: 8 hosts that send 1500 B frames at the starts of slots into one switch, 8 links from it, all arriving "
        + "at the "
        + "same instant; queues read in the middle of each slot. Through Core's rule alone: the same slots on a bundle whose queues are "
        + "told once in k slots (staleness). 1 million slots (full), seeds 1 and 2.";

    public override string Misses =>
        "A rule that sees the queues of another instant, draws without memory, or ties that favour a port. `CanMissTests.Queues…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int slots = effort == Effort.Quick ? 40_000 : 1_000_000;
        double percent = effort == Effort.Quick ? 8 : 5;
        const double Load = LoadThousandths / 1000.0;
        double closed = ((Load * (1 - (Load / Ports))) + (Load * Load) - Load) / (2 * (1 - Load)) + Load;
        (string Technique, double Mean, double Longest)[] cases =
            [("random", closed, 12.2), ("drill/two-choices", 1.47, 2.5), ("drill", 1.25, 2.0)];
        foreach (((string technique, double mean, double longest), Queues queues, Queues oracle) in Trial.All(
            cases, c => (c, Simulate(c.Technique, slots, 1), Oracle(c.Technique, slots, 2))))
        {
            yield return new Row($"{technique}: mean queue", Bound.Percent(mean, percent), queues.Mean);
            yield return new Row($"{technique}: mean of the longest", Bound.Percent(longest, percent), queues.Longest);
            yield return new Row(
                $"{technique}: mean queue over that of the plain loop",
                Bound.Percent(1, percent),
                queues.Mean / oracle.Mean);
        }

        Queues inTurn = Simulate("round-robin", slots, 1);
        yield return new Row("round-robin: mean queue", Bound.Percent(Load, 1), inTurn.Mean);
        double[] stale = Trial.All((int[])[1, 4, 16], k => Stale(k, slots).Mean);
        yield return new Row("DRILL(8,1) that is told at each packet: mean queue over random's", Bound.AtMost(1), stale[0] / closed);
        yield return new Row("DRILL(8,1) that is told every 16 slots: mean queue over random's", Bound.AtLeast(2), stale[2] / closed);
        yield return new Row(
            "of the ages 1, 4, 16 slots, steps at which the mean queue grows",
            Bound.Exactly(2),
            Enumerable.Range(1, 2).Count(i => stale[i] > stale[i - 1]));
    }

    /// <summary>Through the simulator.</summary>
    public static Queues Simulate(string technique, int slots, ulong seed)
    {
        Host[] hosts = [.. Hosts("h", Ports), new Host("sink")];
        var scenario = new Scenario
        {
            Name = "slots",
            Hosts = hosts,
            Switches = [new Switch("s"), new Switch("t")],
            FrameOverheadBytes = 0,
            Bundles =
            [
                .. hosts[..Ports].Select(h => Bundle($"in-{h.Name}", h.Name, Link("s", 10.Gbps, 1.Us))),
                Bundle("out", "s", [.. Enumerable.Repeat(Link("t", 10.Gbps, 1.Us), Ports)]),
                Bundle("last", "t", Link("sink", 400.Gbps, 1.Us)),
            ],
            Measured = ["out"],
            Traffic = [],
        };
        Simulator simulator = Trial.Prepare(scenario, technique, seed);
        var source = new SlottedSource(Ports, LoadThousandths, slots, SlotNs * 1000L, Trial.Forth(simulator, "out"), seed)
        {
            Traffic = 0,
            Simulator = simulator,
        };
        Trial.Start(simulator, source);
        Trial.RunTo(simulator, (slots + 2) * SlotNs * 1000L);
        return source.Queues;
    }

    /// <summary>The same slots in a plain loop, which shares no code with the rules.</summary>
    public static Queues Oracle(string technique, int slots, ulong seed)
    {
        var random = new RandomSource(seed);
        var queues = new int[Ports];
        int best = -1;
        (double sum, double longest) = (0, 0);
        for (int slot = 0; slot < slots; slot++)
        {
            for (int input = 0; input < Ports; input++)
            {
                if (random.Below(1000) >= LoadThousandths)
                {
                    continue;
                }

                int first = (int)random.Below(Ports);
                int second = (int)random.Below(Ports);
                int chosen = technique == "random" || queues[first] <= queues[second] ? first : second;
                if (technique == "drill" && best >= 0 && queues[best] < queues[chosen])
                {
                    chosen = best;
                }

                queues[chosen]++;
                int third = best < 0 ? first : best;
                best = queues[first] <= queues[second] ? first : second;
                best = queues[third] < queues[best] ? third : best;
            }

            sum += queues.Sum();
            longest += queues.Max();
            for (int port = 0; port < Ports; port++)
            {
                queues[port] = Math.Max(0, queues[port] - 1);
            }
        }

        return new Queues(sum / slots / Ports, longest / slots);
    }

    /// <summary>Core's rule alone, on queues that it is told once in so many slots.</summary>
    public static Queues Stale(int age, int slots)
    {
        var faults = new List<string>();
        var bundle = new Bundle([.. Enumerable.Range(0, Ports).Select(i => new Link($"out/{i}", 10.Gbps))]);
        IBalancer balancer = TechniqueCatalog.Create("drill:d=8", bundle, 1, faults)!.Balancer;
        var random = new RandomSource(1);
        var queues = new int[Ports];
        (double sum, double longest) = (0, 0);
        for (int slot = 0; slot < slots; slot++)
        {
            var now = new Timestamp((long)slot * SlotNs);
            for (int input = 0; input < Ports; input++)
            {
                if (random.Below(1000) < LoadThousandths)
                {
                    queues[balancer.Pick((uint)random.Next(), 1500, now).Index]++;
                    for (int port = 0; age == 1 && port < Ports; port++)
                    {
                        bundle.SetFinish(new LinkId(port), now + new Interval((long)queues[port] * SlotNs));
                    }
                }
            }

            sum += queues.Sum();
            longest += queues.Max();
            for (int port = 0; port < Ports; port++)
            {
                queues[port] = Math.Max(0, queues[port] - 1);
                if ((slot + 1) % age == 0)
                {
                    bundle.SetFinish(new LinkId(port), now + new Interval((queues[port] + 1L) * SlotNs));
                }
            }
        }

        return new Queues(sum / slots / Ports, longest / slots);
    }
}

/// <summary>Queues in packets, counted after the arrivals of a slot and before its departures.</summary>
/// <param name="Mean">Mean over slots and ports.</param>
/// <param name="Longest">Mean over slots of the longest.</param>
internal readonly record struct Queues(double Mean, double Longest);

/// <summary>Hosts that send a frame or none at the start of each slot, all at one instant.</summary>
internal sealed class SlottedSource(int hosts, uint loadThousandths, int slots, long slotPs, int[] watched, ulong seed) : TrafficSource
{
    private const int Begin = 0;
    private const int Look = 1;

    // How long after its start a slot's frames are at the switch: their time on the wire and the delay of 1 us.
    private readonly long _arrivalPs = slotPs + 1_000_000;
    private readonly List<Connection> _streams = [];
    private RandomSource _random = new(seed);
    private double _sum;
    private double _longest;
    private int _slot;
    private int _looks;

    public Queues Queues => new(_sum / _looks / watched.Length, _longest / _looks);

    public override void OnStart()
    {
        for (int host = 0; host < hosts; host++)
        {
            var address = new FlowAddress(host, hosts, (ushort)(40_000 + host), 5001, 17);
            _streams.Add(Simulator.OpenDatagrams(this, host, hosts, in address));
        }

        Simulator.Schedule(this, 0, Begin);
        Simulator.Schedule(this, _arrivalPs + (slotPs / 2), Look);
    }

    public override void OnTimer(int tag)
    {
        if (tag == Begin)
        {
            foreach (Connection stream in _streams)
            {
                if (_random.Below(1000) < loadThousandths)
                {
                    Simulator.SendDatagram(stream, hosts, 1472);
                }
            }

            if (++_slot < slots)
            {
                Simulator.Schedule(this, Simulator.NowPs + slotPs, Begin);
            }

            return;
        }

        long most = 0;
        foreach (int port in watched)
        {
            long packets = (Simulator.Network.Ports[port].BacklogPs(Simulator.NowPs) + (slotPs / 2)) / slotPs;
            _sum += packets;
            most = Math.Max(most, packets);
        }

        _longest += most;
        if (++_looks < slots)
        {
            Simulator.Schedule(this, Simulator.NowPs + slotPs, Look);
        }
    }
}
