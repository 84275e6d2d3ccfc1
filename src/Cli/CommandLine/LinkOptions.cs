using System.Globalization;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Cli.CommandLine;

/// <summary>Reads the members of a bundle from <c>--links</c> and <c>--weights</c>.</summary>
internal static class LinkOptions
{
    /// <summary>Reads <c>4</c> (links named 0 to 3) or <c>e3a,e3b</c>, and one weight for each.</summary>
    /// <returns>The members; null when there is a fault.</returns>
    public static IReadOnlyList<Link>? Read(string links, string? weights, FaultList faults)
    {
        IReadOnlyList<string>? names = ReadNames(links, faults);
        if (names is null)
        {
            return null;
        }

        int[]? shares = weights is null ? null : ReadWeights(weights, names.Count, faults);
        return weights is not null && shares is null
            ? null
            : [.. names.Select((name, i) => new Link(name, Link.DefaultRate) { Weight = shares?[i] ?? 1 })];
    }

    /// <summary>Finds a member by its name, or by its index where none has that name.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="name">As written.</param>
    /// <param name="links">The members.</param>
    /// <param name="faults">Told when there is no such member.</param>
    /// <returns>Null with a fault.</returns>
    public static LinkId? Find(string option, string name, IReadOnlyList<Link> links, FaultList faults)
    {
        for (int i = 0; i < links.Count; i++)
        {
            if (links[i].Name == name)
            {
                return new LinkId(i);
            }
        }

        if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < links.Count)
        {
            return new LinkId(index);
        }

        faults.Add($"{option}: \"{name}\" is no member; write one of {string.Join(", ", links.Select(l => l.Name))}");
        return null;
    }

    private static List<string>? ReadNames(string text, FaultList faults)
    {
        string[] parts = [.. text.Split(',').Select(p => p.Trim())];
        if (parts.Length == 1 && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long count))
        {
            if (count is < 1 or > Bundle.LinksMax)
            {
                faults.Add($"--links: {count} links; write 1 to {Bundle.LinksMax}, or their names: e3a,e3b");
                return null;
            }

            return [.. Enumerable.Range(0, (int)count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        }

        if (parts.Length == 1 && decimal.TryParse(parts[0], CultureInfo.InvariantCulture, out _))
        {
            faults.Add($"--links: {parts[0]} is no whole number; write 1 to {Bundle.LinksMax}, or their names: e3a,e3b");
            return null;
        }

        if (parts.Any(p => p.Length == 0))
        {
            faults.Add($"--links: \"{text}\" has an empty name; write a number (4) or names (e3a,e3b)");
            return null;
        }

        if (parts.GroupBy(p => p).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            faults.Add($"--links: \"{twice.Key}\" stands twice; write each member once");
            return null;
        }

        if (parts.Length > Bundle.LinksMax)
        {
            faults.Add($"--links: {parts.Length} names; write at most {Bundle.LinksMax}");
            return null;
        }

        return [.. parts];
    }

    private static int[]? ReadWeights(string text, int count, FaultList faults)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != count)
        {
            faults.Add($"--weights: {parts.Length} weights for {count} links; write one for each: {string.Join(',', Enumerable.Repeat(1, count))}");
            return null;
        }

        var weights = new int[count];
        bool good = true;
        for (int i = 0; i < count; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out weights[i]) || weights[i] > Link.WeightMax)
            {
                faults.Add($"--weights: \"{parts[i]}\" is no weight; write 0 to {Link.WeightMax}");
                good = false;
            }
        }

        if (good && weights.All(w => w == 0))
        {
            faults.Add("--weights: every weight is 0, so no link is left; write at least one of 1 or more");
            good = false;
        }

        return good ? weights : null;
    }
}
