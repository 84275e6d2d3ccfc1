using System.CommandLine;
using System.Globalization;
using Trunkline.Analysis;
using Trunkline.Cli.CommandLine;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Cli.Analyze;

/// <summary>The options of <c>analyze</c>, and what they ask.</summary>
internal static class AnalyzeOptions
{
    private const string DefaultLinks = "4";

    private static readonly Option<string> Links = new("--links", "-l")
    {
        Description = "How many members (1 to 64, named 0, 1, …), their names in index order (e3a,e3b), or a range (4..8): the first is"
            + $" replayed in full, the others as what-if [default: {DefaultLinks}]",
    };

    private static readonly Option<string> Weights = new("--weights")
    {
        Description = "One weight for each member, 0 to 256; 0 drains it [default: all 1]",
    };

    private static readonly Option<string> Speeds = new("--speed", "--speeds", "-s")
    {
        Description = $"Speed of the members: one for all (25Gb/s) or one for each (10Gb/s,10Gb/s,40Gb/s); imbalance and queues are"
            + $" by speed [default: {Link.DefaultRate}]",
    };

    private static readonly Option<string> Techniques = new("--techniques", "-t")
    {
        Description = "Policies (linux-bond/layer3+4) and rules (flowlet/afs, rebalance/ovs:interval=1s@crc/crc32), joined by commas, or"
            + " all [default: all policies and the main rules]",
        CompletionSources = { TechniqueNames.Complete },
        HelpName = "NAMES",
    };

    private static readonly Option<string> Gaps = new("--gaps")
    {
        Description = $"Idle times that split flowlets [default: {string.Join(',', AnalysisOptions.DefaultGaps)}]",
    };

    private static readonly Option<string> Skew = new("--skew")
    {
        Description = "Difference in delay between the members, 0 or more: what a flow on the move may overtake [default: 3us]",
    };

    private static readonly Option<string> Window = new("--window")
    {
        Description = "Length of a window of the series and of the 99th percentile [default: 100ms]",
    };

    private static readonly Option<string> Seed = new("--seed")
    {
        Description = "Start of what is random, 0 to 18446744073709551615; the same seed gives the same answer [default: 0]",
    };

    private static readonly Option<string[]> Without = new("--without")
    {
        Description = "What if this member (name or index) were gone: one at a time; several joined by commas",
    };

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<Option> All { get; } = [Links, Weights, Speeds, Techniques, Gaps, Skew, Window, Seed, Without];

    /// <summary>Reads what is asked.</summary>
    /// <returns>Null with a fault.</returns>
    public static AnalysisOptions? Read(ParseResult parsed, FaultList faults)
    {
        IReadOnlyList<int> counts = ReadRange(parsed.GetValue(Links), out string links, faults);
        IReadOnlyList<Link>? members = LinkOptions.Read(links, parsed.GetValue(Weights), faults);
        if (members is not null)
        {
            members = ReadSpeeds(parsed.GetValue(Speeds), members, faults);
        }

        var options = new AnalysisOptions
        {
            Links = members ?? [],
            LinkCounts = counts,
            Techniques = ReadTechniques(parsed.GetValue(Techniques), faults),
            Gaps = ReadGaps(parsed.GetValue(Gaps), faults),
            Skew = ReadTime(parsed, Skew, Interval.FromMicroseconds(3), new Interval(0), faults),
            Window = ReadTime(parsed, Window, Interval.FromMilliseconds(100), new Interval(1), faults),
            Seed = ReadSeed(parsed.GetValue(Seed), faults),
            Without = members is null ? [] : ReadWithout(parsed.GetValue(Without) ?? [], members, faults),
        };
        return faults.Any ? null : options;
    }

    /// <summary>Takes <c>4..8</c> apart: four links, and what if there were five to eight.</summary>
    private static int[] ReadRange(string? text, out string links, FaultList faults)
    {
        links = text ?? DefaultLinks;
        int dots = links.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return [];
        }

