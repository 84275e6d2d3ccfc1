using System.Globalization;
using Trunkline.Results;
using Trunkline.Simulation.Techniques;

namespace Trunkline.Simulation;

/// <summary>Says in one sentence what a comparison shows: all of it is read off the figures.</summary>
internal static class ComparisonFinding
{
    // Nearer to the best than this counts as good as the best.
    private const double NearlyEqual = 0.01;

    // Less than one packet of a thousand out of order does not defeat receivers.
    private const double Reordering = 0.001;

    private const int NamesMax = 3;
    private const double Giga = 1e9;
    private const double Micro = 1e6;

    /// <summary>The sentence; null when no technique ran.</summary>
    public static string? Of(CompareResult result)
    {
        CompareTechnique[] ran = [.. result.Techniques.Where(t => t.GoodputFraction is not null && t.Name != FatLinks.Name)];
        if (ran.Length == 0)
        {
            return null;
        }

        CompareTechnique? fat = result.Techniques.FirstOrDefault(t => t.Name == FatLinks.Name && t.GoodputFraction is not null);
        IEnumerable<string?> clauses = [Goodput(ran, fat), Elephants(ran, fat), Reordered(ran), Mice(ran)];
        return $"{string.Join("; ", clauses.OfType<string>())}.";
    }

    private static string Goodput(CompareTechnique[] ran, CompareTechnique? fat)
    {
        double best = ran.Max(t => t.GoodputFraction!.Value);
        CompareTechnique[] near = [.. ran.Where(t => t.GoodputFraction >= (1 - NearlyEqual) * best).OrderByDescending(t => t.GoodputFraction)];
        CompareTechnique first = near[0];
        string figures = Text($"{first.GoodputBps / Giga:0.00} Gb/s, {100 * first.GoodputFraction:0.0} % of the links");
        string rival = fat is null || fat.GoodputFraction <= (1 + NearlyEqual) * best
            ? ""
            : Text($"; one fat link would give {fat.GoodputBps / Giga:0.00}");
        return ran.Length == 1 ? $"{first.Name} delivers {figures}{rival}"
            : near.Length == ran.Length
            ? $"The goodput is much the same with all techniques ({figures}{rival})"
            : $"The most goodput is that of {Names(near)} ({figures}{rival})";
    }

    /// <summary>Whether large flows get more than one link, and of whom.</summary>
    private static string? Elephants(CompareTechnique[] ran, CompareTechnique? fat)
    {
        CompareTechnique[] hashes =
            [.. ran.Where(t => TechniqueCheck.IsStaticHash(t.Name) && t.Elephants is { Count: > 0 } && t.Links!.Count > 1)];
        if (hashes.Length == 0)
        {
            return null;
        }

        // Each is compared with the fastest link: more than that can only come over several.
        double link = hashes.Max(t => t.Links!.Max(l => l.SpeedBps));
        double most = hashes.Max(t => t.Elephants!.Max(e => e.GoodputBps));
        bool HasMore(CompareTechnique technique) => technique.Elephants!.Any(e => e.GoodputBps > link);
        CompareTechnique[] more = [.. ran.Where(HasMore).OrderByDescending(t => t.Elephants!.Max(e => e.GoodputBps))];
        if (most > link || (more.Length == 0 && (fat is null || !HasMore(fat))))
        {
            return null;
        }

        string who = hashes[0].Elephants!.Count == 1 ? "the elephant stays" : "each elephant stays";
        string others = more.Length == 0 ? "and nothing here gives it more" : $"and only {Names(more)} give{(more.Length == 1 ? "s" : "")} it more";
        return Text($"under every hash {who} on one link ({most / Giga:0.00} Gb/s at most), {others}");
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
            + Text($" and worst under {worst.Name} ({Micro * worst.Fct!.Mice.P99!.Value:#,0} us)");
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
