using Spectre.Console;
using Trunkline.Cli.CommandLine;
using Trunkline.Reports;
using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>Prints how the real box spread the traffic, and how techniques would over other links.</summary>
internal static class SplitTables
{
    private const int PoliciesShownMax = 8;

    /// <summary>Prints what each member carried, and which policy explains it.</summary>
    public static void PrintObserved(AnalyzeObserved? observed, TextWriter output)
    {
        if (observed is null)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"As captured: imbalance {Figures.Ratio(observed.Imbalance)}, {Figures.Count(observed.SplitFlows)} flows on more than one member");
        long all = observed.Links.Sum(l => l.Bytes);
        Table members = Terminal.Table("member", ">frames", ">bytes", ">share");
        foreach (AnalyzeLoad link in observed.Links)
        {
            members.AddTextRow(link.Name, Figures.Count(link.Frames), Figures.Bytes(link.Bytes), Figures.Percent(all == 0 ? 0 : (double)link.Bytes / all));
        }

        Terminal.Write(output, members);
        if (observed.Policies.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("Which policy is the box running? Share of the flows that each explains");
        Table policies = Terminal.Table("policy", ">agreement", ">by chance");
        foreach (AnalyzeAgreement policy in observed.Policies.Take(PoliciesShownMax))
        {
            policies.AddTextRow(policy.Policy, Figures.Percent(policy.Agreement), Figures.Percent(policy.ByChance));
        }

        Terminal.Write(output, policies);
        if (observed.Policies.Count > PoliciesShownMax)
        {
            output.WriteLine($"and {observed.Policies.Count - PoliciesShownMax} more, none of them better");
        }
    }

    /// <summary>Prints the techniques against other links: a row for each technique, a column for each change.</summary>
    public static void PrintWhatIf(IReadOnlyList<AnalyzeWhatIf>? answers, TextWriter output)
    {
        if (answers is null || answers.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine("What if: imbalance (and share of the flows that move)");
        string[] changes = [.. answers.Select(a => a.Change).Distinct()];
        Table table = Terminal.Table(["technique", .. changes.Select(c => $">{c}")]);
        foreach (IGrouping<string, AnalyzeWhatIf> technique in answers.GroupBy(a => a.Technique))
        {
            table.AddTextRow([technique.Key, .. changes.Select(change => Answer(technique.FirstOrDefault(a => a.Change == change)))]);
        }

        Terminal.Write(output, table);
    }

    private static string Answer(AnalyzeWhatIf? answer) => answer is null ? ""
        : answer.FlowsMoved is null ? Figures.Ratio(answer.Imbalance)
        : $"{Figures.Ratio(answer.Imbalance)} ({Figures.Percent(answer.FlowsMoved)})";
}
