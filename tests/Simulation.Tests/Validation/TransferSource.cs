using Trunkline.Core.Balancing.Hosts;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>One endless TCP transfer from host 0 to host 1, with options that no scenario can state.</summary>
internal sealed class TransferSource(TcpOptions options, int headerBytes) : TrafficSource
{
    public Connection Connection { get; private set; } = null!;

    /// <summary>What the transfer is for.</summary>
    public FlowUse Kind { get; init; }

    public override FlowUse Use => Kind;

    public override void OnStart()
    {
        var address = new FlowAddress(0, 1, 40_000, 5001, 6);
        Connection = Simulator.Open(this, 0, 1, in address, new FlowOptions(options, headerBytes, false, 0), isEstablished: true);
        Connection.Append(TcpSender.Endless);
        Simulator.Pump(Connection);
    }

    public override void OnTimer(int tag)
    {
    }
}
