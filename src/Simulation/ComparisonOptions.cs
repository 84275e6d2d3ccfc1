using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Sources;
using Trunkline.Simulation.Tracing;

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

    /// <summary>The captures that the scenario replays, by path.</summary>
    public IReadOnlyDictionary<string, ReplayCapture> Captures { get; init; } = new Dictionary<string, ReplayCapture>();

    /// <summary>User time of the calling thread; null where it cannot be told.</summary>
    public Func<TimeSpan>? ThreadTime { get; init; }

    /// <summary>Takes what a table has no room for, of every run that was done: technique by technique, in the order of the seeds.</summary>
    public Action<RunSeries>? OnRun { get; init; }

    /// <summary>Asks for a trace of the first technique with the first seed; null for none.</summary>
    public FrameTraceOptions? Trace { get; init; }

    /// <summary>How often <see cref="Comparison.Run"/> says how far it is.</summary>
    public TimeSpan TickEvery { get; init; } = TimeSpan.FromMilliseconds(50);
}
