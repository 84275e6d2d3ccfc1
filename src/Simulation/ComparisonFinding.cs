using System.Globalization;
using Trunkline.Core.Balancing;
using Trunkline.Core.Units;
using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Techniques;

namespace Trunkline.Simulation;

/// <summary>Says in one sentence what a comparison shows: all of it is read off the figures.</summary>
internal static class ComparisonFinding
{
    // Nearer to the best than this counts as good as the best.
    private const double NearlyEqual = 0.01;

    // Less than one packet of a thousand out of order does not defeat receivers.
    private const double Reordering = 0.001;

    // So many more of the flows are unfinished with one technique than with another that times of those that ended do not say all.
    private const double FlowsMissing = 0.01;

    // Acknowledgements alone are less of what goes forth.
    private const double BackAtLeast = 0.2;

    private const int NamesMax = 3;
    private const double Giga = 1e9;
    private const double Micro = 1e6;

    /// <summary>The sentence; null when no technique ran.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="scenario">What they are of.</param>
    public static string? Of(CompareResult result, Scenario scenario)
    {
        CompareTechnique[] ran = [.. result.Techniques.Where(t => t.GoodputFraction is not null && t.Name != FatLinks.Name)];
        if (ran.Length == 0)
        {
            return null;
        }

        CompareTechnique? fat = result.Techniques.FirstOrDefault(t => t.Name == FatLinks.Name && t.GoodputFraction is not null);
        IEnumerable<string?> clauses = [Goodput(ran, fat), IsSteady(scenario) ? Elephants(ran, fat) : null, Reordered(ran), Mice(ran)];
        return $"{string.Join("; ", clauses.OfType<string>())}.";
    }

    private static string Goodput(CompareTechnique[] ran, CompareTechnique? fat)
    {
        CompareTechnique first = ran.MaxBy(t => t.GoodputFraction)!;
        CompareTechnique[] near = [.. ran.Where(t => IsNear(t, first)).OrderByDescending(t => t.GoodputFraction)];
        string figures = Text($"{first.GoodputBps / Giga:0.00} Gb/s{ShareOf(first)}");
        string rival = fat is null || IsNear(first, fat)
            ? ""
            : Text($"; one fat link would give {fat.GoodputBps / Giga:0.00}");
        return ran.Length == 1 ? $"{first.Name} delivers {figures}{rival}"
            : near.Length == ran.Length
            ? $"The goodput is much the same with all techniques ({figures}{rival})"
            : $"The most goodput is that of {Names(near)} ({figures}{rival})";
    }

    /// <summary>Whether one technique is as good as a better one: nearly, or as far as so few seeds can tell.</summary>
    private static bool IsNear(CompareTechnique technique, CompareTechnique best) =>
        technique.GoodputFraction >= (1 - NearlyEqual) * best.GoodputFraction
        || technique.GoodputFraction + (technique.Ci95 ?? 0) >= best.GoodputFraction - (best.Ci95 ?? 0);

    /// <summary>What a goodput is of; the links' speed is that of one direction.</summary>
    private static string ShareOf(CompareTechnique technique)
    {
        bool isMore = technique.GoodputFraction > 1;
        bool isBack = isMore && technique.LinksBack!.Sum(l => l.Bytes) > BackAtLeast * technique.Links!.Sum(l => l.Bytes);
        return isBack || technique is { Reads: not null, Writes: not null } ? " in both directions"
            : isMore ? ""
            : Text($", {100 * technique.GoodputFraction:0.0} % of the links");
    }

    /// <summary>Whether links stay, and every elephant is there for the whole measured time: else its goodput is no evidence of its links.</summary>
    private static bool IsSteady(Scenario scenario) =>
        !scenario.Events.Any(e => e.Kind is LinkEventKind.Down or LinkEventKind.Up or LinkEventKind.Silent)
        && scenario.Traffic.All(t => t switch
        {
            ElephantTraffic elephants => elephants.Bytes is null && LastStart(elephants) <= SimTime.ToPs(scenario.WarmUp),
            PermutationTraffic permutation => permutation.Start <= scenario.WarmUp,
            _ => true,
        });

