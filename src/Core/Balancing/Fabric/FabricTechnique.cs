using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fabric;

/// <summary>What the switches of a fabric do together, for the length of one run: one object stands for all of them.</summary>
/// <remarks>
/// What one switch knows of another it has learnt from packets: from the tag in their overlay header, or from a probe. The object is
/// told of every packet where it matters, and keeps the nodes' tables apart. Told the time; no I/O; one thread.
/// </remarks>
public abstract class FabricTechnique
{
    /// <summary>What <see cref="Pick"/> returns to leave the choice to the group's own technique.</summary>
    public const int ByGroup = -2;

    /// <summary>What <see cref="Pick"/> returns when no link is usable.</summary>
    public const int None = -1;

    /// <summary>Whether <see cref="OnSent"/> and <see cref="OnArrival"/> are needed, at the links between switches.</summary>
    public virtual bool WatchesLinks => false;

    /// <summary>Whether <see cref="Pick"/> is asked at an edge that has one link towards a destination in the fabric, too.</summary>
    public virtual bool AsksAtEdges => false;

    /// <summary>Moves of flows or flowlets.</summary>
    public virtual MoveCounters Moves => default;

    /// <summary>When <see cref="OnDeadline"/> is due; <see cref="Timestamp.MaxValue"/> for never.</summary>
    public virtual Timestamp NextDeadline => Timestamp.MaxValue;

    /// <summary>Chooses the link of a packet at a switch that has several to its destination.</summary>
    /// <param name="packet">The packet, which goes to one host: copies of multicast are the group's own.</param>
    /// <param name="group">The links; numbered, the same at each call.</param>
    /// <param name="tag">What the overlay header says; 0 when nobody wrote. May be changed.</param>
    /// <param name="now">The time.</param>
    /// <returns>Index of a usable link in the group; <see cref="None"/>, <see cref="ByGroup"/>.</returns>
    public abstract int Pick(in FabricPacket packet, FabricGroup group, ref ushort tag, Timestamp now);

    /// <summary>A link between switches took a packet.</summary>
    /// <param name="port">Number of the sending port in <see cref="FabricMap.Ports"/>.</param>
    /// <param name="bytes">On the wire.</param>
    /// <param name="tag">As above.</param>
    /// <param name="now">The time.</param>
    public virtual void OnSent(int port, int bytes, ref ushort tag, Timestamp now)
    {
    }

    /// <summary>A packet came over a link between switches.</summary>
    public virtual void OnArrival(in FabricPacket packet, int port, ref ushort tag, Timestamp now)
    {
    }

    /// <summary>A probe came over a link.</summary>
    /// <param name="port">The port that sent it.</param>
    /// <param name="probe">What it says.</param>
    /// <param name="now">The time.</param>
    public virtual void OnProbe(int port, in FabricProbe probe, Timestamp now)
    {
    }

    /// <summary>The next probe to send; to be asked after <see cref="OnDeadline"/> and <see cref="OnProbe"/> until it says no.</summary>
    public virtual bool TryProbe(out FabricProbe probe)
    {
        probe = default;
        return false;
    }

    /// <summary>Does what is due.</summary>
    public virtual void OnDeadline(Timestamp now)
    {
    }

    /// <summary>The end of a link noticed that it is down, or up again; <see cref="OnLinkChange"/> follows when all is noticed.</summary>
    public virtual void OnCarrier(int port, bool isUp)
    {
    }

    /// <summary>The end of a link noticed its new speed.</summary>
    public virtual void OnRate(int port, BitRate rate)
    {
    }

    /// <summary>Links changed, and routes with them: packets may come by other groups than before.</summary>
    public virtual void OnLinkChange(Timestamp now)
    {
    }
}

/// <summary>A packet as a fabric sees it.</summary>
/// <param name="Flow">Number of its flow and direction.</param>
/// <param name="Hash">What the group's policy made of its headers; 0 where there is no choice.</param>
/// <param name="Source">The host that sent it.</param>
/// <param name="Destination">The host that it goes to.</param>
/// <param name="Bytes">On the wire.</param>
/// <param name="Class">Its priority class, or DSCP mark.</param>
public readonly record struct FabricPacket(int Flow, uint Hash, int Source, int Destination, int Bytes, int Class);

/// <summary>A small packet from switch to switch, over one link.</summary>
/// <param name="Port">The port to send it through.</param>
/// <param name="Bytes">All that it occupies the wire with.</param>
/// <param name="Word">What it says, to who sent it.</param>
/// <param name="Value">More of that.</param>
public readonly record struct FabricProbe(int Port, int Bytes, int Word, uint Value);

/// <summary>Links of one switch that lead to the same hosts.</summary>
/// <param name="Number">Its number, counted from 0.</param>
/// <param name="Node">The switch.</param>
/// <param name="Ports">The ports, in the order of the bundle's links.</param>
/// <param name="Bundle">Their state: which are usable, how fast, how long their queues.</param>
public sealed record FabricGroup(int Number, int Node, IReadOnlyList<int> Ports, Bundle Bundle)
{
    /// <summary>The link of a port, when it may be used; −1 when not, or when the port is not of the group.</summary>
    public int LinkOf(int port)
    {
        for (int link = 0; link < Ports.Count; link++)
        {
            if (Ports[link] == port)
            {
                return Bundle.IsUsable(link) ? link : -1;
            }
        }

        return -1;
    }
}

/// <summary>What is where: hosts are the first nodes, switches those behind them.</summary>
/// <param name="HostCount">Hosts.</param>
/// <param name="NodeCount">Hosts and switches.</param>
/// <param name="Ports">One direction of a link each; those of one link are 2i and 2i + 1.</param>
public sealed record FabricMap(int HostCount, int NodeCount, IReadOnlyList<FabricPort> Ports)
{
    private readonly int[] _edges = EdgesOf(HostCount, Ports);

    /// <summary>Whether both ends of a port's link are switches.</summary>
    public bool IsInside(int port) => Ports[port].From >= HostCount && Ports[port].To >= HostCount;

    /// <summary>The switch before a host: that of its first link.</summary>
    public int EdgeOf(int host) => _edges[host];

    /// <summary>Whether a switch has hosts: a leaf, a ToR.</summary>
    public bool IsEdge(int node) => Array.IndexOf(_edges, node) >= 0;

    /// <summary>The first host with links to several nodes; null when there is none.</summary>
    public int? FindHostOfSeveral()
    {
        foreach (FabricPort port in Ports)
        {
            if (port.From < HostCount && port.To != _edges[port.From])
            {
                return port.From;
            }
        }

        return null;
    }

    /// <summary>The port that sends in the other direction of a link: the ports of one stand side by side.</summary>
    public static int BackOf(int port) => port ^ 1;

    private static int[] EdgesOf(int hostCount, IReadOnlyList<FabricPort> ports)
    {
        int[] edges = new int[hostCount];
        foreach (FabricPort port in ports.Reverse())
        {
            if (port.From < hostCount)
            {
                edges[port.From] = port.To;
            }
        }

        return edges;
    }
}

/// <summary>One direction of a link.</summary>
/// <param name="From">The node that sends.</param>
/// <param name="To">The node at the far end.</param>
/// <param name="Rate">Its speed when the run begins.</param>
/// <param name="Delay">Propagation.</param>
public readonly record struct FabricPort(int From, int To, BitRate Rate, Interval Delay);
