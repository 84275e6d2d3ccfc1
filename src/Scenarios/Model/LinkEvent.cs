using Trunkline.Core.Units;

namespace Trunkline.Scenarios.Model;

/// <summary>What happens to a link.</summary>
public enum LinkEventKind
{
    /// <summary>It loses its carrier: frames in its queue and on it are lost.</summary>
    Down,

    /// <summary>It works again as at first.</summary>
    Up,

    /// <summary>Its speed changes.</summary>
    Rate,

    /// <summary>Its delay changes.</summary>
    Delay,

    /// <summary>It loses frames at random from now on.</summary>
    Loss,

    /// <summary>It loses every frame, and nobody is told.</summary>
    Silent,
}

/// <summary>A change of one link at one instant.</summary>
/// <param name="At">When, since the start of the run.</param>
/// <param name="Bundle">The bundle.</param>
/// <param name="Link">Index of the link in it.</param>
/// <param name="Kind">What happens.</param>
public sealed record LinkEvent(Interval At, string Bundle, int Link, LinkEventKind Kind)
{
    /// <summary>Which direction: from the bundle's near end, towards it, or both.</summary>
    public LinkDirections Directions { get; init; } = LinkDirections.Both;

    /// <summary>The new speed, for <see cref="LinkEventKind.Rate"/>.</summary>
    public BitRate Rate { get; init; }

    /// <summary>The new delay, for <see cref="LinkEventKind.Delay"/>.</summary>
    public Interval Delay { get; init; }

    /// <summary>The new share of frames lost, in parts per million, for <see cref="LinkEventKind.Loss"/>.</summary>
    public int LossPpm { get; init; }

    /// <summary>How long after it the ends take note, for <see cref="LinkEventKind.Down"/>, <c>Up</c> and <c>Rate</c>.</summary>
    public Interval DetectAfter { get; init; }
}

/// <summary>Directions of a link.</summary>
[Flags]
public enum LinkDirections
{
    /// <summary>From the bundle's near end.</summary>
    Forth = 1,

    /// <summary>Towards the bundle's near end.</summary>
    Back = 2,

    /// <summary>Both.</summary>
    Both = 3,
}
