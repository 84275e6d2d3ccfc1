using Trunkline.Core.Balancing.Hosts;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Sources;

/// <summary>Large flows, each as if an application wrote without end or up to a size, at once or at a rate.</summary>
internal sealed class ElephantSource(ElephantTraffic spec, SourceSite site) : TcpSource(spec, site)
{
    // What an application writes at a time where it has a rate.
    private const long WriteBytes = 65_536;

    private readonly List<Connection> _elephants = [];
    private readonly List<long> _left = [];
    private readonly IReadOnlyList<(int From, int To)> _pairs = site.Pairs(spec);

    private int Flows => _pairs.Count * spec.Count;

    /// <inheritdoc/>
    public override FlowUse Use => FlowUse.Bulk;

    /// <inheritdoc/>
    public override IReadOnlyList<Connection> Elephants => _elephants;

    /// <inheritdoc/>
    public override void OnStart()
    {
        for (int i = 0; i < Flows; i++)
        {
            long startPs = SimTime.ToPs(spec.Start) + (i * SimTime.ToPs(spec.Stagger));
            if (startPs < Site.StopPs(spec))
            {
                Simulator.Schedule(this, startPs, i);
            }
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        if (tag >= Flows)
        {
            Write(tag - Flows);
            return;
        }

        (int from, int to) = _pairs[tag / spec.Count];
        Connection connection = Open(from, to, isEstablished: !Options.HasHandshake);
        _elephants.Add(connection);
        if (spec.Bytes is { } bytes)
        {
            connection.NotifyAtBytes = bytes.Bytes;
            Simulator.Books.OnOpened();
        }

        _left.Add(spec.Bytes?.Bytes ?? TcpSender.Endless);
        Write(_elephants.Count - 1);
    }

    /// <summary>Writes all that there is; with a rate, as much as is due until the next time.</summary>
    private void Write(int number)
    {
        Connection connection = _elephants[number];
        long bytes = spec.Rate is null ? _left[number] : Math.Min(WriteBytes, _left[number]);
        _left[number] -= bytes;
        connection.Append(bytes);
        if (_left[number] > 0 && spec.Rate is { BitsPerSecond: > 0 } rate)
        {
            Simulator.Schedule(this, Simulator.NowPs + (long)((Int128)bytes * 8 * SimTime.SecondPs / rate.BitsPerSecond), Flows + number);
        }
        else if (spec.Bytes is not null)
        {
            connection.Close();
        }

        Simulator.Pump(connection);
    }

    /// <inheritdoc/>
    public override void OnDelivered(Connection connection)
    {
        connection.EndPs = Simulator.NowPs;
        Record(FlowKind.Flow, connection.Source, connection.Destination, connection.DeliveredBytes, connection.StartPs);
    }
}
