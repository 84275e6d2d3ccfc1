using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Flows of sizes from a table, arriving as a Poisson process at each sender, whatever becomes of those before.</summary>
internal sealed class MiceSource : TcpSource
{
    private readonly MiceTraffic _spec;
    private readonly int[] _from;
    private readonly int[] _to;
    private readonly long[] _meanGapPs;
    private readonly RandomSource[] _arrivals;
    private readonly long _stopPs;
    private readonly long _capBytes;

    /// <summary>Works out how often each sender begins a flow.</summary>
    public MiceSource(MiceTraffic spec, SourceSite site)
        : base(spec, site)
    {
        _spec = spec;
        _from = site.Hosts(spec.From);
        _to = site.Hosts(spec.To);
        _stopPs = site.StopPs(spec);
        _capBytes = spec.Cap?.Bytes ?? long.MaxValue;
        _arrivals = [.. _from.Select((_, i) => site.RandomOf(1 + i))];
        _meanGapPs = [.. _from.Select(MeanGapPs)];
    }

    /// <inheritdoc/>
    public override void OnStart()
    {
        for (int i = 0; i < _from.Length; i++)
        {
            Next(i, SimTime.ToPs(_spec.Start));
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        ref RandomSource random = ref _arrivals[tag];
        long bytes = Math.Clamp(_spec.Sizes.SizeAt(random.Next()), 1, _capBytes);
        int target = Target(_from[tag], ref random);
        Connection connection = Open(_from[tag], target, isEstablished: !Options.HasHandshake);
        connection.Append(bytes);
        connection.Close();
        connection.NotifyAtBytes = bytes;
        Simulator.Books.OnOpened();
        Simulator.Pump(connection);
        Next(tag, Simulator.NowPs);
    }

    /// <inheritdoc/>
    public override void OnDelivered(Connection connection) =>
        Record(FlowKind.Flow, connection.Source, connection.Destination, connection.DeliveredBytes, connection.StartPs);

    /// <inheritdoc/>
    public override void OnDone(Connection connection) => Simulator.Release(connection);

    private void Next(int sender, long nowPs)
    {
        long atPs = nowPs + ExactMath.Exponential(ref _arrivals[sender], _meanGapPs[sender]);
        if (atPs < _stopPs)
        {
            Simulator.Schedule(this, atPs, sender);
        }
    }

    private int Target(int source, ref RandomSource random)
    {
        int place = Array.IndexOf(_to, source);
        if (place < 0)
        {
            return _to[random.Below((uint)_to.Length)];
        }

        // One of the others: those behind it move up.
        int other = (int)random.Below((uint)_to.Length - 1);
        return _to[other + (other >= place ? 1 : 0)];
    }

    private long MeanGapPs(int host)
    {
        Int128 bitsPerSecond = _spec.LoadOf == LoadBasis.Nic
            ? Site.Topology.NicBitsPerSecond(host)
            : Site.Scenario.MeasuredBitsPerSecond / _from.Length;
        Int128 offered = bitsPerSecond * _spec.LoadPpm / 1_000_000;
        var meanBits = (Int128)(_spec.Sizes.MeanCutAt(_capBytes) * 8);
        return offered == 0 ? SimTime.NeverPs / 64 : (long)(meanBits * SimTime.SecondPs / offered);
    }
}
