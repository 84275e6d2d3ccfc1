namespace Trunkline.Testing;

/// <summary>The working copy that the running test was built from.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds the solution file.</summary>
    /// <exception cref="DirectoryNotFoundException">The test program was moved out of its working copy.</exception>
    public static string Path { get; } = Find();

    /// <summary>A path inside the working copy.</summary>
    /// <param name="relative">With forward slashes, as in <c>docs/architecture.md</c>.</param>
    public static string Combine(string relative) => System.IO.Path.Combine(Path, relative);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Trunkline.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Trunkline.slnx");
    }
}
