using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using static Trunkline.Simulation.Tests.Validation.Quantities;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>One client pulls 10 MB that many servers hold: where a buffer is full, and what a timeout costs then.</summary>
internal sealed class Incast : Experiment
{
    private const int BlockBytes = 10_000_000;
    private const int BufferBytes = 1_000_000;
    private const int WindowBytes = 65_536;
    private const string Tcp = "linux-ecmp/l4";
    private const string Mptcp = "mptcp:subflows=8";

    public override int Number => 15;

    public override string Title => "incast";

    public override string Expected =>
        "Servers whose windows fit the buffer together lose nothing; one more, and a queue overflows. A TCP with SACK repairs that as long as its "
        + "window is worth some segments; of 8 subflows each has an eighth of the window, cannot, and waits for its timer: then a round "
        + "takes B / C and the minimum RTO, 4 % of the line at 200 ms. A minimum of 1 ms heals both.";

    public override string Source =>
        "windows × servers > buffer + C · RTT; goodput with one timeout B / (B / C + RTOmin); MPTCP worse by 2 to 8 times at high fan-in: CONGA, SIGCOMM 2014 §5.3";

    public override string Method =>
        "N servers and a client at one switch, 10 Gb/s with 5 us, 1 MB of buffer, 10 MB a round from connections that stay open, receive windows of "
        + "64 KiB, NewReno with SACK and three duplicate acknowledgements, every segment acknowledged; rounds of 2 s (1 ms: 1 s) behind 2.5 s of warm-up, seed 1.";

    public override string Misses => "A buffer that holds all windows (no cliff where the bound is). `CanMissTests.Incast…`.";

    /// <summary>The servers whose windows, with their headers, fill the buffer and the pipe.</summary>
    public static double Bound => (BufferBytes + (10e9 / 8 * 22.5e-6)) / (WindowBytes / 1448.0 * 1538);

    public override IEnumerable<Row> Run(Effort effort)
    {
        int[] sweep = effort == Effort.Quick ? [12, 14, 15, 16, 18] : [.. Enumerable.Range(8, 17)];
        (int Servers, Pull Tcp, Pull Mptcp)[] near = Trial.All(sweep, n => (n, Measure(n, Tcp, 200.Ms), Measure(n, Mptcp, 200.Ms)));
        yield return new Row(
            "TCP: servers from which a packet is dropped", Validation.Bound.Percent(Bound, 25), near.Where(p => p.Tcp.Drops > 0).Min(p => p.Servers));
        yield return new Row(
            "MPTCP, 200 ms: servers from which goodput is less than half of the line",
            Validation.Bound.Percent(Bound, 25),
            near.Where(p => p.Mptcp.Share < 0.5).Min(p => p.Servers));
        yield return new Row(
            "both, fewer servers than that: least goodput over the line", Validation.Bound.AtLeast(0.97),
            near.Where(p => p.Servers <= 12).Min(p => Math.Min(p.Tcp.Share, p.Mptcp.Share)));
        double oneTimeout = 8.5 / (8.5 + 200);
        foreach ((int servers, Pull tcp, Pull mptcp) in Trial.All((int[])[24, 32, 63], n => (n, Measure(n, Tcp, 200.Ms), Measure(n, Mptcp, 200.Ms))))
        {
            yield return new Row($"{servers} servers, 200 ms: TCP over MPTCP", Validation.Bound.AtLeast(2), tcp.Share / mptcp.Share);
            if (servers == 24)
            {
                yield return new Row($"{servers} servers, 200 ms: MPTCP, a timeout a round, over the line", Validation.Bound.Percent(oneTimeout, 25), mptcp.Share);
            }
        }

        (Pull slow, Pull fast, Pull fastMptcp) = (Measure(63, Tcp, 200.Ms), Measure(63, Tcp, 1.Ms), Measure(63, Mptcp, 1.Ms));
        yield return new Row("63 servers, TCP: 1 ms over 200 ms", Validation.Bound.AtLeast(5), fast.Share / slow.Share);
        yield return new Row("63 servers, 1 ms: MPTCP over TCP", Validation.Bound.Between(0.5, 0.95), fastMptcp.Share / fast.Share);
    }

    /// <summary>How fast the client gets its rounds.</summary>
    public static Pull Measure(int servers, string technique, Interval rtoMin, int bufferBytes = BufferBytes)
    {
        Host[] hosts = Hosts("s", servers);
        var scenario = new Scenario
        {
            Name = "incast",
            Hosts = [new Host("client"), .. hosts],
            Switches = [new Switch("switch")],
            Bundles =
            [
                Bundle("down", "switch", new BundleLink("client", 10.Gbps, 5.Us, Queue(bufferBytes))),
                .. hosts.Select(h => Bundle($"nic-{h.Name}", h.Name, Link("switch", 10.Gbps, 5.Us))),
            ],
            Measured = ["down"],
            Duration = (rtoMin > 10.Ms ? 4500 : 3500).Ms,
            WarmUp = 2500.Ms,
            Transport = new Settings
            {
                CongestionControl = CongestionControl.NewReno,
                LossDetection = LossDetection.DuplicateAcks,
                AckEvery = 1,
                RtoMin = rtoMin,
                ReceiveWindow = new ByteCount(WindowBytes),
            },
            Traffic =
            [
                new IncastTraffic
                {
                    Name = "pull",
                    From = ["client"],
                    To = [.. hosts.Select(h => h.Name)],
                    Bytes = new ByteCount(BlockBytes),
                    Rounds = 0,
                    Pause = 50.Ms,
                },
            ],
        };
        RunResult result = Trial.Run(scenario, technique, 1);
        double lineSeconds = BlockBytes * 8 / (10e9 * 1448 / 1538);
        return new Pull(lineSeconds / result.Flows.Average(f => (f.EndPs - f.StartPs) / 1e12), result.Counts.Drops, result.Counts.Timeouts);
    }
}

/// <summary>What a client's rounds reached.</summary>
/// <param name="Share">Mean goodput in a round over that of the line.</param>
/// <param name="Drops">Packets dropped.</param>
/// <param name="Timeouts">Timeouts.</param>
internal readonly record struct Pull(double Share, long Drops, long Timeouts);
