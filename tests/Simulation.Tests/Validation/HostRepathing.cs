using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Flows that share one of four paths notice by their marks, and leave it after exactly as many round trips as the rule says.</summary>
internal sealed class HostRepathing : Experiment
{
    private const int Paths = 4;
    private const int SeedsMax = 100;

    public override int Number => 14;

    public override string Title => "hosts that leave a congested path";

    public override string Expected =>
        "FlowBender moves after one round trip with more than 5 % of marks, so two elephants on one path soon have one each: twice the goodput. "
        + "PLB moves after 12 rounds with half of the packets marked while it is busy, and after 3 when it pauses. A timeout moves a flow at once, "
        + "so that a path that drops everything costs one timeout, and one more for each time that the dead path is drawn again.";

    public override string Source => "FlowBender, CoNEXT 2014, §3; PLB, SIGCOMM 2022, §4, and Linux net/ipv4/tcp_plb.c";

    public override string Method =>
        "Two senders, two switches with four paths of 10 Gb/s and 10 us, two receivers; DCTCP, marks from 65 frames; the seeds from 1 on for which "
        + "both flows are hashed to one path. FlowBender: two endless flows, 100 ms, goodput of the last half over 10 Gb/s. PLB: one flow beside datagrams of "
        + "9.9 Gb/s, marks from 2 frames, so that every round is congested as long as they share; idle: the flow writes 64 KB every 20 ms. Rounds are "
        + "counted from the sender's packets. Timeout: a path that drops all from 20 ms on, without saying so, under the flow; the last 50 of 400 ms.";

    public override string Misses => "A hash that stays where it is, other thresholds and counts (`CanMissTests.Repathing…`).";

    public override IEnumerable<Row> Run(Effort effort)
    {
        int runs = effort == Effort.Quick ? 2 : 8;
        Repath[] bent = Measure("flowbender", Case.Elephants, runs);
        yield return new Row("FlowBender: congested rounds before a move, least", Bound.Exactly(1), bent.Min(r => r.RoundsMin));
        yield return new Row("FlowBender: congested rounds before a move, most", Bound.Exactly(1), bent.Max(r => r.RoundsMax));
        yield return new Row("FlowBender: goodput of two elephants over one path's, mean", Bound.Percent(2, 5), bent.Average(r => r.Links));
        Repath[] busy = Measure("plb", Case.Datagrams, runs);
        yield return new Row("PLB, busy: congested rounds before a move, least", Bound.Exactly(12), busy.Min(r => r.RoundsMin));
        yield return new Row("PLB, busy: congested rounds before a move, most", Bound.Exactly(12), busy.Max(r => r.RoundsMax));
        Repath[] idle = Measure("plb:rounds=31", Case.Pauses, runs);
        yield return new Row("PLB, pausing: congested rounds before the first pause that moves it, least", Bound.AtLeast(3), idle.Min(r => r.RoundsMin));
        yield return new Row("PLB, pausing: moves", Bound.AtLeast(1), idle.Min(r => r.Moves));
        Repath[] dead = Measure("plb", Case.DeadPath, runs);
        yield return new Row("PLB, dead path: timeouts for each move", Bound.Exactly(1), dead.Average(r => (double)r.Timeouts / r.Moves));
        yield return new Row("PLB, dead path: goodput after it, in paths", Bound.AtLeast(0.9), dead.Min(r => r.Links));
    }

    /// <summary>What shares a path with the flow.</summary>
    internal enum Case
    {
        /// <summary>Another like it.</summary>
        Elephants,

        /// <summary>Datagrams that leave it hardly anything.</summary>
        Datagrams,

        /// <summary>The same; the flow pauses.</summary>
        Pauses,

        /// <summary>Nothing, but the path dies.</summary>
        DeadPath,
    }

    /// <summary>Runs with as many seeds for which the flows share a path at first.</summary>
    public static Repath[] Measure(string technique, Case what, int runs) =>
        [.. Enumerable.Range(1, SeedsMax).Select(seed => Once(technique, what, (ulong)seed)).OfType<Repath>().Take(runs)];

