using Trunkline.Cli.CommandLine;
using Trunkline.Core.Units;
using Trunkline.Reports;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>Prints what a capture does to links, for people: first what was read, then the techniques, then why.</summary>
internal static class AnalyzeTables
{
    // More columns than this are for programs.
    private const int LinkColumnsMax = 8;
    private const int SparkLinksMax = 32;

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
        Terminal.WriteColumns(output, Columns(result));
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

    /// <summary>What a narrow terminal can do without first has the highest number.</summary>
    private static List<(int Dispensable, string Head, string[] Cells)> Columns(AnalyzeResult result)
    {
        string[] Cells(Func<AnalyzeTechnique, string> cell) => [.. result.Techniques.Select(cell)];
        var columns = new List<(int, string, string[])>
        {
            (0, "technique", Cells(t => t.Name + (t.OpenLoop is true ? " *" : ""))),
            (0, ">imbalance", Cells(t => Figures.Ratio(t.Imbalance))),
            (1, ">99 % window", Cells(t => Figures.Ratio(t.ImbalanceP99))),
            (2, ">CoV", Cells(t => Figures.Ratio(t.Cov))),
            (2, ">Jain", Cells(t => Figures.Ratio(t.Jain))),
        };
        if (result.Techniques.Any(t => t.Moves > 0))
        {
            columns.Add((0, ">moves", Cells(t => Figures.Count(t.Moves))));
            columns.Add((0, ">unsafe", Cells(t => Figures.Count(t.UnsafeMoves))));
            columns.Add((1, ">reorderable", Cells(t => Figures.Count(t.ReorderablePackets))));
        }

        if (result.Links.Count is > 1 and <= SparkLinksMax)
        {
            columns.Add((1, "links", Cells(t => Spark(t, result.Links))));
        }

        if (result.Links.Count <= LinkColumnsMax)
        {
            columns.AddRange(result.Links.Select((l, i) => (3, $">{LinkHead(l.Name)}", Cells(t => Share(t, i)))));
        }

        return columns;
    }

    /// <summary>A bar for each link, in units of its speed; the fullest is the highest.</summary>
    private static string Spark(AnalyzeTechnique technique, IReadOnlyList<AnalyzeLink> links)
    {
        double[] loads = [.. (technique.Links ?? []).Select((load, i) => links[i].SpeedBps == 0 ? 0 : (double)load.Bytes / links[i].SpeedBps)];
        return Sparkline.Of(loads.Select(load => load / Math.Max(loads.Max(), double.Epsilon)));
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
