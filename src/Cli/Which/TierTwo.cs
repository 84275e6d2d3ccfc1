using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Cli.Which;

/// <summary>Follows the flows that the first tier sends to one link through a second tier, and tries remedies on them.</summary>
internal static class TierTwo
{
    /// <summary>A remedy works when no link has more than this times its fair share, and every link is used.</summary>
    private const double GoodImbalance = 1.25;

    private const uint OtherSeed = 0x5eed_1234;

    private const int OtherOffset = 8;

    private static readonly string[] OtherPolicies = ["crc/crc32c", "crc/crc32", "linux-ecmp/l4:seed=0x5eed1234", "rss/toeplitz"];

    /// <summary>Measures the second tier and every remedy on the same flows: those that the first tier sends to a link.</summary>
    public static WhichTierTwo Build(WhichRequest request, LinkId from)
    {
        Decider first = request.Deciders[0];
        Decider second = request.Tier2!;
        var candidates = Candidates(first, second, request.Links).ToList();
        List<Decider> seconds = [second, .. candidates.Select(c => c.Decider)];
        int[][] counts = Measure(first, from, seconds);

        var remedies = candidates
            .Select((candidate, i) => Remedy(candidate, counts[i + 1]))
            .OrderByDescending(r => r.Works)
            .ThenBy(r => r.Imbalance)
            .ToList();
        return new WhichTierTwo
        {
            First = first.Name,
            Second = second.Name,
            FromLink = request.Links[from.Index].Name,
            Flows = counts[0].Sum(),
            Links = request.Links.Count,
            UsedLinks = counts[0].Count(c => c > 0),
            Imbalance = Imbalance(counts[0]),
            Remedies = remedies,
            Warnings = [.. Warnings(second, candidates, counts)],
        };
    }

    private static IEnumerable<(string Change, bool IsSeed, Decider Decider)> Candidates(Decider first, Decider second, IReadOnlyList<Link> links)
    {
        var ignored = new List<string>();
        string plain = second.Entry.Descriptor.Name;
        if (Decider.SeedName(second.Entry) is string seed
            && second.With(seed, $"0x{OtherSeed:x}", links) is { } seeded)
        {
            yield return ($"the same policy with another {seed}", true, seeded);
        }

        if (second.Entry.Descriptor.Parameters.Any(p => p.Name == "offset")
            && second.With("offset", $"{OtherOffset}", links) is { } shifted)
        {
            yield return ($"other bits of the same hash (offset {OtherOffset})", false, shifted);
        }

        foreach (string other in OtherPolicies)
        {
            string name = other.Split(':')[0];
            if (name != plain && name != first.Entry.Descriptor.Name && Decider.Create(other, null, null, links, ignored) is { } changed)
            {
                yield return ("another hash function", false, changed);
            }
        }
    }

    private static int[][] Measure(Decider first, LinkId from, IReadOnlyList<Decider> seconds)
    {
        int[][] counts = [.. seconds.Select(s => new int[s.Bundle.Count])];
        FlowSample.Visit((in PacketHeaders packet) =>
        {
            if (first.Decide(packet).Link != from)
            {
                return;
            }

            for (int i = 0; i < seconds.Count; i++)
            {
                LinkId link = seconds[i].Decide(packet).Link;
                if (!link.IsNone)
                {
                    counts[i][link.Index]++;
                }
            }
        });
        return counts;
    }

    private static WhichRemedy Remedy((string Change, bool IsSeed, Decider Decider) candidate, int[] counts)
    {
        int used = counts.Count(c => c > 0);
        double imbalance = Imbalance(counts);
        return new WhichRemedy(candidate.Change, candidate.Decider.Name, used, imbalance, used == counts.Length && imbalance <= GoodImbalance);
    }

    private static IEnumerable<string> Warnings(
        Decider second,
        List<(string Change, bool IsSeed, Decider Decider)> candidates,
        int[][] counts)
    {
        bool isPolarized = counts[0].Count(c => c > 0) < counts[0].Length || Imbalance(counts[0]) > GoodImbalance;
        for (int i = 0; i < candidates.Count; i++)
        {
            if (isPolarized && candidates[i].IsSeed && Imbalance(counts[i + 1]) > GoodImbalance)
            {
                yield return $"another seed on {second.Entry.Descriptor.Name} does nothing: the hash is linear, so a seed XORs the same constant into every flow's hash";
            }
        }

        if (isPolarized && Decider.SeedName(second.Entry) is null)
        {
            yield return $"{second.Entry.Descriptor.Name} has no seed; change the policy or the bits of one tier";
        }
    }

    private static double Imbalance(int[] counts)
    {
        int total = counts.Sum();
        return total == 0 ? 1 : counts.Max() * (double)counts.Length / total;
    }
}
