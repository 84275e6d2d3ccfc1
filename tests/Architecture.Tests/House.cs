namespace Trunkline.Architecture.Tests;

/// <summary>Which project may know which: the arrows of docs/architecture.md. A project has its line before it exists.</summary>
internal static class House
{
    /// <summary>The projects under src that each may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Arrows = new Dictionary<string, string[]>
    {
        ["Core"] = [],
        ["Results"] = ["Core"],
        ["Scenarios"] = ["Core"],
        ["Hosting"] = ["Core", "Results"],
        ["Reports"] = ["Core", "Results"],
        ["Analysis"] = ["Core", "Results"],
        ["Simulation"] = ["Core", "Results", "Scenarios"],
        ["Linux"] = ["Core", "Results", "Scenarios", "Hosting"],
        ["Storage"] = ["Core", "Results", "Scenarios", "Hosting"],
        ["Cli"] = ["Core", "Results", "Scenarios", "Hosting", "Reports", "Analysis", "Simulation", "Linux", "Storage"],
    };

    /// <summary>The projects that may use no package.</summary>
    public static readonly string[] WithoutPackages = ["Core", "Results"];

    /// <summary>Packages that belong to one project.</summary>
    public static readonly IReadOnlyDictionary<string, string> PackageOwners = new Dictionary<string, string>
    {
        ["System.CommandLine"] = "Cli",
        ["YamlDotNet"] = "Scenarios",
    };

    /// <summary>All that Core may reference: types, collections, memory, numbers.</summary>
    public static readonly string[] CoreAssemblies =
    [
        "System.Collections",
        "System.Linq",
        "System.Memory",
        "System.Numerics.Vectors",
        "System.Runtime",
        "System.Runtime.Intrinsics",
    ];

    /// <summary>
    /// What Core may not touch although an assembly above holds it: files, clocks, threads, chance, the process around it. A name
    /// is a type, a type and a member, or a namespace with all that is below it.
    /// </summary>
    public static readonly string[] CoreForbidden =
    [
        "System.Console",
        "System.DateTime.get_Now",
        "System.DateTime.get_Today",
        "System.DateTime.get_UtcNow",
        "System.DateTimeOffset.get_Now",
        "System.DateTimeOffset.get_UtcNow",
        "System.Diagnostics.Process",
        "System.Diagnostics.Stopwatch",
        "System.Environment",
        "System.Guid.NewGuid",
        "System.IO",
        "System.Net.Http",
        "System.Net.Sockets",
        "System.Random",
        "System.Threading",
        "System.TimeProvider",
    ];
}
