namespace Trunkline.Analysis;

/// <summary>Idle buckets in one window.</summary>
/// <param name="Window">The window's number, from 0 at the first frame; windows without traffic are left out.</param>
/// <param name="Seconds">When it began, from the first frame on.</param>
/// <param name="IdleShares">Share of the buckets that no frame hit, for each of <see cref="Sizes"/>.</param>
public sealed record BucketWindow(long Window, double Seconds, IReadOnlyList<double> IdleShares)
{
    /// <summary>Bytes of each bucket of the smallest of them.</summary>
    public required IReadOnlyList<long> Bytes { get; init; }

    /// <summary>Buckets in the tables that are looked at.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [64, 256, 1024, 4096];
}
