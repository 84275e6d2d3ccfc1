using Trunkline.Testing;

namespace Trunkline.Architecture.Tests;

/// <summary>The files of the repository: those that git tracks, and those that it would.</summary>
internal static class TrackedFiles
{
    private static readonly string[] BuiltFolders = ["bin", "obj", "artifacts", ".git"];

    /// <summary>Relative paths with forward slashes, of files that exist.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Find().Where(path => File.Exists(RepositoryRoot.Combine(path)))];

    private static IEnumerable<string> Find()
    {
        if (Path.Exists(RepositoryRoot.Combine(".git")) && Command.FindProgram("git") is string git)
        {
            // Whoever owns the working copy, this only lists it.
            string[] list = ["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"];
            return Command.Run(git, list, folder: RepositoryRoot.Path).OrThrow().Output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        return Walk(new DirectoryInfo(RepositoryRoot.Path)).Select(path => Path.GetRelativePath(RepositoryRoot.Path, path));
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder) => folder.EnumerateFiles().Select(file => file.FullName).Concat(
        folder.EnumerateDirectories().Where(inner => !BuiltFolders.Contains(inner.Name)).SelectMany(Walk));
}
