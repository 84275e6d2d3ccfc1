namespace Trunkline.Core.Balancing;

/// <summary>Finds what has a descriptor by name, with a preset behind a slash when one is named.</summary>
internal static class NamedEntry
{
    /// <summary>Finds it.</summary>
    /// <typeparam name="T">A catalog's entry.</typeparam>
    /// <param name="entries">The catalog.</param>
    /// <param name="descriptorOf">An entry's descriptor.</param>
    /// <param name="name">The exact name as written, without parameters: <c>flowlet</c>, <c>flowlet/afs</c>.</param>
    /// <param name="preset">The preset; null when the name has none.</param>
    /// <returns>Null when there is no such entry, or it has no such preset.</returns>
    public static T? Find<T>(IReadOnlyList<T> entries, Func<T, TechniqueDescriptor> descriptorOf, string name, out PresetDescriptor? preset)
        where T : class
    {
        preset = null;
        string[] parts = name.Split('/', 2);
        T? entry = entries.FirstOrDefault(e => descriptorOf(e).Name == parts[0]);
        if (entry is null || parts.Length == 1)
        {
            return entry;
        }

        preset = descriptorOf(entry).Presets.FirstOrDefault(p => p.Name == parts[1]);
        return preset is null ? null : entry;
    }

    /// <summary>Makes what a name stands for; the name itself, without its preset, is known to be of the catalog.</summary>
    /// <typeparam name="T">A catalog's entry.</typeparam>
    /// <typeparam name="TMade">What it makes.</typeparam>
    /// <param name="entries">The catalog.</param>
    /// <param name="descriptorOf">An entry's descriptor.</param>
    /// <param name="part">The name taken apart.</param>
    /// <param name="create">Makes it; throws <see cref="FormatException"/> with what to write.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static TMade? Make<T, TMade>(
        IReadOnlyList<T> entries,
        Func<T, TechniqueDescriptor> descriptorOf,
        TechniqueName.Part part,
        Func<T, ParameterSet, TMade> create,
        ICollection<string> faults)
        where T : class
        where TMade : class
    {
        if (Find(entries, descriptorOf, part.Name, out PresetDescriptor? preset) is { } entry)
        {
            return ParameterSet.Make(part, descriptorOf(entry), preset, parameters => create(entry, parameters), faults);
        }

        string head = part.Name.Split('/', 2)[0];
        string[] presets = [.. entries.Select(descriptorOf).First(d => d.Name == head).Presets.Select(p => $"{head}/{p.Name}")];
        string have = presets.Length == 0 ? "it has none" : $"there are {string.Join(", ", presets)}";
        faults.Add($"{part.Name}: no such preset; {have}");
        return null;
    }
}
