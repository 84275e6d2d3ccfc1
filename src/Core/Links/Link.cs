using Trunkline.Core.Units;

namespace Trunkline.Core.Links;

/// <summary>One member of a bundle.</summary>
/// <param name="Name">What people call it: <c>e3a</c>, <c>eth0</c>.</param>
/// <param name="Rate">Its speed.</param>
public sealed record Link(string Name, BitRate Rate)
{
    /// <summary>Largest weight.</summary>
    public const int WeightMax = 256;

    /// <summary>The speed assumed where none was given.</summary>
    public static readonly BitRate DefaultRate = new(10_000_000_000);

    /// <summary>Its share of the buckets against the other members', 0 to 256; 0 drains it.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>One-way delay behind the queue; what tells links apart is the difference.</summary>
    public Interval Delay { get; init; } = Interval.Zero;
}
