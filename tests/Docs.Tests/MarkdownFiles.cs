using Trunkline.Testing;

namespace Trunkline.Docs.Tests;

/// <summary>The documents that people read: those at the root, and all below docs and examples.</summary>
internal static class MarkdownFiles
{
    /// <summary>Their paths from the root of the repository.</summary>
    public static TheoryData<string> All { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Path, "*.md")
            .Concat(Below("docs"))
            .Concat(Below("examples"))
            .Select(path => Path.GetRelativePath(RepositoryRoot.Path, path))
            .Order(StringComparer.Ordinal),
    ];

    private static IEnumerable<string> Below(string folder) => Directory.Exists(RepositoryRoot.Combine(folder))
        ? Directory.EnumerateFiles(RepositoryRoot.Combine(folder), "*.md", SearchOption.AllDirectories)
        : [];
}
