using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Reports;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>Prints what the traffic is like: who weighs, whether hashing's assumptions hold, what could move.</summary>
internal static class TrafficTables
{
    private const int ElephantsShownMax = 10;

    /// <summary>Prints all of it.</summary>
    public static void Print(AnalyzeResult result, TextWriter output)
    {
        PrintElephants(result, output);
        PrintAssumptions(result.Assumptions, output);
        PrintFlowlets(result, output);
        PrintBuckets(result.Buckets, output);
        PrintTunnels(result.Tunnels, output);
    }

    private static void PrintElephants(AnalyzeResult result, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(
            $"Elephants: {result.Elephants.Count} flows, {Figures.Percent(result.Elephants.Sum(e => e.Share))} of the bytes; "
            + $"mice: {Figures.Count(result.Mice.Flows)} flows, {Figures.Percent(result.Mice.Share)}");
        if (result.Elephants.Count > 0)
        {
            Table table = Terminal.Table("flow", "proto", ">bytes", ">share", ">seconds", ">rate");
            foreach (AnalyzeElephant flow in result.Elephants.Take(ElephantsShownMax))
            {
                table.AddTextRow(
                    $"{End(flow.Src, flow.Sport)} → {End(flow.Dst, flow.Dport)}", flow.Proto, Figures.Bytes(flow.Bytes), Figures.Percent(flow.Share),
                    Figures.Ratio(flow.Seconds), Figures.Rate(flow.RateBps));
            }

            Terminal.Write(output, table);
        }

        if (result.Elephants.Count > ElephantsShownMax)
        {
            output.WriteLine($"and {result.Elephants.Count - ElephantsShownMax} more");
        }

        if (result.LowEntropy is { } few)
        {
            string pairs = few.QueuePairs > 0 ? $", {Figures.Count(few.QueuePairs)} queue pairs" : "";
            string gain = few.QueuePairs > 0 ? $"; {Figures.Ratio(few.QueuePairFloor)} when queue pairs are hashed too" : "";
            Terminal.WriteParagraph(
                output,
                $"low entropy ({few.Kind}): {Figures.Bytes(few.Bytes)} in {Figures.Count(few.Flows)} flows{pairs}: no hash of 5-tuples gets below an imbalance of {Figures.Ratio(few.FlowFloor)}{gain}");
        }
    }

    private static void PrintAssumptions(AnalyzeAssumptions assumptions, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(
            $"Are the assumptions of hashing met? The traffic spreads like {assumptions.EffectiveFlows:0.#} equal flows; "
            + $"{Figures.Count(assumptions.Seeds)} random hashes tried");
        Table table = Terminal.Table("fullest link exceeds its fair share by", ">probability", ">share of windows", ">equal sessions to avoid it");
        foreach (AnalyzeExcess excess in assumptions.Excess)
        {
            table.AddTextRow($"{100 * excess.Over:0} %", Figures.Percent(excess.Probability), Figures.Percent(excess.WindowShare), Figures.Count(excess.EqualSessions));
        }

        Terminal.Write(output, table);
    }

    private static void PrintFlowlets(AnalyzeResult result, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine(result.SmallestSafeGapSeconds is double safe
            ? $"Flowlets: {Figures.Seconds(safe)} is the smallest gap that is safe for a skew of {Figures.Seconds(result.SkewSeconds)}"
            : $"Flowlets: none of the gaps is safe for a skew of {Figures.Seconds(result.SkewSeconds)}");
        Table table = Terminal.Table(">gap", ">flowlets", ">mean size", ">bytes that could move safely");
        foreach (AnalyzeFlowlets flowlets in result.Flowlets)
        {
            table.AddTextRow(
                Figures.Seconds(flowlets.GapSeconds), Figures.Count(flowlets.Count), Figures.Bytes(flowlets.MeanBytes), Figures.Percent(flowlets.MovableShare));
        }

        Terminal.Write(output, table);
    }

    private static void PrintBuckets(IReadOnlyList<AnalyzeBuckets> tables, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine("Are there idle buckets? Share without a frame, over the windows");
        Table table = Terminal.Table(">buckets", ">mean", ">busiest window");
        foreach (AnalyzeBuckets buckets in tables)
        {
            table.AddTextRow(Figures.Count(buckets.Buckets), Figures.Percent(buckets.IdleShare), Figures.Percent(buckets.IdleShareMin));
        }

        Terminal.Write(output, table);
    }

    private static void PrintTunnels(IReadOnlyList<AnalyzeTunnel>? tunnels, TextWriter output)
    {
        if (tunnels is null)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Tunnels, hashed by CRC-32 of the outer and of the inner 5-tuple");
        Table table = Terminal.Table("tunnel", ">frames", ">bytes", ">outer flows", ">inner flows", ">imbalance by outer", ">by inner");
        foreach (AnalyzeTunnel tunnel in tunnels)
        {
            table.AddTextRow(
                tunnel.Kind, Figures.Count(tunnel.Frames), Figures.Bytes(tunnel.Bytes), Figures.Count(tunnel.OuterFlows), Figures.Count(tunnel.InnerFlows),
                Figures.Ratio(tunnel.OuterImbalance), Figures.Ratio(tunnel.InnerImbalance));
        }

        Terminal.Write(output, table);
    }

    private static string End(string address, int port) =>
        port == 0 ? address : address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}";
}
