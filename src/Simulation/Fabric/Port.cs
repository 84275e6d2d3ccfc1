using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Fabric;

/// <summary>What makes a port more than a plain queue before a plain link.</summary>
[Flags]
internal enum PortTraits : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It has no carrier: takes nothing.</summary>
    Down = 1,

    /// <summary>It loses frames, some or all.</summary>
    Lossy = 2,

    /// <summary>Classes with priorities or weights, or memory shared with other ports: a scheduler decides.</summary>
    Scheduled = 4,

    /// <summary>Its queueing delays are kept as a distribution.</summary>
    Measured = 8,

    /// <summary>Its frames are written to a trace.</summary>
    Traced = 16,

    /// <summary>It marks by a moving average or between two thresholds.</summary>
    Red = 32,

    /// <summary>Its far end puts a stripe in order.</summary>
    Striped = 64,

    /// <summary>A fabric's technique is told what it takes and what arrives over its link.</summary>
    Watched = 128,
}

/// <summary>One direction of a link, with the queue before it and the line of frames on it.</summary>
/// <remarks>
/// First in, first out at a fixed rate: the departure of a frame is known when it is accepted, so that queue and wire are one line of
/// packets, in order of arrival at the far end, and a hop is one event. The backlog is a time: how long the link takes to send it.
/// </remarks>
internal struct Port
{
    /// <summary>What waits or is on the wire.</summary>
    public PacketLine Line;

    /// <summary>When all that was accepted will have left.</summary>
    public long BusyUntilPs;

    /// <summary>Time to send one byte.</summary>
    public long PsPerByte;

    /// <summary>Propagation delay.</summary>
    public long DelayPs;

    /// <summary>Longest backlog, the new frame included, as time to send it.</summary>
    public long BoundPs;

    /// <summary>Backlog above which packets are marked, as time to send it; never for no marks.</summary>
    public long MarkPs;

    /// <summary>The node at the far end.</summary>
    public int To;

    /// <summary>What else there is to it.</summary>
    public PortTraits Traits;

    /// <summary>Frames accepted.</summary>
    public long Frames;

    /// <summary>Bytes accepted, as they occupy the wire.</summary>
    public long Bytes;

    /// <summary>Frames for which there was no room.</summary>
    public long Drops;

    /// <summary>Frames lost on the wire, or when it lost its carrier.</summary>
    public long Losses;

    /// <summary>Packets marked.</summary>
    public long Marks;

    /// <summary>How far, at least, a frame accepted now waits; never negative.</summary>
    public readonly long BacklogPs(long nowPs) => Math.Max(0, BusyUntilPs - nowPs);
}
