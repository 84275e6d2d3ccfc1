using Trunkline.Core.Balancing.Hosts;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Sources;

/// <summary>Every host sends to one other, and each receives once: a derangement drawn by the seed.</summary>
internal sealed class PermutationSource(PermutationTraffic spec, SourceSite site) : TcpSource(spec, site)
{
    private readonly int[] _hosts = site.Hosts(spec.From);
    private readonly List<Connection> _elephants = [];

    /// <inheritdoc/>
    public override FlowUse Use => FlowUse.Bulk;

    /// <inheritdoc/>
    public override IReadOnlyList<Connection> Elephants => _elephants;

    /// <inheritdoc/>
    public override void OnStart() => Simulator.Schedule(this, SimTime.ToPs(spec.Start));

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        int[] targets = Derange();
        for (int i = 0; i < _hosts.Length; i++)
        {
            for (int flow = 0; flow < spec.Count; flow++)
            {
                Connection connection = Open(_hosts[i], targets[i], isEstablished: !Options.HasHandshake);
                _elephants.Add(connection);
                connection.Append(TcpSender.Endless);
                Simulator.Pump(connection);
            }
        }
    }

    /// <summary>Shuffles until nobody keeps what is his: on average e times (Fisher and Yates, rejection).</summary>
    private int[] Derange()
    {
        int[] targets = [.. _hosts];
        do
        {
            for (int i = targets.Length - 1; i > 0; i--)
            {
                int other = (int)Random.Below((uint)i + 1);
                (targets[i], targets[other]) = (targets[other], targets[i]);
            }
        }
        while (targets.Length > 1 && targets.Where((target, i) => target == _hosts[i]).Any());

        return targets;
    }
}
