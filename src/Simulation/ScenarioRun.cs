using System.Diagnostics;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;

namespace Trunkline.Simulation;

/// <summary>How a run is watched from outside; nothing of it changes what happens.</summary>
internal sealed class RunControl
{
    /// <summary>Set from another thread to end the run before its time.</summary>
    public bool IsStopped;

    /// <summary>User time of the calling thread; null where it cannot be told.</summary>
    public Func<TimeSpan>? ThreadTime { get; init; }

    /// <summary>Called with the part of the run that is done, in thousandths.</summary>
    public Action<int>? OnProgress { get; init; }

    /// <summary>Writes the frames of some ports; null for none.</summary>
    public Tracing.FrameTrace? Trace { get; init; }

    /// <summary>The captures that the scenario replays, by path.</summary>
    public IReadOnlyDictionary<string, ReplayCapture> Captures { get; init; } = new Dictionary<string, ReplayCapture>();

    /// <summary>Called once the network stands, to look at or listen to it.</summary>
    public Action<Simulator>? OnReady { get; init; }
}

/// <summary>Runs one technique with one seed over a scenario.</summary>
internal sealed class ScenarioRun
{
    private const int Samples = 200;

    // Above this a collection costs little beside the run that follows.
    private const long CollectAboveBytes = 16 << 20;

    private readonly Scenario _scenario;
    private readonly Simulator _simulator;
    private readonly TrafficSource[] _sources;
    private readonly LinkEvents _events;
    private readonly int[] _measured;
    private readonly List<LoadSample> _samples = [];
    private readonly long[] _warmBytes;
    private readonly long[] _warmFrames;
    private readonly long[] _warmDrops;
    private readonly long[] _sampledBytes;
    private long[] _warmDelivered = [];
    private RunCounts _warmCounts = new();

    private ScenarioRun(Scenario scenario, Network network, ulong seed, RunControl control)
    {
        _scenario = scenario;
        _simulator = new Simulator(network);
        var endpoints = new Endpoints(scenario);
        _sources = [.. scenario.Traffic.Select((traffic, i) =>
            SourceFactory.Create(traffic, new SourceSite(network.Topology, endpoints, i, seed), _simulator, control.Captures))];
        _events = new LinkEvents(_simulator);
        _measured = [.. scenario.Measured.SelectMany(b => network.Topology.PortsOf(b, isBack: false)),
            .. scenario.Measured.SelectMany(b => network.Topology.PortsOf(b, isBack: true))];
        _warmBytes = new long[_measured.Length];
        _warmFrames = new long[_measured.Length];
        _warmDrops = new long[_measured.Length];
        _sampledBytes = new long[_measured.Length];
    }

    /// <summary>Runs.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="technique">The technique of all that have none of their own.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="control">Watches it.</param>
    /// <returns>The result; null when it was stopped.</returns>
    public static RunResult? Run(Scenario scenario, string technique, ulong seed, RunControl control)
    {
        var faults = new List<string>();
        if (Network.Create(scenario, technique, seed, faults) is not { } network)
        {
            return new RunResult { NotApplicable = WhyNot(technique, faults) };
        }

        var run = new ScenarioRun(scenario, network, seed, control);
        if (GC.GetTotalMemory(forceFullCollection: false) > CollectAboveBytes)
        {
            // What the run before left, and what setting up took, is garbage; this one would grow on top of it.
            GC.Collect();
        }

        control.Trace?.Attach(run._simulator);
        control.OnReady?.Invoke(run._simulator);
        RunResult? result = run.Run(control);
        control.Trace?.Finish(run._simulator.NowPs);
        return result;
    }

    /// <summary>One reason is enough: the others are of other nodes.</summary>
    private static string WhyNot(string technique, List<string> faults)
    {
        string first = faults[0].StartsWith($"{technique}: ", StringComparison.Ordinal) ? faults[0][(technique.Length + 2)..] : faults[0];
        return faults.Count == 1 ? first : $"{first} (and {faults.Count - 1} more like this)";
    }

    private RunResult? Run(RunControl control)
    {
        var watch = Stopwatch.StartNew();
        TimeSpan before = control.ThreadTime?.Invoke() ?? TimeSpan.Zero;
        long endPs = SimTime.ToPs(_scenario.Duration);
        long warmPs = SimTime.ToPs(_scenario.WarmUp);
        _simulator.Start(_sources, _events.OnEvent);
        _events.Schedule();
        if (!_simulator.RunTo(warmPs, ref control.IsStopped))
        {
            return null;
        }

        EndWarmUp();
        for (int sample = 1; sample <= Samples; sample++)
        {
            long untilPs = warmPs + (long)((Int128)(endPs - warmPs) * sample / Samples);
            if (!_simulator.RunTo(untilPs, ref control.IsStopped))
            {
                return null;
            }

            Sample();
            control.OnProgress?.Invoke(sample * 1000 / Samples);
        }

        TimeSpan used = control.ThreadTime is null ? watch.Elapsed : control.ThreadTime() - before;
        return Result(endPs - warmPs, used.TotalSeconds, watch.Elapsed.TotalSeconds);
    }

