using System.Xml.Linq;
using Trunkline.Testing;

namespace Trunkline.Architecture.Tests;

/// <summary>A project under src, read from its project file.</summary>
internal sealed record SourceProject(string Name, string AssemblyName, string[] References, string[] Packages)
{
    /// <summary>All that there are, by name.</summary>
    public static IReadOnlyList<SourceProject> All { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "*.csproj", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    /// <summary>Where the tests' build put its assembly.</summary>
    public string AssemblyPath => Path.Combine(AppContext.BaseDirectory, AssemblyName + ".dll");

    private static SourceProject Read(string path)
    {
        XDocument project = XDocument.Load(path);
        string name = Path.GetFileNameWithoutExtension(path);
        return new SourceProject(
            name,
            project.Descendants("AssemblyName").SingleOrDefault()?.Value ?? $"Trunkline.{name}",
            [.. Includes("ProjectReference").Select(include => Path.GetFileNameWithoutExtension(include))],
            [.. Includes("PackageReference")]);

        IEnumerable<string> Includes(string element) =>
            project.Descendants(element).Select(e => e.Attribute("Include")!.Value.Replace('\\', '/'));
    }
}
