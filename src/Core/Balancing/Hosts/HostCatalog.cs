namespace Trunkline.Core.Balancing.Hosts;

/// <summary>A technique of hosts in the catalog: its descriptor and how to make it.</summary>
/// <param name="Descriptor">What it is, with its presets.</param>
/// <param name="Create">Makes it from checked parameters and a seed; throws <see cref="FormatException"/> with what to write when they do not go together.</param>
public sealed record HostEntry(TechniqueDescriptor Descriptor, Func<ParameterSet, ulong, HostTechnique> Create);

/// <summary>The techniques with which sending hosts use several paths.</summary>
public static class HostCatalog
{
    /// <summary>The techniques, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<HostEntry> All { get; } =
    [
        new(FlowBender.Descriptor, FlowBender.Create),
        new(Plb.Descriptor, Plb.Create),
        new(Mptcp.Descriptor, Mptcp.Create),
        new(Mpio.Descriptor, Mpio.Create),
        new(SmbMultichannel.Descriptor, SmbMultichannel.Create),
        new(Slicing.Descriptor, Slicing.Create),
        new(SenderFlowlets.Descriptor, SenderFlowlets.Create),
        new(Pacing.Descriptor, Pacing.Create),
    ];

    /// <summary>A technique by its exact name, with its preset when one is named.</summary>
    /// <param name="name">The name as written, without parameters.</param>
    /// <param name="preset">The preset; null when the name has none.</param>
    /// <returns>Null when there is no such technique or preset.</returns>
    public static HostEntry? Find(string name, out PresetDescriptor? preset) => NamedEntry.Find(All, e => e.Descriptor, name, out preset);

    /// <summary>Makes a technique from its name and parameters as written.</summary>
    /// <param name="part">The name taken apart; one of the catalog.</param>
    /// <param name="seed">Start of what is random.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static HostTechnique? Create(TechniqueName.Part part, ulong seed, ICollection<string> faults) =>
        NamedEntry.Make(All, e => e.Descriptor, part, (entry, parameters) => entry.Create(parameters, seed), faults);
}
