using Trunkline.Core.Balancing;
using Trunkline.Core.Lacp;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Techniques;

/// <summary>The LACP of a run: a system at each end of each bundle that speaks it, and the LACPDUs between them.</summary>
/// <remarks>
/// A run begins when all is agreed: what that took is negotiated before, at once and in virtual time. LACPDUs are frames like others, of
/// their own stream: they wait in queues, and are lost with a link that falls silent.
/// </remarks>
internal sealed class LacpAgent
{
    // Agreement takes two seconds of waiting for links and some LACPDUs; a link that stays alone takes three more to be given up.
    private static readonly Interval Settling = Interval.FromSeconds(10);

    // LACPDUs under way are few: a port sends three a second.
    private const int FramesPerPort = 16;

    private readonly Topology _topology;
    private readonly List<End> _ends = [];
    private readonly int[] _endOf;
    private readonly int[] _linkOf;
    private readonly byte[][] _frames;
    private readonly ulong[] _distributing;
    private int _nextFrame;

    private LacpAgent(Network network)
    {
        _topology = network.Topology;
        _endOf = new int[_topology.Ports.Count];
        _linkOf = new int[_topology.Ports.Count];
        Array.Fill(_endOf, -1);
        var keys = new int[_topology.NodeCount];
        foreach (((int node, string _), int[] ports, TechniqueName.Part part) in EndsOf(network))
        {
            LacpOptions options = LacpTechnique.Create(part, [])! with { System = MacOf(node, 0), AdminKey = (keys[node]++ % LacpOptions.AdminKeyMax) + 1 };
            for (int link = 0; link < ports.Length; link++)
            {
                (_endOf[ports[link]], _linkOf[ports[link]]) = (_ends.Count, link);
            }

            _ends.Add(new End(new LacpSystem(options, [.. ports.Select(p => new LacpPortOptions { Address = MacOf(node, p + 1) })]), ports));
        }

        // Routing takes all links for usable until it is told of those that are not.
        _distributing = [.. _ends.Select(e => e.Ports.Length == LacpOptions.PortsMax ? ulong.MaxValue : (1UL << e.Ports.Length) - 1)];
        _frames = new byte[FramesPerPort * Math.Max(1, _ends.Sum(e => e.Ports.Length))][];
        for (int i = 0; i < _frames.Length; i++)
        {
            _frames[i] = new byte[LacpSystem.FrameLength];
        }
    }

    /// <summary>When something is due.</summary>
    public long NextDeadlinePs
    {
        get
        {
            Timestamp next = NextDeadline();
            return next == Timestamp.MaxValue ? SimTime.NeverPs : SimTime.ToPs(next - Settling);
        }
    }

    /// <summary>Sets up LACP where the network's techniques speak it, and lets it agree.</summary>
    /// <param name="network">The network.</param>
    /// <param name="faults">Told when there is nobody who could speak.</param>
    /// <returns>Null when nobody is to speak, and with faults.</returns>
    public static LacpAgent? Create(Network network, ICollection<string> faults)
    {
        if (!network.SpeaksLacp)
        {
            return null;
        }

        var agent = new LacpAgent(network);
        if (agent._ends.Count == 0)
        {
            faults.Add("lacp: needs two links or more between the same two nodes, and there is no such bundle");
            return null;
        }

        agent.Settle();
        return agent;
    }

    /// <summary>Whether a port takes part.</summary>
    public bool Has(int port) => _endOf[port] >= 0;

    /// <summary>Whether the far end of a port takes what comes over its link.</summary>
    public bool IsCollected(int port) => _endOf[port ^ 1] is var end && (end < 0 || (_ends[end].System.CollectingLinks >> _linkOf[port ^ 1] & 1) != 0);

    /// <summary>Whether a port sends what is to be sent over its bundle.</summary>
    public bool IsDistributing(int port) => (_ends[_endOf[port]].System.DistributingLinks >> _linkOf[port] & 1) != 0;

    /// <summary>The frame of a LACPDU under way.</summary>
    public ReadOnlySpan<byte> FrameOf(in Packet packet) => _frames[packet.Offset];

    /// <summary>A LACPDU has come over a port's link.</summary>
    public void OnArrival(int port, in Packet packet, long nowPs)
    {
        if (_endOf[port ^ 1] is >= 0 and int end)
        {
            _ends[end].System.OnFrame(new LinkId(_linkOf[port ^ 1]), FrameOf(in packet), TimeOf(nowPs));
        }
    }

