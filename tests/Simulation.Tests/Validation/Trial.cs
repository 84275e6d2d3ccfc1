using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Runs scenarios, with hands on the simulator where an experiment needs them.</summary>
internal static class Trial
{
    /// <summary>Runs a scenario as the product does.</summary>
    public static RunResult Run(
        Scenario scenario, string technique, ulong seed, Action<Simulator>? onReady = null, Action? onSample = null)
    {
        RunResult result = ScenarioRun.Run(
            scenario, technique, seed, new RunControl { OnReady = onReady, OnProgress = onSample is null ? null : _ => onSample() })!;
        return result.NotApplicable is null ? result : throw new InvalidOperationException($"{technique}: {result.NotApplicable}");
    }

    /// <summary>A simulator over a scenario's network, for sources of the experiment's own.</summary>
    public static Simulator Prepare(Scenario scenario, string technique, ulong seed)
    {
        var faults = new List<string>();
        Network network = Network.Create(scenario, technique, seed, faults)
            ?? throw new InvalidOperationException(string.Join("; ", faults));
        return new Simulator(network);
    }

    /// <summary>Starts a simulator with one source.</summary>
    public static void Start(Simulator simulator, TrafficSource source) => simulator.Start([source], _ => { });

    /// <summary>Runs up to an instant.</summary>
    public static void RunTo(Simulator simulator, long ps)
    {
        bool isStopped = false;
        simulator.RunTo(ps, ref isStopped);
    }

    /// <summary>Works several things out on all cores; the results are in the order of the inputs.</summary>
    public static TResult[] All<T, TResult>(IEnumerable<T> inputs, Func<T, TResult> work) =>
        [.. inputs.AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.FullyBuffered).Select(work)];

    /// <summary>What balances a bundle from its near end.</summary>
    public static LinkGroup Group(Simulator simulator, string bundle)
    {
        int[] ports = Forth(simulator, bundle);
        return simulator.Network.Groups.Single(g => g.Ports.SequenceEqual(ports));
    }

    /// <summary>The ports of a bundle in the direction from its near end.</summary>
    public static int[] Forth(Simulator simulator, string bundle) => [.. simulator.Network.Topology.PortsOf(bundle, isBack: false)];

    /// <summary>Calls something at every frame that a port accepts, with the frame and when its last bit leaves.</summary>
    public static void Watch(Simulator simulator, int port, Action<Packet, long> onFrame)
    {
        PortExtras extras = simulator.Network.Ports.ExtrasFor(port, () => new PortExtras(0));
        extras.Trace += onFrame;
        simulator.Network.Ports[port].Traits |= PortTraits.Traced;
    }
}
