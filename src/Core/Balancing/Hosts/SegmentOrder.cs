using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>What the segments of one flow pass at the receiving host before its TCP sees them: a receive offload that may hold them.</summary>
/// <remarks>
/// Keeps no segments: the caller keeps those that it holds, each under a token. Does no I/O: after each input the caller drains
/// <see cref="TryRelease"/>, and it calls <see cref="OnDeadline"/> when <see cref="NextDeadline"/> has come.
/// </remarks>
public abstract class SegmentOrder
{
    /// <summary>When <see cref="OnDeadline"/> is due; <see cref="Timestamp.MaxValue"/> for never.</summary>
    public abstract Timestamp NextDeadline { get; }

    /// <summary>Segments held.</summary>
    public abstract int Held { get; }

    /// <summary>A segment has arrived.</summary>
    /// <returns>Whether it goes up at once, before those that are released; else it is held under its token.</returns>
    public abstract bool OnArrival(in ArrivedSegment segment, Timestamp now);

    /// <summary>The next segment to hand up.</summary>
    /// <returns>False when there is none for now.</returns>
    public abstract bool TryRelease(out int token);

    /// <summary>Does what is due.</summary>
    public abstract void OnDeadline(Timestamp now);

    /// <summary>Hands out what is held, whatever is missing: its flow is over.</summary>
    public abstract void ReleaseAll();
}

/// <summary>A segment that has arrived.</summary>
/// <param name="Index">Its number in its flow, from 0.</param>
/// <param name="Offset">Payload of the flow before it, in bytes.</param>
/// <param name="Token">The caller's name for it.</param>
public readonly record struct ArrivedSegment(int Index, long Offset, int Token);
