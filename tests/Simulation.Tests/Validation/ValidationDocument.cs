using System.Diagnostics;
using System.Globalization;
using System.Text;
using Trunkline.Testing;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Run by <c>./dev validate</c>: every experiment in full, and docs/validation.md with what came out.</summary>
public sealed class ValidationDocument
{
    private const string Page = "docs/validation.md";

    [Fact(Explicit = true)]
    public void Experiments_RunInFull_HoldAndAreWrittenDown()
    {
        int[] chosen = [.. (Environment.GetEnvironmentVariable("TRUNKLINE_VALIDATE") ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        var missed = new List<string>();
        var sections = new StringBuilder();
        string page = File.ReadAllText(RepositoryRoot.Combine(Page));
        foreach (Experiment experiment in Experiments.All)
        {
            if (chosen.Length > 0 && !chosen.Contains(experiment.Number))
            {
                sections.Append(SectionOf(page, experiment));
                continue;
            }

            var watch = Stopwatch.StartNew();
            Console.Error.WriteLine($"{experiment.Number} {experiment.Title}");
            var rows = new List<Row>();
            foreach (Row row in experiment.Run(Effort.Full))
            {
                rows.Add(row);
                Console.Error.WriteLine($"  {row}");
            }

            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {watch.Elapsed.TotalSeconds:0} s"));
            missed.AddRange(rows.Where(r => !r.Holds).Select(r => $"{experiment.Number} {r}"));
            Append(sections, experiment, rows);
        }

        File.WriteAllText(RepositoryRoot.Combine(Page), Head + sections.ToString().TrimEnd('\n') + '\n');
        Assert.True(missed.Count == 0, string.Join("\n", missed));
    }

    [Fact]
    public void Document_NamesEveryExperiment()
    {
        string page = File.ReadAllText(RepositoryRoot.Combine(Page));
        foreach (Experiment experiment in Experiments.All)
        {
            Assert.Contains(Heading(experiment), page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("| **", page, StringComparison.Ordinal);
    }

    private const string Head = """
        # What the simulator reproduces

        Written by `./dev validate`, which runs what is listed here and fails when a figure is out of its tolerance. Each experiment
        holds the simulator against a closed form or a published figure that was not made with it. Everything runs through the product's own
        engine, transport and rules; seeds are fixed, so that a run gives these very figures on any machine. A shorter form of each
        runs with the ordinary tests, and so do the controls: wrong variants of each experiment, which must miss (`CanMissTests`), for
        an experiment that cannot fail shows nothing.


        """;

    private static string Heading(Experiment experiment) => $"## {experiment.Number}. {experiment.Title}";

    private static void Append(StringBuilder page, Experiment experiment, List<Row> rows)
    {
        page.Append(CultureInfo.InvariantCulture, $"""
            {Heading(experiment)}

            {experiment.Expected}

            Method: {experiment.Method}

            What would make it miss: {experiment.Misses}

            Source: {experiment.Source}.

            | quantity | expected | tolerance | observed | verdict |
            |---|---|---|---|---|

            """);
        foreach (Row row in rows)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $"| {row.Quantity} | {Bound.Text(row.Bound.Expected)} | {row.Bound.Tolerance} | {Bound.Text(row.Observed)} "
                + $"| {row.Verdict} |\n");
        }

        page.Append('\n');
    }

    /// <summary>What the page says of an experiment that is not run now; nothing when it says nothing.</summary>
    private static string SectionOf(string page, Experiment experiment)
    {
        int start = page.IndexOf(Heading(experiment) + "\n", StringComparison.Ordinal);
        int end = start < 0 ? -1 : page.IndexOf("\n## ", start, StringComparison.Ordinal);
        return start < 0 ? "" : page[start..(end < 0 ? page.Length : end + 1)].TrimEnd('\n') + "\n\n";
    }
}
