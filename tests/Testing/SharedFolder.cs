namespace Trunkline.Testing;

/// <summary>Captures and workloads that are too large or not ours to keep in the repository: a folder <c>shared</c> beside it.</summary>
/// <remarks>Its absence is no fault: tests that need it skip and say so (<see cref="Require.Captures"/>).</remarks>
public static class SharedFolder
{
    /// <summary>The folder of capture files; null when absent.</summary>
    public static string? Captures { get; } = Find("captures");

    /// <summary>The folder of flow size distributions; null when absent.</summary>
    public static string? Workloads { get; } = Find("workloads");

    private static string? Find(string part)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "shared", part);
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
