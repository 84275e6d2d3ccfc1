using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation;

/// <summary>What to compare, and how.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The scenario.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>The techniques; one fat link comes before them in any case.</summary>
    public required IReadOnlyList<string> Techniques { get; init; }

    /// <summary>The seeds, one at least.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>Runs at a time, 1 or more; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>User time of the calling thread; null where it cannot be told.</summary>
    public Func<TimeSpan>? ThreadTime { get; init; }

    /// <summary>How often <see cref="Comparison.Run"/> says how far it is.</summary>
    public TimeSpan TickEvery { get; init; } = TimeSpan.FromMilliseconds(50);
}
