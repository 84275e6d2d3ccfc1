namespace Trunkline.Core.Balancing.Fabric;

/// <summary>A technique of a whole fabric in the catalog: its descriptor and how to make it.</summary>
/// <param name="Descriptor">What it is, with its presets.</param>
/// <param name="Create">
/// Makes it from checked parameters for a fabric, with a seed; throws <see cref="FormatException"/> with what to write when parameters do
/// not go together, or with what the technique needs and the fabric has not.
/// </param>
public sealed record FabricEntry(TechniqueDescriptor Descriptor, Func<ParameterSet, FabricMap, ulong, FabricTechnique> Create);

/// <summary>The techniques for which the switches of a fabric work together, or under one controller.</summary>
public static class FabricCatalog
{
    /// <summary>The techniques, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<FabricEntry> All { get; } =
    [
        new(Conga.Descriptor, Conga.Create),
        new(Hula.Descriptor, Hula.Create),
        new(AfsWeighted.Descriptor, AfsWeighted.Create),
        new(Hedera.Descriptor, Hedera.Create),
        new(SdnSteering.Descriptor, SdnSteering.Create),
        new(DscpSteering.Descriptor, DscpSteering.Create),
    ];

    /// <summary>A technique by its exact name, with its preset when one is named.</summary>
    /// <param name="name">The name as written, without parameters.</param>
    /// <param name="preset">The preset; null when the name has none.</param>
    /// <returns>Null when there is no such technique or preset.</returns>
    public static FabricEntry? Find(string name, out PresetDescriptor? preset) => NamedEntry.Find(All, e => e.Descriptor, name, out preset);

    /// <summary>Makes a technique from its name and parameters as written.</summary>
    /// <param name="part">The name taken apart; one of the catalog.</param>
    /// <param name="map">The fabric.</param>
    /// <param name="seed">Start of what is random.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static FabricTechnique? Create(TechniqueName.Part part, FabricMap map, ulong seed, ICollection<string> faults) =>
        NamedEntry.Make(All, e => e.Descriptor, part, (entry, parameters) => entry.Create(parameters, map, seed), faults);
}
