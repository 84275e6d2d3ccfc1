using System.Globalization;
using System.Text;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Tests;

/// <summary>What holds in every run, whatever happens to links and whatever balances them.</summary>
public sealed class ConservationTests
{
    private const int RunsOfTheory = 40;

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, 10)];

    [Theory]
    [MemberData(nameof(Batches))]
    public void Packets_OfARandomRun_AreAllAccountedFor_AtEveryLook(int batch)
    {
        for (ulong seed = (ulong)batch * RunsOfTheory; seed < (ulong)(batch + 1) * RunsOfTheory; seed++)
        {
            Follow(seed);
        }
    }

    /// <summary>A trunk, one of whose links becomes slower or longer.</summary>
    [Theory]
    [InlineData(1364)]
    [InlineData(3371)]
    public void Packets_OfRunsThatWentWrongOnce_AreAllAccountedFor(ulong seed) => Follow(seed);

    [Theory]
    [MemberData(nameof(Batches))]
    public void Runs_OfOneSeed_AreTheSame_OnAnyNumberOfThreads(int batch)
    {
        ulong[] seeds = [.. Enumerable.Range(batch * 4, 4).Select(i => 5000 + (ulong)i)];
        string[] first = [.. seeds.Select(Print)];
        Assert.Equal(first, seeds.Select(Print));
        foreach (int threads in (int[])[2, 5])
        {
            Assert.Equal(first, seeds.AsParallel().AsOrdered().WithDegreeOfParallelism(threads).Select(Print));
        }
    }

    /// <summary>Connections made of sessions, which close, fail and open anew.</summary>
    [Theory]
    [InlineData("mptcp")]
    [InlineData("mptcp:by=address:coupling=olia:subflows=0 over flowlet:gap=20us")]
    [InlineData("mptcp:subflows=3:coupling=none:reopen=100us")]
    [InlineData("mpio")]
    [InlineData("mpio:by=port:sessions=3:policy=round-robin")]
    [InlineData("smb-multichannel")]
    [InlineData("slicing:skew=60%")]
    [InlineData("sender-flowlets:pause=30us:burst=20KB over flowlet:gap=20us")]
    [InlineData("pacing:burst=3KB")]
    public void Packets_OfSessions_AreAllAccountedFor_AndGiveTheSameTwice(string technique)
    {
        for (ulong seed = 9000; seed < 9060; seed++)
        {
            Follow(seed, technique);
            Assert.Equal(Print(seed, seed, technique), Print(seed, seed, technique));
        }
    }

    [Fact]
    public void Runs_OfOtherSeeds_Differ() => Assert.NotEqual(Print(5001, 1), Print(5001, 2));

    private static void Follow(ulong seed, string? instead = null)
    {
        Scenario scenario = RandomScenario.Create(seed, out string technique);
        technique = instead ?? technique;
        Ledger ledger = null!;
        string name = $"seed {seed}, {technique}";
        try
        {
            RunResult? result = ScenarioRun.Run(scenario, technique, seed, new RunControl
            {
                OnReady = simulator => ledger = new Ledger(simulator, scenario, technique),
                OnProgress = _ => ledger.Check(name),
            });
            Assert.NotNull(result);
            Assert.True(result.NotApplicable is null || Ledger.IsStripe(technique), result.NotApplicable);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException(name, e);
        }
    }

    private static string Print(ulong seed) => Print(seed, seed);

    private static string Print(ulong drawnFrom, ulong seed, string? instead = null)
    {
        Scenario scenario = RandomScenario.Create(drawnFrom, out string technique);
        technique = instead ?? technique;
        RunResult result = ScenarioRun.Run(scenario, technique, seed, new RunControl())!;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{result.PacketHops} {result.Counts.Drops} {result.Counts.Losses} {result.Counts.Marks} {result.Counts.Moves} {result.UnfinishedFlows}\n");
        foreach (LinkRun link in result.Links)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{link.Name} {link.Bytes} {link.Frames} {link.Drops} {link.Delays.Count} {link.Delays.SumPs}\n");
        }

        text.AppendJoin('\n', result.Flows.Select(f => f.ToString()));
        text.AppendJoin(' ', result.DeliveredBytes);
        text.AppendJoin(' ', result.Samples.SelectMany(s => s.Bytes.Concat(s.BacklogBytes.Select(b => (long)b))));
        return text.ToString();
    }

    /// <summary>Follows every frame that a port accepts, and adds up.</summary>
    private sealed class Ledger
    {
        private readonly Simulator _simulator;
        private readonly bool _isSteady;

        // Copies and pieces are made on the way, so that what comes into a node is not what goes out of it.
        private readonly bool _isReplacing;
        private readonly long[] _bytes;
        private readonly long[] _frames;
        private readonly long[] _leftPs;
        private string? _fault;
        private long _nowPs;

        public Ledger(Simulator simulator, Scenario scenario, string technique)
        {
            _simulator = simulator;
            _isReplacing = IsStripe(technique) || scenario.Traffic.Any(t => t is MulticastTraffic);
            _isSteady = scenario.Events.Count == 0 && !IsStripe(technique);
            PortTable ports = simulator.Network.Ports;
            (_bytes, _frames, _leftPs) = (new long[ports.Count], new long[ports.Count], new long[ports.Count]);
            for (int i = 0; i < ports.Count; i++)
            {
                int port = i;
                PortExtras extras = ports.ExtrasFor(port, () => new PortExtras(0));
                extras.Trace += (packet, leftPs) => Follow(port, in packet, leftPs);
                ports[port].Traits |= PortTraits.Traced;
            }
        }

        public static bool IsStripe(string technique) =>
            technique is "trunk" or "mlppp" || technique.StartsWith("spray", StringComparison.Ordinal);

        public void Check(string name)
        {
            Assert.True(_fault is null, $"{name}: {_fault}");
            RunBooks books = _simulator.Books;
            Network network = _simulator.Network;
            long underWay = network.Ports.CountUnderWay() + network.Groups.Sum(g => g.Stripe?.Held ?? 0);
            books.Check(underWay);
            Assert.Equal(underWay, _simulator.Connections.Sum(c => c.UnderWay));
            (long drops, long losses) = (0, 0);
            for (int i = 0; i < network.Ports.Count; i++)
            {
                ref Port port = ref network.Ports[i];
                Assert.True(port.Line.Count >= 0 && port.Losses >= 0 && port.Frames >= port.Losses + port.Line.Count, $"{name}: port {i}");
                if ((port.Traits & PortTraits.Scheduled) == 0)
                {
                    Assert.Equal((port.Bytes, port.Frames), (_bytes[i], _frames[i]));
                }

                drops += port.Drops;
                losses += port.Losses;
            }

            if (_isReplacing)
            {
                return;
            }

            Assert.Equal(books.PacketsLost, losses);
            long unrouted = Unrouted(name);
            Assert.Equal(books.PacketsDropped, drops + unrouted);
            foreach (Connection connection in _simulator.Connections.Where(c => c.Options is null))
            {
                Assert.Equal(
                    connection.PacketsSent - connection.PacketsLost - connection.UnderWay,
                    connection.DeliveredBytes / RandomScenario.PacketBytes);
            }
        }

        // What came into each node and did not go out of it again: at hosts what they sent, at switches what they passed on.
        private long Unrouted(string name)
        {
            Topology topology = _simulator.Network.Topology;
            PortTable ports = _simulator.Network.Ports;
            var balance = new long[topology.NodeCount];
            (long sent, long delivered) = (0, 0);
            for (int i = 0; i < ports.Count; i++)
            {
                ref Port port = ref ports[i];
                PortSite site = topology.Ports[i];
                long waiting = ports.Extras(i)?.Scheduler?.Waiting ?? 0;
                long arrived = port.Frames - port.Losses - port.Line.Count - waiting;
                balance[site.To] += arrived;
                balance[site.From] -= port.Frames + port.Drops;
                sent += site.From < topology.HostCount ? port.Frames + port.Drops : 0;
                delivered += site.To < topology.HostCount ? arrived : 0;
            }

            Assert.Equal(_simulator.Books.PacketsDelivered, delivered);
            Assert.True(balance[topology.HostCount..].All(b => b >= 0), $"{name}: a switch sent more than it received");
            return _simulator.Books.PacketsSent - sent + balance[topology.HostCount..].Sum();
        }

        private void Follow(int number, in Packet packet, long leftPs)
        {
            ref Port port = ref _simulator.Network.Ports[number];
            if (_simulator.NowPs < _nowPs)
            {
                _fault ??= $"time went back from {_nowPs} ps to {_simulator.NowPs}";
            }

            _nowPs = _simulator.NowPs;
            _bytes[number] += packet.WireBytes;
            _frames[number]++;
            long takesPs = packet.WireBytes * port.PsPerByte;
            if (_isSteady && leftPs != Math.Max(_leftPs[number], _simulator.NowPs) + takesPs)
            {
                _fault ??= $"port {number} sends a frame at {leftPs} ps, the one before at {_leftPs[number]}, now is {_simulator.NowPs}";
            }

            _leftPs[number] = leftPs;
        }
    }
}
