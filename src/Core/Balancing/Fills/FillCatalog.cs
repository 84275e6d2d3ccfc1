using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>All fills by name.</summary>
public static class FillCatalog
{
    /// <summary>The fills, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<FillEntry> All { get; } =
    [
        new(ModuloFill.Descriptor, ModuloFill.Create),
        new(HashThresholdFill.Descriptor, HashThresholdFill.Create),
        new(TableFill.Descriptor, TableFill.Create),
        new(ResilientFill.Descriptor, ResilientFill.Create),
        new(MaglevFill.Descriptor, MaglevFill.Create),
    ];

    /// <summary>A fill by its exact name; null when there is none.</summary>
    public static FillEntry? Find(string name) => All.FirstOrDefault(entry => entry.Descriptor.Name == name);

    /// <summary>The name that a mistyped one most likely meant; null when none is near.</summary>
    public static string? Nearest(string name) => NearestName.Of(name, All.Select(entry => entry.Descriptor.Name));

    /// <summary>Makes a fill from its name and parameters as written.</summary>
    /// <param name="name">Such as <c>table:buckets=128</c>, taken apart.</param>
    /// <param name="bundle">The links to fill with.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static IFill? Create(TechniqueName.Part name, Bundle bundle, ICollection<string> faults)
    {
        if (Find(name.Name) is not FillEntry entry)
        {
            string hint = Nearest(name.Name) is string nearest ? $"did you mean {nearest}?" : $"fills are {Names}";
            faults.Add($"{name.Name}: no such fill; {hint}");
            return null;
        }

        return ParameterSet.Make(name, entry.Descriptor, null, parameters => entry.Create(parameters, bundle), faults);
    }

    private static string Names => string.Join(", ", All.Select(entry => entry.Descriptor.Name));
}
