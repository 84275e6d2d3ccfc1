using System.Globalization;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Replay;

/// <summary>What is to be replayed: every technique over the links asked for, and over each other set of links.</summary>
internal sealed class ReplayPlan
{
    // The rest of the memory is for what the capture needs.
    private const long TableBytesMax = 60_000_000;

    private ReplayPlan(PolicySet policies, ReplayLinks links, IReadOnlyList<ReplayLinks> variants) =>
        (Policies, Links, Variants) = (policies, links, variants);

    /// <summary>The policies of all techniques.</summary>
    public PolicySet Policies { get; }

    /// <summary>The links asked for.</summary>
    public ReplayLinks Links { get; }

    /// <summary>Other links, as asked for.</summary>
    public IReadOnlyList<ReplayLinks> Variants { get; }

    /// <summary>Bytes of the rules' tables, whatever the capture.</summary>
    public long FixedBytes => Variants.Append(Links).Sum(links => links.TableBytes);

    /// <summary>Bytes that every live entry takes: its link under each technique, and what rules that move are told of it.</summary>
    public int BytesPerEntry
    {
        get
        {
            int rules = DynamicPolicies.Count;
            int bytes = rules * sizeof(uint);
            foreach (ReplayLinks links in Variants.Append(Links))
            {
                int moving = links.Techniques.Count(technique => !technique.IsStatic);
                bytes += PackedLinks.RowBytesOf(links.Techniques.Count - moving, links.Links.Count)
                    + PackedLinks.RowBytesOf(moving, links.Links.Count);
            }

            return bytes;
        }
    }

    /// <summary>The policies whose hashes are kept, because rules that move ask for them with every packet.</summary>
    public IReadOnlyList<int> DynamicPolicies =>
        [.. Variants.Append(Links).SelectMany(links => links.Techniques).Where(t => !t.IsStatic).Select(t => t.Policy).Distinct().Order()];

    /// <summary>Puts all techniques to work.</summary>
    /// <param name="options">What is asked.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static ReplayPlan? Create(AnalysisOptions options, ICollection<string> faults)
    {
        int before = faults.Count;
        var policies = new PolicySet();
        var links = new ReplayLinks(null, options.Links, LinkId.None);
        for (int i = 0; i < options.Techniques.Count; i++)
        {
            string name = options.Techniques[i];
            if (options.Techniques.Take(i).Contains(name))
            {
                faults.Add($"{name}: stands twice; write it once");
            }
            else
            {
                links.Add(name, i, options.Seed, policies, faults);
            }
        }

        var variants = new List<ReplayLinks>();
        foreach (LinkId without in options.Without.Distinct())
        {
            var rest = new ReplayLinks($"without {options.Links[without.Index].Name}", options.Links, without);
            variants.Add(rest);
            if (!rest.IsUsable)
            {
                faults.Add($"without {options.Links[without.Index].Name}: no link is left that may be chosen; leave another");
            }
        }

        variants.AddRange(options.LinkCounts.Distinct().Select(count => EqualLinks(count, options.Links.First(link => link.Rate.BitsPerSecond > 0))));
        if (faults.Count > before)
        {
            return null;
        }

        foreach (ReplayLinks variant in variants)
        {
            // What fits the links asked for may not fit fewer: then it is left out.
            for (int i = 0; i < options.Techniques.Count; i++)
            {
                variant.Add(options.Techniques[i], i, options.Seed, policies, []);
            }
        }

        var plan = new ReplayPlan(policies, links, variants);
        if (plan.FixedBytes > TableBytesMax)
        {
            string megabytes = (plan.FixedBytes / 1_000_000).ToString(CultureInfo.InvariantCulture);
            faults.Add($"tables of the techniques take {megabytes} MB in all; ask for fewer techniques, other links or buckets");
            return null;
        }

        return plan;
    }

    private static ReplayLinks EqualLinks(int count, Link like)
    {
        Link[] links = [.. Enumerable.Range(0, count).Select(i => like with { Name = i.ToString(CultureInfo.InvariantCulture), Weight = 1 })];
        return new ReplayLinks(count == 1 ? "1 link" : $"{count} links", links, LinkId.None);
    }
}
