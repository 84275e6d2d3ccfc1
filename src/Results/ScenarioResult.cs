namespace Trunkline.Results;

/// <summary>What <c>trunkline scenario check</c> and <c>list</c> report.</summary>
public sealed record ScenarioResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.scenario/1";

    /// <summary>The scenarios, in the order asked for.</summary>
    public required IReadOnlyList<ScenarioRow> Scenarios { get; init; }
}

/// <summary>One scenario.</summary>
public sealed record ScenarioRow
{
    /// <summary>The file, or the name of a built-in one.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it is built in.</summary>
    public required bool BuiltIn { get; init; }

    /// <summary>Whether it has no fault; with one, only <see cref="Faults"/> follows.</summary>
    public required bool Good { get; init; }

    /// <summary>Its name.</summary>
    public string? Name { get; init; }

    /// <summary>What it shows.</summary>
    public string? Summary { get; init; }

    /// <summary>Hosts, patterns and generators expanded.</summary>
    public int? Hosts { get; init; }

    /// <summary>Switches.</summary>
    public int? Switches { get; init; }

    /// <summary>Bundles.</summary>
    public int? Bundles { get; init; }

    /// <summary>Links of all bundles.</summary>
    public int? Links { get; init; }

    /// <summary>Names of its traffic.</summary>
    public IReadOnlyList<string>? Traffic { get; init; }

    /// <summary>Events.</summary>
    public int? Events { get; init; }

    /// <summary>Techniques to compare.</summary>
    public IReadOnlyList<string>? Techniques { get; init; }

    /// <summary>Seeds.</summary>
    public IReadOnlyList<ulong>? Seeds { get; init; }

    /// <summary>Simulated time.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>Bundles that the figures are about.</summary>
    public IReadOnlyList<string>? Measured { get; init; }

    /// <summary>Every fault.</summary>
    public IReadOnlyList<ScenarioFaultRow>? Faults { get; init; }
}

/// <summary>One fault.</summary>
/// <param name="Source">The file, or the <c>--set</c>.</param>
/// <param name="Line">Line in the file, from 1; left out where it has none.</param>
/// <param name="Column">Column, from 1; left out where it has none.</param>
/// <param name="Key">The keys that lead to it; empty for the whole.</param>
/// <param name="Message">What is wrong; what to write.</param>
public sealed record ScenarioFaultRow(string Source, int? Line, int? Column, string Key, string Message);
