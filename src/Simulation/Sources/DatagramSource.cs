using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Sources;

/// <summary>Streams of datagrams at a rate of their own, unicast or multicast, that nobody answers.</summary>
internal sealed class DatagramSource : TrafficSource
{
    private const byte Udp = 17;

    private readonly Traffic _spec;
    private readonly SourceSite _site;
    private readonly DatagramPace _pace;
    private readonly List<Stream> _streams = [];
    private readonly long _stopPs;

    private DatagramSource(Traffic spec, SourceSite site, DatagramPace pace)
    {
        _spec = spec;
        _site = site;
        _pace = pace;
        _stopPs = site.StopPs(spec);
    }

    /// <summary>The streams' records.</summary>
    public IEnumerable<Connection> Connections => _streams.Select(s => s.Connection);

    /// <summary>Unicast.</summary>
    public static DatagramSource Create(UdpTraffic spec, SourceSite site, Simulator simulator) =>
        new(spec, site, new DatagramPace(spec.Rate, spec.PacketBytes, spec.IsPoisson, spec.IsSizeExponential, Math.Max(1, spec.Burst)))
        {
            Traffic = site.Traffic,
            Simulator = simulator,
        };

    /// <summary>Multicast.</summary>
    public static DatagramSource Create(MulticastTraffic spec, SourceSite site, Simulator simulator) =>
        new(spec, site, new DatagramPace(spec.Rate, spec.PacketBytes, IsPoisson: false, IsSizeExponential: false, Burst: 1))
        {
            Traffic = site.Traffic,
            Simulator = simulator,
        };

    /// <inheritdoc/>
    public override void OnStart()
    {
        if (_spec is MulticastTraffic multicast)
        {
            int[] receivers = _site.Hosts(multicast.To);
            foreach (int source in _site.Hosts(multicast.From))
            {
                int tree = Simulator.Network.AddTree(source, receivers);
                for (int group = 0; group < multicast.Groups; group++)
                {
                    AddStream(source, tree, PacketFlags.Multicast, group);
                    _streams[^1].Connection.Receivers = Math.Max(1, receivers.Count(r => r != source));
                }
            }
        }
        else if (_spec is UdpTraffic udp)
        {
            foreach ((int from, int to) in _site.Pairs(udp))
            {
                for (int flow = 0; flow < udp.Count; flow++)
                {
                    AddStream(from, to, PacketFlags.None, _site.Endpoints.Of(to, (uint)_streams.Count));
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        Stream stream = _streams[tag];
        long bytesSent = 0;
        for (int i = 0; i < _pace.Burst; i++)
        {
            int bytes = stream.DrawBytes(_pace, _site.Scenario.MtuBytes - Simulator.DatagramHeaderBytes);
            Simulator.SendDatagram(stream.Connection, stream.Destination, bytes, flags: stream.Flags);
            bytesSent += _pace.IsSizeExponential ? _pace.PacketBytes : bytes;
        }

        long nextPs = Simulator.NowPs + stream.DrawGapPs(_pace, bytesSent);
        if (nextPs < _stopPs)
        {
            Simulator.Schedule(this, nextPs, tag);
        }
    }

    private void AddStream(int source, int destination, PacketFlags flags, int target)
    {
        RandomSource random = _site.RandomOf(1 + _streams.Count);
        var address = new FlowAddress(
            _site.Endpoints.Of(source, (uint)_streams.Count),
            target,
            SourceSite.DrawPort(ref random),
            (ushort)_spec.DestinationPort,
            Udp)
        {
            IsMulticast = flags == PacketFlags.Multicast,
        };
        Connection connection = Simulator.OpenDatagrams(this, source, destination, in address);
        connection.Class = (byte)_spec.Class;
        var stream = new Stream(connection, destination, flags, random);
        _streams.Add(stream);

        // Streams do not begin all at once: within one interval, at random.
        Simulator.Schedule(this, SimTime.ToPs(_spec.Start) + stream.DrawOffsetPs(_pace), _streams.Count - 1);
    }

    /// <summary>How a stream is paced.</summary>
    private sealed record DatagramPace(BitRate Rate, int PacketBytes, bool IsPoisson, bool IsSizeExponential, int Burst);

    private sealed class Stream(Connection connection, int destination, PacketFlags flags, RandomSource random)
    {
        private RandomSource _random = random;

        public Connection Connection { get; } = connection;

        public int Destination { get; } = destination;

        public PacketFlags Flags { get; } = flags;

        public int DrawBytes(DatagramPace pace, int bytesMax) => !pace.IsSizeExponential
            ? pace.PacketBytes
            : (int)Math.Clamp(ExactMath.Exponential(ref _random, pace.PacketBytes), 1, bytesMax);

        public long DrawGapPs(DatagramPace pace, long bytes)
        {
            long meanPs = Math.Max(1, (long)((Int128)bytes * 8 * SimTime.SecondPs / Math.Max(1, pace.Rate.BitsPerSecond)));
            return pace.IsPoisson ? ExactMath.Exponential(ref _random, meanPs) : meanPs;
        }

        public long DrawOffsetPs(DatagramPace pace)
        {
            long meanPs = (long)((Int128)pace.PacketBytes * pace.Burst * 8 * SimTime.SecondPs / Math.Max(1, pace.Rate.BitsPerSecond));
            return (long)(((UInt128)(ulong)meanPs * (_random.Next() >> 32)) >> 32);
        }
    }
}
