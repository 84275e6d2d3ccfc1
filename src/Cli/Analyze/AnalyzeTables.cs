using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Units;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>Prints what a capture does to links, for people: first what was read, then the techniques, then why.</summary>
internal static class AnalyzeTables
{
    // More columns than this are for programs.
    private const int LinkColumnsMax = 8;

    /// <summary>Prints everything that was found.</summary>
    public static void Print(AnalyzeResult result, TextWriter output)
    {
        PrintCapture(result, output);
        if (result.Capture.Frames == 0)
        {
            return;
        }

        PrintTechniques(result, output);
        SplitTables.PrintObserved(result.Observed, output);
        SplitTables.PrintWhatIf(result.WhatIf, output);
        TrafficTables.Print(result, output);
        if (result.Limits.Count > 0)
        {
            output.WriteLine();
            foreach (string limit in result.Limits)
            {
                Terminal.WriteParagraph(output, $"note: {limit}");
            }
        }
    }

    private static void PrintCapture(AnalyzeResult result, TextWriter output)
    {
        AnalyzeCapture capture = result.Capture;
        string about = capture.Approximate is null ? "" : "about ";
        output.WriteLine(
            $"{string.Join(", ", capture.Files.Select(f => f == "-" ? "standard input" : Path.GetFileName(f)))}: {Figures.Count(capture.Frames)} frames, "
            + $"{Figures.Bytes(capture.Bytes)}, {about}{Figures.Count(capture.Flows)} flows, {Figures.Seconds(capture.Seconds)}"
            + (capture.NonIpFrames > 0 ? $"; {Figures.Count(capture.NonIpFrames)} frames without IP" : ""));
        if (capture.Interrupted is true)
        {
            output.WriteLine("interrupted: the figures are of what was read until then");
        }
    }

    private static void PrintTechniques(AnalyzeResult result, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(
            $"Techniques over {result.Links.Count} links of {Speeds(result.Links)}, the most even first "
            + $"(skew {Figures.Seconds(result.SkewSeconds)}, windows of {Figures.Seconds(result.WindowSeconds)})");
        bool hasLinkColumns = result.Links.Count <= LinkColumnsMax;
        bool hasMoves = result.Techniques.Any(t => t.Moves > 0);
        Table table = Terminal.Table([
            "technique", ">imbalance", ">99 % window", ">CoV", ">Jain",
            .. hasMoves ? [">moves", ">unsafe", ">reorderable"] : Array.Empty<string>(),
            .. hasLinkColumns ? result.Links.Select(l => $">{LinkHead(l.Name)}") : []]);
        foreach (AnalyzeTechnique technique in result.Techniques)
        {
            string[] moves = hasMoves ? [Figures.Count(technique.Moves), Figures.Count(technique.UnsafeMoves), Figures.Count(technique.ReorderablePackets)] : [];
            string[] shares = hasLinkColumns ? [.. result.Links.Select((_, i) => Share(technique, i))] : [];
            table.AddTextRow([
                technique.Name + (technique.OpenLoop is true ? " *" : ""), Figures.Ratio(technique.Imbalance), Figures.Ratio(technique.ImbalanceP99),
                Figures.Ratio(technique.Cov), Figures.Ratio(technique.Jain), .. moves, .. shares]);
        }

        Terminal.Write(output, table);
        foreach (AnalyzeTechnique technique in result.Techniques.Where(t => t.NotApplicable is not null))
        {
            Terminal.WriteParagraph(output, $"{technique.Name}: {technique.NotApplicable}");
        }

        Terminal.WriteParagraph(
            output,
            $"floor: {Figures.Ratio(result.Floor.Imbalance)} is the least imbalance that any hash can reach: the largest flow has "
            + $"{Figures.Percent(result.Floor.LargestFlowShare)} of the bytes");
        if (result.Techniques.Any(t => t.OpenLoop is true))
        {
            Terminal.WriteParagraph(
                output,
                "* looks at load or queues, here virtual ones at the links' speeds. A replay is open loop: the senders of the capture do not"
                + " slow down or speed up with what the technique does.");
        }
    }

    private static string Share(AnalyzeTechnique technique, int link)
    {
        long all = technique.Links?.Sum(l => l.Bytes) ?? 0;
        return technique.Links is null ? "" : all == 0 ? Figures.Percent(0) : Figures.Percent((double)technique.Links[link].Bytes / all);
    }

    private static string Speeds(IReadOnlyList<AnalyzeLink> links)
    {
        IEnumerable<string> speeds = links.Select(l => new BitRate(l.SpeedBps).ToString());
        return speeds.Distinct().Count() == 1 ? speeds.First() : string.Join(", ", speeds);
    }

    /// <summary>A number needs a word before it.</summary>
    private static string LinkHead(string name) => name.All(char.IsAsciiDigit) ? $"link {name}" : name;
}
