using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Reports;
using Trunkline.Reports.Which;
using Trunkline.Results;

namespace Trunkline.Cli.Which;

/// <summary>Prints answers for people.</summary>
internal static class WhichTables
{
    private const int FlowsShownMax = 20;

    /// <summary>Prints everything that was found.</summary>
    public static void Print(WhichResult result, TextWriter output)
    {
        if (result.Device is not null)
        {
            output.WriteLine($"{result.Device}: {string.Join(", ", result.LinkNames)}");
        }

        if (result.Spread is not null)
        {
            PrintCapture(result, output);
        }
        else if (result.Results.Count == 1)
        {
            PrintOne(result.Results[0], result.About, output);
        }
        else
        {
            PrintSideBySide(result, output);
        }

        foreach (WhichLoss loss in result.Without ?? [])
        {
            output.WriteLine(
                $"without {loss.LinkName}: {Figures.Percent(loss.Moved)} of {Figures.Count(loss.Flows)} {Named(result, loss)}{loss.Sample} move, {Figures.Percent(loss.MustMove)} had to");
        }

        PrintTier2(result.Tier2, output);
        foreach (string note in result.Notes)
        {
            Terminal.WriteParagraph(output, $"note: {note}");
        }
    }

    private static void PrintOne(WhichAnswer answer, WhichAbout? about, TextWriter output)
    {
        output.WriteLine($"policy  {answer.Policy}, fill {answer.Fill}");
        output.WriteLine($"fields  {Fields(answer)}");
        if (answer.Missing is not null)
        {
            output.WriteLine($"needs   {string.Join(", ", answer.Missing)}");
            return;
        }

        if (answer.NotApplicable is not null)
        {
            output.WriteLine($"link    not applicable: {answer.NotApplicable}");
            return;
        }

        output.WriteLine($"why     {about!.Summary}");
        output.WriteLine($"key     {answer.Key}");
        output.WriteLine($"hash    {answer.Hash}");
        output.WriteLine($"bucket  {answer.Bucket} of {answer.Buckets}");
        output.WriteLine($"link    {WhichWords.Link(answer)}");
        if (answer.Reverse is { } back)
        {
            output.WriteLine($"return  {WhichWords.Link(back)} by {back.Policy}, hash {back.Hash}: {(back.Same ? "the same link" : "another link")}");
        }

        if (answer.Without is { } without)
        {
            output.WriteLine($"then    {WhichWords.Link(without)}{(without.Same ? ", it stays" : ", it moves")}");
        }
    }

    private static void PrintSideBySide(WhichResult result, TextWriter output)
    {
        WhichAnswer first = result.Results[0];
        output.WriteLine($"{Fields(first)} over {result.Links} links");
        var heads = new List<string> { "policy", "hash", ">bucket", "link" };
        if (first.Reverse is not null || result.Results.Any(a => a.Reverse is not null))
        {
            heads.Add("return");
        }

        if (result.Without is not null)
        {
            heads.Add("then");
        }

        Table table = Terminal.Table(heads);
        foreach (WhichAnswer answer in result.Results)
        {
            List<string> cells = answer.Missing is { } missing
                ? [answer.Policy, $"needs {string.Join(", ", missing)}", "", ""]
                : answer.NotApplicable is not null
                ? [answer.Policy, "not applicable", "", ""]
                : [answer.Policy, answer.Hash!, $"{answer.Bucket} of {answer.Buckets}", WhichWords.Link(answer)];
            if (heads.Contains("return"))
            {
                cells.Add(answer.Reverse is null ? "" : WhichWords.Link(answer.Reverse));
            }

            if (heads.Contains("then"))
            {
                cells.Add(answer.Without is null ? "" : WhichWords.Link(answer.Without));
            }

            table.AddTextRow(cells);
        }

        Terminal.Write(output, table);
    }

    private static void PrintCapture(WhichResult result, TextWriter output)
    {
        IReadOnlyList<WhichSpread> spreads = result.Spread!;
        int policies = spreads.Count;
        long other = result.OtherConversations ?? 0;
        long flows = (result.Flows ?? 0) + other;
        string layer2 = other == 0 ? "" : $" and {Figures.Count(other)} layer-2 conversations";
        output.WriteLine($"{Figures.Count(flows - other)} flows{layer2} over {result.Links} links");
        if (policies == 1)
        {
            Table table = Terminal.Table("flow", ">frames", ">bytes", "hash", "link");
            foreach (WhichAnswer answer in result.Results.Take(FlowsShownMax))
            {
                table.AddTextRow(WhichWords.Flow(answer), Figures.Count(answer.Frames ?? 0), Figures.Count(answer.Bytes ?? 0), answer.Hash ?? "", WhichWords.Link(answer));
            }

            Terminal.Write(output, table);
            if (flows > FlowsShownMax)
            {
                output.WriteLine($"… and {Figures.Count(flows - FlowsShownMax)} smaller flows; --json has them all");
            }

            output.WriteLine();
        }

        Table spread = Terminal.Table(["policy", ">imbalance", .. result.LinkNames.Select(n => $">{n}")]);
        foreach (WhichSpread row in spreads.OrderBy(s => s.Imbalance))
        {
            long total = row.Links.Sum(l => l.Bytes);
            spread.AddTextRow(
            [
                row.Policy,
                Figures.Ratio(row.Imbalance),
                .. row.Links.Select(l => Figures.Percent(total == 0 ? 0 : l.Bytes / (double)total)),
            ]);
        }

        Terminal.Write(output, spread);
        output.WriteLine("imbalance: bytes of the fullest link ÷ mean; below each link its share of the bytes");
    }

    private static void PrintTier2(WhichTierTwo? tier2, TextWriter output)
    {
        if (tier2 is null)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"second tier {tier2.Second}: the flows that {tier2.First} sends to link {tier2.FromLink} use {tier2.UsedLinks} of {tier2.Links} links, fullest ÷ mean {Figures.Ratio(tier2.Imbalance)} ({Figures.Count(tier2.Flows)} random TCP flows)");
        Table table = Terminal.Table("remedy", "second tier", ">links used", ">fullest ÷ mean", "works");
        foreach (WhichRemedy remedy in tier2.Remedies)
        {
            table.AddTextRow(
                remedy.Change,
                remedy.Policy,
                $"{remedy.UsedLinks} of {tier2.Links}",
                Figures.Ratio(remedy.Imbalance),
                remedy.Works ? "yes" : "no");
        }

        Terminal.Write(output, table);
        foreach (string warning in tier2.Warnings)
        {
            Terminal.WriteParagraph(output, $"warning: {warning}");
        }
    }

    private static string Fields(WhichAnswer answer) => string.Join(", ", answer.Fields.Select(f => $"{f.Key} {f.Value}"));

    private static string Named(WhichResult result, WhichLoss loss) => result.Without!.Count > 1 ? $"({loss.Policy}) " : "";
}
