using System.CommandLine;

namespace Trunkline.Cli.CommandLine;

/// <summary>The options of verbs that make reports.</summary>
internal static class ReportOptions
{
    /// <summary>The file of the report.</summary>
    public static Option<string> CreateHtml(string what) => new("--html")
    {
        Description = $"Write a report into this file: {what}; one HTML file that needs nothing beside it, and no network",
        HelpName = "FILE",
    };

    /// <summary>Whether to show it.</summary>
    public static Option<bool> CreateOpen() => new("--open") { Description = "Open the report of --html with whatever this system opens such files with" };

    /// <summary>The report that is asked for.</summary>
    /// <param name="path">Value of <c>--html</c>; null for none.</param>
    /// <param name="isToOpen">Value of <c>--open</c>.</param>
    /// <param name="faults">Told of a report that is to be opened and not made.</param>
    /// <returns>Null for none.</returns>
    public static ReportFile? Read(string? path, bool isToOpen, FaultList faults)
    {
        if (isToOpen && path is null)
        {
            faults.Add("--open: there is no report; name its file with --html FILE");
        }

        return path is null ? null : new ReportFile(path, isToOpen);
    }
}
