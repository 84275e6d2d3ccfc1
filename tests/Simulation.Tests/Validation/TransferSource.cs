using Trunkline.Core.Balancing.Hosts;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Endless TCP transfers from the first hosts to the one after them, with options that no scenario can state.</summary>
internal sealed class TransferSource(TcpOptions options, int headerBytes, int senders = 1) : TrafficSource
{
    private readonly List<Connection> _connections = [];

    public IReadOnlyList<Connection> Connections => _connections;

    public Connection Connection => _connections[0];

    /// <summary>What the transfer is for.</summary>
    public FlowUse Kind { get; init; }

    public override FlowUse Use => Kind;

    public override void OnStart()
    {
        for (int host = 0; host < senders; host++)
        {
            var address = new FlowAddress(host, senders, 40_000, 5001, 6);
            Connection connection =
                Simulator.Open(this, host, senders, in address, new FlowOptions(options, headerBytes, false, 0), isEstablished: true);
            connection.Append(TcpSender.Endless);
            Simulator.Pump(connection);
            _connections.Add(connection);
        }
    }

    public override void OnTimer(int tag)
    {
    }
}
