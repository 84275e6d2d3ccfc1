using Trunkline.Core.Balancing.Hosts;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Transport;
using Settings = Trunkline.Scenarios.Model.Transport;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>DCTCP from hosts 0 and 1 to host 2, the second flow 2 ms after the first; what chooses their paths is watched.</summary>
/// <param name="isCongested">Whether a round trip was congested.</param>
internal sealed class CollisionSource(Func<PathRound, bool> isCongested) : TrafficSource
{
    private const int HeaderBytes = 52;
    private const int Mtu = 1500;
    private const int Mss = Mtu - HeaderBytes;
    private const long NicBytes = 131_072;
    private const long SecondStartPs = 2_000_000_000;
    private const int WriteTag = 2;
    private const int SizesOfWrites = 6;
    private const long WriteEveryPs = 2_000_000_000;

    private int _writes;

    /// <summary>The connections, and what each was seen to do.</summary>
    public List<(Connection Connection, PathWatch Watch)> Flows { get; } = [];

    /// <summary>Whether the second flow writes 2 to 12 segments every 2 ms; else it writes without end as the first does.</summary>
    public bool HasPauses { get; init; }

    public override void OnStart()
    {
        Open(0);
        Simulator.Schedule(this, SecondStartPs, 1);
    }

    public override void OnTimer(int tag)
    {
        if (tag < WriteTag)
        {
            Open(tag);
            return;
        }

        Connection connection = Flows[1].Connection;
        connection.Sender.Append((1 + (_writes++ % SizesOfWrites)) * 2 * Mss);
        Simulator.Pump(connection);
        Simulator.Schedule(this, Simulator.NowPs + WriteEveryPs, WriteTag);
    }

    private void Open(int number)
    {
        var settings = new Settings
        {
            CongestionControl = CongestionControl.Dctcp,
            AckEvery = 1,
            Tso = default,
            Coalescing = new Coalescing { IsOn = false },
            RtoMin = 5.Ms,
            HeaderBytes = HeaderBytes,
        };
        var address = new FlowAddress(number, 2, (ushort)(40_000 + number), 5001, 6);
        var options = new FlowOptions(new TcpOptions(settings, Mtu), HeaderBytes, false, NicBytes);
        Connection connection = Simulator.Open(this, number, 2, in address, options, isEstablished: true);
        var watch = new PathWatch(connection.Selector, isCongested);
        connection.Selector = watch;
        Flows.Add((connection, watch));
        if (number == 1 && HasPauses)
        {
            OnTimer(WriteTag);
            return;
        }

        connection.Sender.Append(TcpSender.Endless);
        Simulator.Pump(connection);
    }
}