    private void EndWarmUp()
    {
        _warmDelivered = [.. _simulator.Books.DeliveredBytes];
        _warmCounts = RunCounts.Of(_simulator);
        for (int i = 0; i < _measured.Length; i++)
        {
            ref Port port = ref _simulator.Network.Ports[_measured[i]];
            (_warmBytes[i], _warmFrames[i], _warmDrops[i], _sampledBytes[i]) = (port.Bytes, port.Frames, port.Drops, port.Bytes);
            _simulator.Network.Ports.Extras(_measured[i])!.Delays!.Clear();
        }

        foreach (Connection connection in _simulator.Connections)
        {
            connection.WarmBytes = connection.DeliveredBytes;
        }
    }

    private void Sample()
    {
        var bytes = new long[_measured.Length];
        var backlogs = new int[_measured.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            ref Port port = ref _simulator.Network.Ports[_measured[i]];
            bytes[i] = port.Bytes - _sampledBytes[i];
            long waitPs = Math.Max(0, _simulator.Network.Ports.FinishPs(_measured[i]) - _simulator.NowPs);
            backlogs[i] = (int)Math.Min(int.MaxValue, waitPs / port.PsPerByte);
            _sampledBytes[i] = port.Bytes;
        }

        _samples.Add(new LoadSample(_simulator.NowPs, bytes, backlogs));
    }

    private RunResult Result(long measuredPs, double cpuSeconds, double wallSeconds)
    {
        RunBooks books = _simulator.Books;
        Network network = _simulator.Network;
        books.Check(network.Ports.CountUnderWay() + network.Groups.Sum(g => g.Stripe?.Held ?? 0));
        RunCounts counts = RunCounts.Of(_simulator).Since(_warmCounts);
        TransportTotals[] transport = books.Finished;
        foreach (Connection connection in _simulator.Connections.Where(c => !c.IsFree))
        {
            transport[connection.Traffic].Add(connection);
        }

        long warmPs = SimTime.ToPs(_scenario.WarmUp);
        return new RunResult
        {
            MeasuredPs = measuredPs,
            DeliveredBytes = [.. books.DeliveredBytes.Select((bytes, i) => bytes - _warmDelivered[i])],
            Links = [.. _measured.Select((port, i) => LinkOf(port, i, measuredPs))],
            Flows = [.. books.Flows.Where(f => f.StartPs >= warmPs)],
            EndedBytes = [.. Enum.GetValues<FlowKind>().Select(kind => books.Flows.Where(f => f.Kind == kind && f.EndPs > warmPs).Sum(f => f.Bytes))],
            UnfinishedFlows = books.OpenFlows,
            Elephants = ElephantsOf(warmPs),
            Transport = transport,
            Counts = counts,
            Samples = [.. _samples],
            PacketHops = network.Ports.Arrivals,
            CpuSeconds = cpuSeconds,
            WallSeconds = wallSeconds,
        };
    }

    private LinkRun LinkOf(int number, int i, long measuredPs)
    {
        ref Port port = ref _simulator.Network.Ports[number];
        PortSite site = _simulator.Network.Topology.Ports[number];

        // What was accepted before and sent after is as good as what was accepted in time and is still to send.
        long bytes = port.Bytes - _warmBytes[i];
        double capacityBytes = CapacityBytes(site, measuredPs);
        double utilization = Math.Min(1, bytes / capacityBytes);
        return new LinkRun(
            site.Name,
            site.IsBack,
            site.Spec.Rate.BitsPerSecond,
            bytes,
            port.Frames - _warmFrames[i],
            port.Drops - _warmDrops[i],
            utilization,
            _simulator.Network.Ports.Extras(number)!.Delays!,
            capacityBytes * 8 / SimTime.ToSeconds(measuredPs));
    }

    /// <summary>What a link could carry in the measured time, at the speeds that events gave it.</summary>
    private double CapacityBytes(PortSite site, long measuredPs)
    {
        long fromPs = SimTime.ToPs(_scenario.WarmUp);
        long endPs = fromPs + measuredPs;
        LinkDirections direction = site.IsBack ? LinkDirections.Back : LinkDirections.Forth;
        BitRate rate = site.Spec.Rate;
        double bytes = 0;
        foreach (LinkEvent what in _scenario.Events)
        {
            if (what.Bundle == site.Bundle.Name && what.Link == site.Link && what.Directions.HasFlag(direction)
                && what.Kind is LinkEventKind.Rate or LinkEventKind.Up)
            {
                long atPs = Math.Clamp(SimTime.ToPs(what.At), fromPs, endPs);
                bytes += (atPs - fromPs) / (double)rate.PicosecondsPerByte;
                (fromPs, rate) = (atPs, what.Kind == LinkEventKind.Rate ? what.Rate : site.Spec.Rate);
            }
        }

        return bytes + ((endPs - fromPs) / (double)rate.PicosecondsPerByte);
    }

    private ElephantRun[] ElephantsOf(long warmPs) =>
    [
        .. _sources.SelectMany(s => s.Elephants).Select(connection => new ElephantRun(
            connection.Traffic,
            _simulator.Network.Topology.NameOf(connection.Source),
            _simulator.Network.Topology.NameOf(connection.Destination),
            connection.DeliveredBytes - connection.WarmBytes,
            Math.Max(connection.StartPs, warmPs),
            Math.Min(connection.EndPs, _simulator.NowPs))),
    ];
}
