using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation;

/// <summary>One run in detail: loads over time, every flow, every elephant.</summary>
public sealed class RunSeries
{
    private readonly RunResult _run;
    private readonly Topology _topology;
    private readonly IdleNetwork _idle;

    internal RunSeries(string technique, ulong seed, RunResult run, Topology topology, IdleNetwork idle)
    {
        (Technique, Seed) = (technique, seed);
        (_run, _topology, _idle) = (run, topology, idle);
    }

    /// <summary>The technique as written.</summary>
    public string Technique { get; }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>What each measured link carried in each interval, in the order of time.</summary>
    public IEnumerable<LinkLoad> Loads => _run.Samples.SelectMany(sample => _run.Links.Select((link, i) =>
        new LinkLoad(SimTime.ToSeconds(sample.EndPs), link.Name, link.IsBack, link.BitsPerSecond, sample.Bytes[i], sample.BacklogBytes[i])));

    /// <summary>Flows and requests that began after the warm-up and ended, in the order in which they did.</summary>
    public IEnumerable<EndedFlow> Flows => _run.Flows.Select(f => new EndedFlow(
        _topology.Scenario.Traffic[f.Traffic].Name,
        f.Kind switch { FlowKind.Read => "read", FlowKind.Write => "write", _ => "flow" },
        _topology.NameOf(f.Source),
        _topology.NameOf(f.Destination),
        f.Bytes,
        SimTime.ToSeconds(f.StartPs),
        SimTime.ToSeconds(f.EndPs - f.StartPs),
        (f.EndPs - f.StartPs) / (double)_idle.TimePs(in f)));

    /// <summary>Large flows.</summary>
    public IEnumerable<LargeFlow> Elephants => _run.Elephants.Select(e => new LargeFlow(
        _topology.Scenario.Traffic[e.Traffic].Name, e.Source, e.Destination, e.Bytes, e.BitsPerSecond));
}

/// <summary>What a measured link carried in an interval.</summary>
/// <param name="Seconds">The interval's end, since the start of the run.</param>
/// <param name="Link">Bundle and index.</param>
/// <param name="IsBack">Whether towards the bundle's near end.</param>
/// <param name="SpeedBps">The link's speed at the start, in bits per second.</param>
/// <param name="Bytes">Bytes accepted, as they occupy the wire.</param>
/// <param name="BacklogBytes">Bytes that wait at the interval's end.</param>
public readonly record struct LinkLoad(double Seconds, string Link, bool IsBack, long SpeedBps, long Bytes, long BacklogBytes);

/// <summary>A flow or request that ended.</summary>
/// <param name="Traffic">Its traffic.</param>
/// <param name="Kind"><c>flow</c>, <c>read</c> or <c>write</c>.</param>
/// <param name="From">The host that sent the bytes.</param>
/// <param name="To">The host that received them.</param>
/// <param name="Bytes">Payload.</param>
/// <param name="StartSeconds">When it began, since the start of the run.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Slowdown">The same ÷ the time on the idle network.</param>
public readonly record struct EndedFlow(
    string Traffic, string Kind, string From, string To, long Bytes, double StartSeconds, double Seconds, double Slowdown);

/// <summary>A large flow.</summary>
/// <param name="Traffic">Its traffic.</param>
/// <param name="From">The host that sends.</param>
/// <param name="To">The host that receives.</param>
/// <param name="Bytes">Payload delivered in the measured time.</param>
/// <param name="BitsPerSecond">The same ÷ the part of that time from its start to its end.</param>
public readonly record struct LargeFlow(string Traffic, string From, string To, long Bytes, double BitsPerSecond);