    private static Repath? Once(string technique, Case what, ulong seed)
    {
        int frames = what is Case.Datagrams or Case.Pauses ? 2 : 65;
        var marked = new PortQueue
        {
            Bound = new ByteCount(400_000),
            Marking = new EcnMarking(new ByteCount(frames * 1538), new ByteCount(frames * 1538)),
        };
        var flow = new ElephantTraffic { Name = "flow", From = ["a0"], To = ["b0"], Rate = what == Case.Pauses ? 26.Mbps : null };
        Traffic[] others = what switch
        {
            Case.Elephants => [new ElephantTraffic { Name = "other", From = ["a1"], To = ["b1"], Start = 5.Ms }],
            Case.DeadPath => [],
            _ => [new UdpTraffic { Name = "other", From = ["a1"], To = ["b1"], Rate = 9_640.Mbps, PacketBytes = 1472, Start = 5.Ms }],
        };
        var scenario = new Scenario
        {
            Name = "repath",
            Hosts = [.. Hosts("a", 2), .. Hosts("b", 2)],
            Switches = [new Switch("s"), new Switch("t")],
            Bundles =
            [
                .. Hosts("a", 2).Select(h => Bundle($"nic-{h.Name}", h.Name, Link("s", 10.Gbps, 1.Us))),
                Bundle("paths", "s", [.. Enumerable.Repeat(new BundleLink("t", 10.Gbps, 10.Us, marked) { QueueBack = Unbounded }, Paths)]),
                .. Hosts("b", 2).Select(h => Bundle($"nic-{h.Name}", "t", Link(h.Name, 10.Gbps, 1.Us))),
            ],
            Measured = ["paths"],
            Duration = what is Case.Pauses or Case.DeadPath ? 400.Ms : 100.Ms,
            WarmUp = what == Case.DeadPath ? 350.Ms : 50.Ms,
            Transport = new Settings { CongestionControl = CongestionControl.Dctcp, Handshake = false, RtoMin = 5.Ms, AckEvery = 1, Tso = new ByteCount(0) },
            Traffic = [flow, .. others],
            Events = what == Case.DeadPath
                ? [.. Enumerable.Range(0, Paths).Where(p => p == (int)(seed % Paths)).Select(p => new LinkEvent(20.Ms, "paths", p, LinkEventKind.Silent) { Directions = LinkDirections.Forth })]
                : [],
        };
        var watch = new Watch(technique.StartsWith("flowbender", StringComparison.Ordinal) ? 50_000 : 499_999);
        var first = new int[2];
        RunResult result = Trial.Run(scenario, technique, seed, simulator =>
        {
            int[] paths = Trial.Forth(simulator, "paths");
            for (int i = 0; i < paths.Length; i++)
            {
                int number = i;
                Trial.Watch(simulator, paths[i], (packet, _) =>
                {
                    // Where each was before anything moved: the flow alone, the other in its first 0.1 ms.
                    Connection connection = simulator.Connections[packet.Flow];
                    int which = connection.Traffic;
                    bool isEarly = simulator.NowPs < (which == 0 ? 4_000_000_000 : 5_100_000_000);
                    first[which] = isEarly ? number : first[which];
                });
            }

            foreach (Host host in Hosts("a", 2))
            {
                Trial.Watch(simulator, Trial.Forth(simulator, $"nic-{host.Name}")[0], (packet, _) => watch.OnPacket(simulator.Connections[packet.Flow], in packet));
            }
        });
        bool isTogether = what == Case.DeadPath ? first[0] == (int)(seed % Paths) : first[0] == first[1];
        if (!isTogether)
        {
            return null;
        }

        double path = 10e9 / 8 * result.MeasuredPs / 1e12 * 1448 / 1538;
        return new Repath(
            watch.Rounds.DefaultIfEmpty(0).Min(),
            watch.Rounds.DefaultIfEmpty(0).Max(),
            watch.Rounds.Count,
            watch.Timeouts,
            (result.DeliveredBytes[0] + (what == Case.Elephants ? result.DeliveredBytes[1] : 0)) / path);
    }

    // Follows each sender by its packets: congested rounds in a row, and how many there were when its label changed.
    private sealed class Watch(int thresholdPpm)
    {
        private readonly Dictionary<int, Sender> _senders = [];

        public List<int> Rounds { get; } = [];

        public long Timeouts { get; private set; }

        public void OnPacket(Connection connection, in Packet packet)
        {
            if (connection.Options is null)
            {
                return;
            }

            if (!_senders.TryGetValue(packet.Flow, out Sender? sender))
            {
                _senders.Add(packet.Flow, sender = new Sender { Label = packet.Label });
            }

            var tcp = connection.Sender;
            if (tcp.RoundTrips != sender.Seen)
            {
                bool isCongested = tcp.RoundMarked * 1_000_000 > tcp.RoundDelivered * thresholdPpm;
                sender.Congested = isCongested ? sender.Congested + 1 : 0;
                sender.Seen = tcp.RoundTrips;
            }

            if (packet.Label != sender.Label)
            {
                Rounds.Add(sender.Congested);
                Timeouts += tcp.Timeouts - sender.Timeouts;
                (sender.Label, sender.Congested) = (packet.Label, 0);
            }

            sender.Timeouts = tcp.Timeouts;
        }

        private sealed class Sender
        {
            public int Label { get; set; }

            public long Seen { get; set; }

            public long Timeouts { get; set; }

            public int Congested { get; set; }
        }
    }
}

/// <summary>How flows moved.</summary>
/// <param name="RoundsMin">Congested rounds in a row before a move, at least.</param>
/// <param name="RoundsMax">The same, at most.</param>
/// <param name="Moves">Moves.</param>
/// <param name="Timeouts">Timeouts just before them.</param>
/// <param name="Links">Goodput after the first half, in paths.</param>
internal sealed record Repath(int RoundsMin, int RoundsMax, int Moves, long Timeouts, double Links);
