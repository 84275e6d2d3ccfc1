namespace Trunkline.Core.Balancing;

/// <summary>A policy in the catalog: its descriptor and how to make it.</summary>
/// <param name="Descriptor">What it is.</param>
/// <param name="Create">Makes it from checked parameters; throws <see cref="FormatException"/> with what to write when a text parameter is wrong.</param>
public sealed record PolicyEntry(TechniqueDescriptor Descriptor, Func<ParameterSet, IHashPolicy> Create)
{
    /// <summary>The fill that real boxes use with this policy, as a technique name: <c>modulo</c>, <c>hash-threshold</c>, <c>table:buckets=256</c>.</summary>
    public string DefaultFill { get; init; } = "modulo";

    /// <summary>Whether only IP is balanced by it, because a route decides; other frames never come to it.</summary>
    public bool IsForIpOnly { get; init; }

    /// <summary>Whether only the bucket is certain, because the box moves buckets between links as it likes (OVS).</summary>
    public bool IsLinkAssumed { get; init; }
}