        string from = links[..dots].Trim();
        bool isRange = int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            & int.TryParse(links[(dots + 2)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int last);
        if (!isRange || first < 1 || last > Bundle.LinksMax || first >= last)
        {
            faults.Add($"--links: \"{links}\" is no range; write from..to, such as 4..8, within 1 to {Bundle.LinksMax}");
            links = DefaultLinks;
            return [];
        }

        links = from;
        return [.. Enumerable.Range(first + 1, last - first)];
    }

    private static IReadOnlyList<Link> ReadSpeeds(string? text, IReadOnlyList<Link> links, FaultList faults)
    {
        if (text is null)
        {
            return links;
        }

        string[] parts = text.Split(',');
        if (parts.Length != 1 && parts.Length != links.Count)
        {
            faults.Add($"--speed: {parts.Length} speeds for {links.Count} links; write one for all (25Gb/s), or one for each");
            return links;
        }

        var rates = new BitRate[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!BitRate.TryParse(parts[i], out rates[i]) || rates[i].BitsPerSecond == 0)
            {
                faults.Add($"--speed: \"{parts[i].Trim()}\" is no speed; write a number with its unit, such as 10Gb/s, up to {BitRate.MaxValue}");
            }
        }

        return [.. links.Select((link, i) => link with { Rate = rates[i % rates.Length] })];
    }

    private static IReadOnlyList<string> ReadTechniques(string? text, FaultList faults)
    {
        if (text is null)
        {
            return AnalysisOptions.DefaultTechniques;
        }

        if (text.Trim() == "all")
        {
            return AnalysisOptions.AllTechniques;
        }

        return TechniqueNames.Read(Techniques.Name, text, ", or all", faults);
    }

    private static IReadOnlyList<Interval> ReadGaps(string? text, FaultList faults)
    {
        if (text is null)
        {
            return AnalysisOptions.DefaultGaps;
        }

        var gaps = new List<Interval>();
        foreach (string part in text.Split(','))
        {
            if (!Interval.TryParse(part, out Interval gap) || gap < Interval.Zero)
            {
                faults.Add($"--gaps: \"{part.Trim()}\" is no time; write times joined by commas, such as 50us,500us");
            }

            gaps.Add(gap);
        }

        if (gaps.Count > AnalysisOptions.GapsMax)
        {
            faults.Add($"--gaps: {gaps.Count} gaps; write at most {AnalysisOptions.GapsMax}");
        }

        return [.. gaps.Distinct().Order()];
    }

    private static Interval ReadTime(ParseResult parsed, Option<string> option, Interval otherwise, Interval least, FaultList faults)
    {
        if (parsed.GetValue(option) is not string text)
        {
            return otherwise;
        }

        if (!Interval.TryParse(text, out Interval time) || time < least)
        {
            faults.Add($"{option.Name}: \"{text}\" is no time of {least} or more; write a number with its unit, such as {otherwise}");
        }

        return time;
    }

    private static ulong ReadSeed(string? text, FaultList faults)
    {
        if (text is null)
        {
            return 0;
        }

        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
        {
            faults.Add($"{Seed.Name}: \"{text}\" is no seed; write 0 to {ulong.MaxValue}");
        }

        return seed;
    }

    private static IReadOnlyList<LinkId> ReadWithout(string[] texts, IReadOnlyList<Link> links, FaultList faults)
    {
        var gone = new List<LinkId>();
        foreach (string name in texts.SelectMany(t => t.Split(',')).Select(n => n.Trim()))
        {
            if (LinkOptions.Find(Without.Name, name, links, faults) is LinkId link && !gone.Contains(link))
            {
                gone.Add(link);
            }
        }

        if (links.Count == 1 && gone.Count > 0)
        {
            faults.Add("--without: there is one link only, so nothing would be left");
        }

        return gone;
    }
}
