using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Large flows, each as if an application wrote without end or up to a size.</summary>
internal sealed class ElephantSource(ElephantTraffic spec, SourceSite site) : TcpSource(spec, site)
{
    private readonly List<Connection> _elephants = [];
    private readonly IReadOnlyList<(int From, int To)> _pairs = site.Pairs(spec);

    /// <inheritdoc/>
    public override IReadOnlyList<Connection> Elephants => _elephants;

    /// <inheritdoc/>
    public override void OnStart()
    {
        for (int i = 0; i < _pairs.Count * spec.Count; i++)
        {
            Simulator.Schedule(this, SimTime.ToPs(spec.Start) + (i * SimTime.ToPs(spec.Stagger)), i);
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        (int from, int to) = _pairs[tag / spec.Count];
        Connection connection = Open(from, to, isEstablished: !Options.HasHandshake);
        _elephants.Add(connection);
        if (spec.Bytes is { } bytes)
        {
            connection.Sender.Append(bytes.Bytes);
            connection.Sender.Close();
            connection.NotifyAtBytes = bytes.Bytes;
            Simulator.Books.OnOpened();
        }
        else
        {
            connection.Sender.Append(long.MaxValue / 4);
        }

        Simulator.Pump(connection);
    }

    /// <inheritdoc/>
    public override void OnDelivered(Connection connection) =>
        Record(FlowKind.Flow, connection.Source, connection.Destination, connection.DeliveredBytes, connection.StartPs);
}
