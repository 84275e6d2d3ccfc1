namespace Trunkline.Core.Balancing;

/// <summary>What sort of thing a name stands for.</summary>
public enum TechniqueKind
{
    /// <summary>Fields and a hash function.</summary>
    Policy,

    /// <summary>How buckets first get their links.</summary>
    Fill,

    /// <summary>When and where a bucket moves.</summary>
    Rule,

    /// <summary>All links of a bundle for each flow, and a receiver that knows the order.</summary>
    Stripe,

    /// <summary>Something that hosts do: transport, sessions.</summary>
    Host,

    /// <summary>Something that the whole fabric does together.</summary>
    Fabric,

    /// <summary>A protocol with which the ends of a bundle agree over its links.</summary>
    Control,
}

/// <summary>The verbs in which a technique works.</summary>
[Flags]
public enum TechniqueVerbs
{
    /// <summary>In none yet.</summary>
    None = 0,

    /// <summary><c>trunkline which</c>.</summary>
    Which = 1,

    /// <summary><c>trunkline analyze</c>.</summary>
    Analyze = 2,

    /// <summary><c>trunkline compare</c>.</summary>
    Compare = 4,

    /// <summary><c>trunkline lab</c>.</summary>
    Lab = 8,

    /// <summary><c>trunkline bond</c> and its like.</summary>
    Live = 16,
}

/// <summary>A vendor's or a paper's setting of a technique, as data.</summary>
/// <param name="Name">Its name behind the slash: <c>afs</c> in <c>flowlet/afs</c>.</param>
/// <param name="Summary">What it is, in one line.</param>
/// <param name="Source">Where its values are published.</param>
/// <param name="Values">The parameters that it sets; the others keep their defaults.</param>
/// <param name="Policy">The policy that belongs to it; null for the technique's own default.</param>
public sealed record PresetDescriptor(
    string Name,
    string Summary,
    string Source,
    IReadOnlyDictionary<string, string> Values,
    string? Policy = null);

/// <summary>What there is to know of a technique without running it.</summary>
public sealed record TechniqueDescriptor
{
    /// <summary>Its name: <c>linux-bond/layer3+4</c>, <c>flowlet</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What sort it is.</summary>
    public required TechniqueKind Kind { get; init; }

    /// <summary>What it does, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>How it works and what it cannot do, in a few sentences.</summary>
    public required string Remarks { get; init; }

    /// <summary>Where it is defined: RFC, kernel file, manual, paper and section.</summary>
    public required string Source { get; init; }

    /// <summary>What it needs of the network; empty for nothing.</summary>
    public string Needs { get; init; } = "";

    /// <summary>Where it works today.</summary>
    public required TechniqueVerbs Verbs { get; init; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<ParameterDescriptor> Parameters { get; init; } = [];

    /// <summary>Its presets.</summary>
    public IReadOnlyList<PresetDescriptor> Presets { get; init; } = [];
}