    /// <summary>An end took note of its link's carrier or speed.</summary>
    public void OnLink(int port, bool isUp, BitRate rate, long nowPs)
    {
        if (_endOf[port] is >= 0 and int end)
        {
            _ends[end].System.OnLink(new LinkId(_linkOf[port]), isUp, rate, isFullDuplex: true, TimeOf(nowPs));
        }
    }

    /// <summary>Does what is due.</summary>
    public void OnTime(long nowPs) => OnTime(TimeOf(nowPs));

    /// <summary>The next LACPDU to send.</summary>
    /// <param name="port">The port to send it through.</param>
    /// <param name="frame">What it says: <see cref="Packet.Offset"/>.</param>
    public bool TrySend(out int port, out uint frame)
    {
        frame = (uint)_nextFrame;
        foreach (End end in _ends)
        {
            if (end.System.TryTransmit(out LinkId link, _frames[_nextFrame]))
            {
                _nextFrame = (_nextFrame + 1) % _frames.Length;
                port = end.Ports[link.Index];
                return true;
            }
        }

        port = -1;
        return false;
    }

    /// <summary>A port that sends now and did not, or the other way round, since this was asked last.</summary>
    public bool TryChange(out int port)
    {
        for (int i = 0; i < _ends.Count; i++)
        {
            ulong changed = _ends[i].System.DistributingLinks ^ _distributing[i];
            if (changed != 0)
            {
                int link = System.Numerics.BitOperations.TrailingZeroCount(changed);
                _distributing[i] ^= 1UL << link;
                port = _ends[i].Ports[link];
                return true;
            }
        }

        port = -1;
        return false;
    }

    /// <summary>Who speaks: each end of a bundle whose links are between the same two nodes, or are a LAG whatever they lead to.</summary>
    private static IEnumerable<((int Node, string Bundle) End, int[] Ports, TechniqueName.Part Part)> EndsOf(Network network)
    {
        Topology topology = network.Topology;
        return Enumerable.Range(0, topology.Ports.Count)
            .Where(p => topology.Ports[p].Bundle is var bundle && bundle.Links.Count > 1 && (bundle.IsLag || bundle.Links.All(l => l.To == bundle.Links[0].To)))
            .GroupBy(p => (topology.Ports[p].From, topology.Ports[p].Bundle.Name))
            .Select(g => (g.Key, Ports: g.ToArray(), Part: network.LacpOf(g.Key.From, g.First())))
            .Where(g => g.Part is not null)
            .Select(g => (g.Key, g.Ports, g.Part!));
    }

    /// <summary>All that happens before the run: links come up, and the ends agree.</summary>
    private void Settle()
    {
        for (int port = 0; port < _endOf.Length; port++)
        {
            if (_endOf[port] is >= 0 and int end)
            {
                _ends[end].System.OnLink(new LinkId(_linkOf[port]), isUp: true, _topology.Ports[port].Spec.Rate, isFullDuplex: true, default);
            }
        }

        Exchange(default);
        for (Timestamp next = NextDeadline(); next.Nanoseconds < Settling.Nanoseconds; next = NextDeadline())
        {
            OnTime(next);
            Exchange(next);
        }
    }

    private void Exchange(Timestamp now)
    {
        while (TrySend(out int port, out uint frame))
        {
            if (_endOf[port ^ 1] is >= 0 and int end)
            {
                _ends[end].System.OnFrame(new LinkId(_linkOf[port ^ 1]), _frames[frame], now);
            }
        }
    }

    private void OnTime(Timestamp now)
    {
        foreach (End end in _ends)
        {
            if (end.System.NextDeadline <= now)
            {
                end.System.OnTime(now);
            }
        }
    }

    private Timestamp NextDeadline()
    {
        Timestamp next = Timestamp.MaxValue;
        foreach (End end in _ends)
        {
            next = end.System.NextDeadline < next ? end.System.NextDeadline : next;
        }

        return next;
    }

    private static Timestamp TimeOf(long nowPs) => SimTime.ToTimestamp(nowPs) + Settling;

    // Locally administered; those of ports are other than those of systems.
    private static ulong MacOf(int node, int port) => 0x0600_0000_0000UL | ((ulong)port << 20) | (uint)(node + 1);

    /// <summary>One end of a bundle.</summary>
    private sealed record End(LacpSystem System, int[] Ports);
}
