using System.Collections.Concurrent;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation;

/// <summary>How long a flow takes that has the network to itself: what slowdowns are measured against. May be asked by several threads.</summary>
/// <remarks>
/// Each switch takes a frame in whole before it sends it on. All frames pass the slowest link of the path one behind the other, and one
/// frame's time is spent at each of the others; of parallel links the fastest counts. To that come the propagation delays and, where
/// connections open with a handshake, the round trip of that. Slow start, delayed acknowledgements and congestion are not in it:
/// they are part of the slowdown. A round of incast takes as long as its slowest share, or as all of it through the client's NICs.
/// The network is that of the scenario before any event, for every technique and for one fat link too.
/// </remarks>
internal sealed class IdleNetwork
{
    private readonly Scenario _scenario;
    private readonly Topology _topology;
    private readonly Scenarios.Model.Transport[] _transports;
    private readonly ConcurrentDictionary<int, PathTime[]> _paths = new();

    /// <summary>Looks at a scenario.</summary>
    public IdleNetwork(Scenario scenario)
    {
        _scenario = scenario;
        _topology = new Topology(scenario);
        _transports = [.. scenario.Traffic.Select(t => t.Transport ?? scenario.Transport)];
    }

    /// <summary>The time of a flow, or of a storage request with its answer.</summary>
    public long TimePs(in FlowRecord flow)
    {
        Traffic traffic = _scenario.Traffic[flow.Traffic];
        int header = _transports[flow.Traffic].HeaderBytes;
        if (traffic is StorageTraffic storage && flow.Kind != FlowKind.Flow)
        {
            // The data goes from source to destination, the small message the other way.
            return SimTime.ToPs(storage.ServiceTime)
                + OneWayPs(flow.Source, flow.Destination, storage.HeaderBytes + flow.Bytes, header)
                + OneWayPs(flow.Destination, flow.Source, storage.HeaderBytes, header);
        }

        if (traffic is IncastTraffic incast)
        {
            return RoundPs(incast, flow.Destination, header);
        }

        bool hasHandshake = _transports[flow.Traffic].Handshake;
        return OneWayPs(flow.Source, flow.Destination, flow.Bytes, header)
            + (hasHandshake ? OneWayPs(flow.Source, flow.Destination, 0, header) + OneWayPs(flow.Destination, flow.Source, 0, header) : 0);
    }

    /// <summary>All servers send their shares at once: the slowest share decides, or what all of them are to the client's NICs together.</summary>
    private long RoundPs(IncastTraffic incast, int client, int header)
    {
        int[] servers = [.. incast.To.Select(_topology.Node).Where(s => s != client)];
        long share = Math.Max(1, incast.Bytes.Bytes / servers.Length);
        (long wireBytes, long first) = FramesOf(share, header);
        long nicsPs = (long)((Int128)wireBytes * servers.Length * 8 * SimTime.SecondPs / _topology.NicBitsPerSecond(client));
        return servers.Max(server =>
        {
            PathTime path = _paths.GetOrAdd(client, PathsTo)[server];
            return Math.Max(OneWayPs(server, client, share, header), path.DelayPs + nicsPs + (first * (path.SumPsPerByte - path.LastPsPerByte)));
        });
    }

    private long OneWayPs(int source, int destination, long bytes, int header)
    {
        PathTime path = _paths.GetOrAdd(destination, PathsTo)[source];
        (long wireBytes, long first) = FramesOf(bytes, header);
        return path.DelayPs + (wireBytes * path.SlowestPsPerByte) + (first * (path.SumPsPerByte - path.SlowestPsPerByte));
    }

    /// <summary>What a message is on the wire, and what the first frame of it is.</summary>
    private (long All, long First) FramesOf(long bytes, int header)
    {
        long segment = _scenario.MtuBytes - header;
        (long whole, long rest) = Math.DivRem(bytes, segment);
        long all = (whole * _scenario.WireBytes(segment + header)) + (rest > 0 || whole == 0 ? _scenario.WireBytes(rest + header) : 0);
        return (all, _scenario.WireBytes(Math.Min(bytes, segment) + header));
    }

    private PathTime[] PathsTo(int host)
    {
        var routes = new Routes(_topology);
        var ports = new List<int>();
        routes.MeasureTo(host, _ => true);
        var times = new PathTime[_topology.HostCount];
        for (int source = 0; source < times.Length; source++)
        {
            for (int node = source; node != host;)
            {
                routes.PortsFrom(node, _ => true, ports);
                if (ports.Count == 0)
                {
                    break;
                }

                int port = ports.MinBy(p => (_topology.Ports[p].Spec.Rate.PicosecondsPerByte, Topology.DelayPs(_topology.Ports[p].Spec)));
                times[source] = times[source].Then(_topology.Ports[port].Spec);
                node = _topology.Ports[port].To;
            }
        }

        return times;
    }

    private readonly record struct PathTime(long DelayPs, long SlowestPsPerByte, long SumPsPerByte, long LastPsPerByte)
    {
        public PathTime Then(BundleLink link) => new(
            DelayPs + Topology.DelayPs(link),
            Math.Max(SlowestPsPerByte, link.Rate.PicosecondsPerByte),
            SumPsPerByte + link.Rate.PicosecondsPerByte,
            link.Rate.PicosecondsPerByte);
    }
}
