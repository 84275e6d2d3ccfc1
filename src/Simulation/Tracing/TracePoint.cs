using Trunkline.Core.Balancing;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Tracing;

/// <summary>One direction of a link whose frames are written.</summary>
/// <param name="Port">The port that sends them.</param>
/// <param name="Name">The name of its interface in the file.</param>
/// <param name="IsAtFarEnd">Whether a frame is seen when it has arrived, instead of when it has left.</param>
internal sealed record TracePoint(int Port, string Name, bool IsAtFarEnd)
{
    /// <summary>Finds what a place's name means.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="place">A link, a host or a switch; null for the first measured link.</param>
    /// <param name="fault">What is wrong and what to write, when nothing was found.</param>
    public static IReadOnlyList<TracePoint> Find(Scenario scenario, string? place, out string? fault)
    {
        var topology = new Topology(scenario);
        place ??= $"{scenario.Measured[0]}/0";
        fault = null;
        (PortSite Site, int Port)[] ports = [.. topology.Ports.Select((site, i) => (site, i))];
        TracePoint[] found =
        [
            // Both ends of a link are seen where each sends, so that no answer is seen before what it answers.
            .. ports.Where(p => p.Site.Name == place).Select(p => new TracePoint(p.Port, p.Site.IsBack ? $"{place} back" : place, false)),
            .. ports.Where(p => topology.NameOf(p.Site.From) == place).Select(p => new TracePoint(p.Port, $"{p.Site.Name} out", false)),
            .. ports.Where(p => topology.NameOf(p.Site.To) == place).Select(p => new TracePoint(p.Port, $"{p.Site.Name} in", true)),
        ];
        if (found.Length == 0)
        {
            IEnumerable<string> names = topology.Ports.Select(p => p.Name)
                .Concat(scenario.Hosts.Select(h => h.Name)).Concat(scenario.Switches.Select(s => s.Name));
            string near = NearestName.Of(place, names.Distinct()) is string nearest ? $"did you mean {nearest}? " : "";
            fault = $"no link, host or switch \"{place}\"; {near}write such as {scenario.Measured[0]}/0 or {scenario.Hosts[0].Name}";
        }

        return found;
    }
}
