using Trunkline.Scenarios.Model;

namespace Trunkline.Scenarios.Workloads;

/// <summary>The built-in distributions of flow sizes; <c>Tables/README.md</c> says where each comes from.</summary>
public static class SizeTables
{
    private const string Prefix = "Trunkline.Scenarios.Workloads.";
    private const string Suffix = ".csv";

    private static readonly Dictionary<string, SizeTable> All = ReadAll();

    /// <summary>Their names, in order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The table of a name; null when there is none.</summary>
    public static SizeTable? Find(string name) => All.GetValueOrDefault(name);

    private static Dictionary<string, SizeTable> ReadAll()
    {
        System.Reflection.Assembly assembly = typeof(SizeTables).Assembly;
        var tables = new Dictionary<string, SizeTable>();
        foreach (string resource in assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith(Prefix, StringComparison.Ordinal) || !resource.EndsWith(Suffix, StringComparison.Ordinal))
            {
                continue;
            }

            string name = resource[Prefix.Length..^Suffix.Length];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            string? fault = SizeTableReader.Read(reader.ReadToEnd(), name, out SizeTable? table);
            tables.Add(name, table ?? throw new InvalidDataException(fault));
        }

        return tables;
    }
}
