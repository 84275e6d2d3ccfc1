using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Techniques;

/// <summary>A technique that has both ends of a group's links at work: one that numbers packets, and one that puts them in order.</summary>
/// <remarks>Every packet that it takes it sends, drops, holds or hands on, and tells the simulator's books which.</remarks>
internal abstract class Stripe(int[] ports, Bundle bundle)
{
    private readonly PacketPool _held = new();
    private int _heldFree;

    /// <summary>The simulator; set before the first packet.</summary>
    public Simulator Simulator { get; set; } = null!;

    /// <summary>Number of its group.</summary>
    public int Group { get; set; }

    /// <summary>When the timer that runs for it is due.</summary>
    public long ArmedPs { get; set; } = SimTime.NeverPs;

    /// <summary>The group's ports.</summary>
    protected int[] Ports { get; } = ports;

    /// <summary>Their state.</summary>
    protected Bundle Bundle { get; } = bundle;

    /// <summary>Packets that the far end holds.</summary>
    public long Held { get; private set; }

    /// <summary>Makes the technique of a name work on a group.</summary>
    /// <param name="text">As written.</param>
    /// <param name="topology">What is where.</param>
    /// <param name="ports">The group's ports.</param>
    /// <param name="bundle">The same as links.</param>
    /// <param name="seed">Start of what is random.</param>
    /// <param name="faults">Told why it does not work there.</param>
    /// <returns>Null with faults, and for what needs no far end.</returns>
    public static Stripe? Create(string text, Topology topology, int[] ports, Bundle bundle, ulong seed, ICollection<string> faults)
    {
        if (StripingCatalog.Create(text, faults) is not { } technique)
        {
            return null;
        }

        int[] ends = [.. ports.Select(p => topology.Ports[p].To).Distinct()];
        Link[] links = [.. Enumerable.Range(0, bundle.Count).Select(i => bundle[new LinkId(i)])];
        string? fault = ends.Length > 1
            ? $"links of one far end are needed, and those of {topology.NameOf(topology.Ports[ports[0]].From)} go to "
                + $"{string.Join(", ", ends.Take(4).Select(topology.NameOf))}{(ends.Length > 4 ? ", …" : "")}"
            : technique.Trunk is not null && ports.Any(topology.IsScheduled)
                ? "ports with classes or shared memory have no queue that a trunk's links could share"
                : technique.WhyNot(links);
        if (fault is not null)
        {
            faults.Add($"{text}: {fault}");
            return null;
        }

        ByteCount queue = ports.Select(p => topology.QueueOf(p).Bound).Max();
        if (technique.Trunk is not null)
        {
            return new TrunkStripe(ports, bundle, TrunkDeskew.Create(links, technique.Trunk, faults)!);
        }

        return technique.Mlppp is not null
            ? new MlpppStripe(ports, bundle, technique.Mlppp, technique.CreateReassembler(links, queue)!)
            : new SprayStripe(ports, bundle, technique.CreateChoice(bundle, seed)!, technique.CreateResequencer(links, queue));
    }

    /// <summary>Sends a packet over the links, or drops it.</summary>
    /// <returns>A port that it took; −1 when it was dropped.</returns>
    public abstract int Send(ref Packet packet, long nowPs);

    /// <summary>Takes in what arrived over one of the links.</summary>
    public abstract void OnArrival(int port, ref Packet packet, long nowPs);

    /// <summary>When <see cref="OnDeadline"/> is due; never for none.</summary>
    public virtual long NextDeadlinePs => SimTime.NeverPs;

    /// <summary>Does what is due.</summary>
    public virtual void OnDeadline(long nowPs)
    {
    }

    /// <summary>Takes note that the bundle's links changed.</summary>
    public abstract void OnLinkChange(long nowPs);

    /// <summary>Moves of buckets, where the sending end has any.</summary>
    public virtual Core.Balancing.MoveCounters Moves => default;

    /// <summary>Keeps a packet; the token gives it back.</summary>
    protected long Keep(in Packet packet)
    {
        int place = _heldFree;
        if (place != 0)
        {
            _heldFree = _held.NextOf(place);
        }
        else
        {
            place = _held.Take();
        }

        _held[place << PacketPool.BlockBits] = packet;
        Held++;
        return place;
    }

    /// <summary>Gives a kept packet back.</summary>
    protected Packet TakeBack(long token)
    {
        int place = (int)token;
        _held.NextOf(place) = _heldFree;
        _heldFree = place;
        Held--;
        return _held[place << PacketPool.BlockBits];
    }

    /// <summary>A deadline in picoseconds.</summary>
    protected static long DeadlinePs(Timestamp deadline) =>
        deadline.Nanoseconds > long.MaxValue / 1000 ? SimTime.NeverPs : deadline.Nanoseconds * 1000;

    /// <summary>The link of a port of the group.</summary>
    protected LinkId LinkOf(int port) => new(Array.IndexOf(Ports, port));
}
