using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Sources;

/// <summary>What all traffic over TCP shares: options, addresses, ports, the record of flows.</summary>
internal abstract class TcpSource : TrafficSource
{
    private const byte Tcp = 6;

    private RandomSource _random;
    private uint _flows;

    /// <summary>Sets up what the kinds share.</summary>
    protected TcpSource(Traffic traffic, SourceSite site)
    {
        Spec = traffic;
        Site = site;
        Options = site.OptionsOf(traffic);
        _random = site.RandomOf(0);
    }

    /// <summary>The traffic as the scenario has it.</summary>
    protected Traffic Spec { get; }

    /// <summary>What the source knows of the run.</summary>
    protected SourceSite Site { get; }

    /// <summary>How its TCP works.</summary>
    protected FlowOptions Options { get; }

    /// <summary>Draws what is random of it; the same for every technique.</summary>
    protected ref RandomSource Random => ref _random;

    /// <summary>Opens a connection between two hosts, from a port of the kernel's choice.</summary>
    /// <param name="source">The host that sends.</param>
    /// <param name="destination">The host that receives.</param>
    /// <param name="isEstablished">Whether it is open already.</param>
    protected Connection Open(int source, int destination, bool isEstablished)
    {
        uint flow = _flows++;
        var address = new FlowAddress(
            Site.Endpoints.Of(source, flow),
            Site.Endpoints.Of(destination, flow),
            SourceSite.DrawPort(ref _random),
            (ushort)Spec.DestinationPort,
            Tcp);
        Connection connection = Simulator.Open(this, source, destination, in address, Options, isEstablished);
        connection.Class = (byte)Spec.Class;
        return connection;
    }

    /// <summary>Opens the other direction of a connection.</summary>
    protected Connection OpenBack(Connection forth)
    {
        FlowAddress address = Simulator.Network.Hashes.AddressOf(forth.Flow);
        var back = new FlowAddress(address.Destination, address.Source, address.DestinationPort, address.SourcePort, Tcp);
        Connection connection = Simulator.Open(this, forth.Destination, forth.Source, in back, Options, isEstablished: true);
        connection.Class = (byte)Spec.Class;
        if (forth.Sessions is { } sessions)
        {
            connection.Sessions?.Mirror(sessions);
        }

        return connection;
    }

    /// <summary>Opens another connection between the same ends, from another port, which is not one of those that the traffic draws.</summary>
    protected Connection OpenBeside(Connection first, ref RandomSource ports)
    {
        FlowAddress address = Simulator.Network.Hashes.AddressOf(first.Flow) with { SourcePort = SourceSite.DrawPort(ref ports) };
        Connection connection = Simulator.Open(this, first.Source, first.Destination, in address, Options, isEstablished: true);
        connection.Class = (byte)Spec.Class;
        return connection;
    }

    /// <summary>Takes note of a flow or request that ended.</summary>
    protected void Record(FlowKind kind, int source, int destination, long bytes, long startPs) =>
        Simulator.Books.OnEnded(new FlowRecord(Traffic, kind, source, destination, bytes, startPs, Simulator.NowPs));
}
