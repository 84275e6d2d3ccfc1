namespace Trunkline.Scenarios.Model;

/// <summary>A distribution of flow sizes by points of its cumulative distribution, straight lines between.</summary>
/// <param name="Name">Its name: <c>websearch</c>, or the file.</param>
/// <param name="Points">Bytes and the share of flows up to that size in billionths; both non-decreasing, the last 10⁹.</param>
/// <remarks>Integers, so that sizes are the same on every machine.</remarks>
public sealed record SizeTable(string Name, IReadOnlyList<SizePoint> Points);

/// <summary>A point of a distribution.</summary>
/// <param name="Bytes">A size.</param>
/// <param name="Billionths">Share of flows of at most that size, 0 to 10⁹.</param>
public readonly record struct SizePoint(long Bytes, long Billionths);
