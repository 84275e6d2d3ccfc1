namespace Trunkline.Results;

/// <summary>What <c>trunkline techniques</c> reports: everything that can be named.</summary>
public sealed record TechniquesResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.techniques/1";

    /// <summary>The techniques, grouped by kind and then in the catalog's order.</summary>
    public required IReadOnlyList<TechniqueRow> Techniques { get; init; }
}

/// <summary>One technique.</summary>
public sealed record TechniqueRow
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>policy, fill, rule, stripe, host or fabric.</summary>
    public required string Kind { get; init; }

    /// <summary>What it does, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>How it works and what it cannot do.</summary>
    public required string Remarks { get; init; }

    /// <summary>Where it is defined.</summary>
    public required string Source { get; init; }

    /// <summary>What it needs of the network; empty for nothing.</summary>
    public required string Needs { get; init; }

    /// <summary>The verbs in which it works today.</summary>
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>Its parameters.</summary>
    public required IReadOnlyList<ParameterRow> Parameters { get; init; }

    /// <summary>Its presets.</summary>
    public required IReadOnlyList<PresetRow> Presets { get; init; }
}

/// <summary>One parameter.</summary>
/// <param name="Name">Its name, as in <c>:name=value</c>.</param>
/// <param name="Default">The value where nothing is written.</param>
/// <param name="Range">What may be written.</param>
/// <param name="Summary">What it means.</param>
public sealed record ParameterRow(string Name, string Default, string Range, string Summary);

/// <summary>One preset.</summary>
/// <param name="Name">Its whole name, as in <c>flowlet/afs</c>.</param>
/// <param name="Summary">What it is.</param>
/// <param name="Source">Where its values are published.</param>
/// <param name="Values">What it sets.</param>
/// <param name="Policy">The policy that belongs to it; null for the default.</param>
public sealed record PresetRow(
    string Name,
    string Summary,
    string Source,
    IReadOnlyDictionary<string, string> Values,
    string? Policy);
