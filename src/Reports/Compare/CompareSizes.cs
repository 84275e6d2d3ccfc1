using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>The classes of flows by size.</summary>
internal static class CompareSizes
{
    /// <summary>Names, and the distribution of each.</summary>
    public static readonly (string Name, Func<CompareClasses?, CompareDistribution?> Of)[] All =
    [
        ("Mice", c => c?.Mice),
        ("Middle", c => c?.Middle),
        ("Elephants", c => c?.Elephants),
    ];

    /// <summary>As a reader sees them.</summary>
    public static string TitleOf(string name) => name.ToLowerInvariant() switch
    {
        "flows" => "all flows",
        "mice" => "mice (less than 100 KB)",
        "middle" => "middle (100 KB to 10 MB)",
        "elephants" => "elephants (more than 10 MB)",
        "reads" => "storage reads",
        _ => "storage writes",
    };
}
