using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Clients that each pull a share of the same amount from every server at once, over connections that stay open.</summary>
/// <remarks>A round is over when the last server's share has arrived; requests themselves take no time.</remarks>
internal sealed class IncastSource(IncastTraffic spec, SourceSite site) : TcpSource(spec, site)
{
    private readonly int[] _clients = site.Hosts(spec.From);
    private readonly int[] _servers = site.Hosts(spec.To);
    private readonly long _stopPs = site.StopPs(spec);
    private Connection[][] _connections = [];
    private int[] _open = [];
    private int[] _rounds = [];
    private long[] _startPs = [];

    /// <inheritdoc/>
    public override void OnStart()
    {
        _connections = new Connection[_clients.Length][];
        (_open, _rounds, _startPs) = (new int[_clients.Length], new int[_clients.Length], new long[_clients.Length]);
        for (int client = 0; client < _clients.Length; client++)
        {
            Simulator.Schedule(this, SimTime.ToPs(spec.Start), client);
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        _connections[tag] ??= [.. _servers.Where(s => s != _clients[tag]).Select(s => Connect(s, tag))];
        _startPs[tag] = Simulator.NowPs;
        _rounds[tag]++;
        Simulator.Books.OnOpened();
        long share = Math.Max(1, spec.Bytes.Bytes / _connections[tag].Length);
        _open[tag] = _connections[tag].Length;
        foreach (Connection connection in _connections[tag])
        {
            connection.Append(share);
            connection.NotifyAtBytes = connection.DeliveredBytes + share;
            Simulator.Pump(connection);
        }
    }

    /// <inheritdoc/>
    public override void OnDelivered(Connection connection)
    {
        int client = connection.Tag;
        if (--_open[client] > 0)
        {
            return;
        }

        // The last byte's sender stands for all of them.
        Record(FlowKind.Flow, connection.Source, _clients[client], spec.Bytes.Bytes, _startPs[client]);
        long nextPs = Simulator.NowPs + SimTime.ToPs(spec.Pause);
        if ((spec.Rounds == 0 || _rounds[client] < spec.Rounds) && nextPs < _stopPs)
        {
            Simulator.Schedule(this, nextPs, client);
        }
    }

    private Connection Connect(int server, int client)
    {
        Connection connection = Open(server, _clients[client], isEstablished: true);
        connection.Tag = client;
        return connection;
    }
}
