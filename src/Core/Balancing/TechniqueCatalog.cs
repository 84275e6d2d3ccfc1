namespace Trunkline.Core.Balancing;

/// <summary>Everything that can be named: policies, fills and rules.</summary>
public static class TechniqueCatalog
{
    /// <summary>Every descriptor: policies, then fills, then rules.</summary>
    public static IReadOnlyList<TechniqueDescriptor> All { get; } =
    [
        .. PolicyCatalog.All.Select(e => e.Descriptor),
        .. FillCatalog.All.Select(e => e.Descriptor),
        .. RuleCatalog.All.Select(e => e.Descriptor),
    ];

    /// <summary>The technique of a name, which may have a preset; null when there is none.</summary>
    public static TechniqueDescriptor? Find(string name) =>
        All.FirstOrDefault(d => d.Name == name || d.Presets.Any(p => name == $"{d.Name}/{p.Name}"));

    /// <summary>The known name that is written most nearly like this one; null when none is near.</summary>
    public static string? Nearest(string name) =>
        NearestName.Find(name, All.SelectMany(d => d.Presets.Select(p => $"{d.Name}/{p.Name}").Prepend(d.Name)));
}