    private static long LastStart(ElephantTraffic elephants)
    {
        int flows = Math.Max(elephants.From.Count, elephants.To.Count) * elephants.Count;
        return SimTime.ToPs(elephants.Start) + ((flows - 1) * SimTime.ToPs(elephants.Stagger));
    }

    /// <summary>A policy under any of the static rules, weighted ones among them.</summary>
    private static bool IsStaticHash(string text) =>
        TechniqueCheck.IsStaticHash(text)
        || (TechniqueName.TryParse(text, out TechniqueName? name) is null && name!.Head.Name.StartsWith("static/", StringComparison.Ordinal));

    /// <summary>Whether large flows get more than one link, and of whom.</summary>
    private static string? Elephants(CompareTechnique[] ran, CompareTechnique? fat)
    {
        CompareTechnique[] hashes =
            [.. ran.Where(t => IsStaticHash(t.Name) && t.Elephants is { Count: > 0 } && t.Links!.Count > 1)];
        if (hashes.Length == 0)
        {
            return null;
        }

        // Each is compared with the fastest link: more than that can only come over several.
        long link = hashes.Max(t => t.Links!.Max(l => l.SpeedBps));
        double most = hashes.Max(t => t.Elephants!.Max(e => e.GoodputBps));
        bool HasMore(CompareTechnique technique) => technique.Elephants!.Any(e => e.GoodputBps > link);
        CompareTechnique[] more = [.. ran.Where(HasMore).OrderByDescending(t => t.Elephants!.Max(e => e.GoodputBps))];
        if (most > link || (more.Length == 0 && (fat is null || !HasMore(fat))))
        {
            return null;
        }

        string who = hashes[0].Elephants!.Count == 1 ? "the elephant stays" : "each elephant stays";
        string others = more.Length == 0 ? "nothing here gives" : $"only {Names(more)} give{(more.Length == 1 ? "s" : "")}";
        return Text($"under every hash {who} on one link ({most / Giga:0.00} Gb/s at most), and {others} it more than one link's {new BitRate(link)}");
    }

    private static string? Reordered(CompareTechnique[] ran)
    {
        CompareTechnique[] late = [.. ran.Where(t => t.OutOfOrderFraction > Reordering).OrderByDescending(t => t.OutOfOrderFraction)];
        return late.Length == 0
            ? ran.Any(t => t.OutOfOrder > 0) ? null : "nothing arrives out of order"
            : Text($"{Names(late)} reorder{(late.Length == 1 ? "s" : "")} (up to {100 * late[0].OutOfOrderFraction:0.0} % of the segments)");
    }

    private static string? Mice(CompareTechnique[] ran)
    {
        CompareTechnique[] timed = [.. ran.Where(t => t.Fct!.Mice.Count > 0).OrderBy(t => t.Fct!.Mice.P99)];
        if (timed.Length < 2 || timed[0].Fct!.Mice.P99 >= (1 - NearlyEqual) * timed[^1].Fct!.Mice.P99)
        {
            return null;
        }

        (CompareTechnique best, CompareTechnique worst) = (timed[0], timed[^1]);
        return Text($"mice fare best under {best.Name} (99 % within {Micro * best.Fct!.Mice.P99!.Value:#,0} us)")
            + Text($" and worst under {worst.Name} ({Micro * worst.Fct!.Mice.P99!.Value:#,0} us)")
            + (timed.Max(t => t.UnfinishedFlows) - timed.Min(t => t.UnfinishedFlows) > FlowsMissing * timed.Max(t => t.Flows + t.UnfinishedFlows)
                ? ", of those that ended"
                : "");
    }

    /// <summary>A few names, and how many more.</summary>
    private static string Names(IReadOnlyList<CompareTechnique> techniques)
    {
        string[] names = [.. techniques.Select(t => t.Name)];
        return names.Length switch
        {
            1 => names[0],
            > NamesMax + 1 => $"{string.Join(", ", names.Take(NamesMax))} and {names.Length - NamesMax} others",
            _ => $"{string.Join(", ", names[..^1])} and {names[^1]}",
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
