using Trunkline.Core.Units;

namespace Trunkline.Testing.Traffic;

/// <summary>What may stand among plain TCP and UDP over IPv4.</summary>
[Flags]
public enum SyntheticMix
{
    /// <summary>Nothing else.</summary>
    None = 0,

    /// <summary>VLAN tags: a fifth of the conversations.</summary>
    Vlan = 1,

    /// <summary>IPv6: a fifth of the conversations.</summary>
    Ipv6 = 2,

    /// <summary>VXLAN tunnels: a fifth of the conversations.</summary>
    Vxlan = 4,

    /// <summary>RoCEv2: a fifth of the conversations, which are queue pairs of sixteen pairs of hosts.</summary>
    Roce = 8,

    /// <summary>All of them.</summary>
    All = Vlan | Ipv6 | Vxlan | Roce,
}

/// <summary>What a synthetic capture is like; the same options give the same bytes anywhere.</summary>
public sealed record SyntheticCaptureOptions
{
    /// <summary>Records in the file.</summary>
    public long Frames { get; init; } = 1_000_000;

    /// <summary>
    /// Flows, 1 to 2²⁴: directional 5-tuples of the outer header. Two make a conversation; of an odd number the last has no answers.
    /// All of them occur when there are some eight frames for each. Queue pairs of <see cref="SyntheticMix.Roce"/> are counted
    /// here although they share 5-tuples, so with them there are fewer: <see cref="SyntheticSummary.Flows"/> tells.
    /// </summary>
    public int Flows { get; init; } = 20_000;

    /// <summary>Bytes kept of each frame, at least 54; 0 keeps all.</summary>
    public int SnapLength { get; init; }

    /// <summary>Start of all that is random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What stands among plain packets.</summary>
    public SyntheticMix Mix { get; init; }

    /// <summary>Speed of the line, on which frames follow each other; half of the time it is idle.</summary>
    public BitRate Rate { get; init; } = new(10_000_000_000);
}

/// <summary>What was written: the answers that a reader of the file should give.</summary>
/// <param name="Frames">Records.</param>
/// <param name="WireBytes">Bytes that the frames had on the wire.</param>
/// <param name="FileBytes">Length of the file.</param>
/// <param name="Flows">Directional 5-tuples of outer headers.</param>
/// <param name="Duration">From the first frame to the last.</param>
public sealed record SyntheticSummary(long Frames, long WireBytes, long FileBytes, long Flows, Interval Duration);
