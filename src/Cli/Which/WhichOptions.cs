using System.CommandLine;
using System.CommandLine.Completions;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fills;

namespace Trunkline.Cli.Which;

/// <summary>The options of <c>which</c>.</summary>
internal static class WhichOptions
{
    /// <summary>What is asked.</summary>
    public static Option<string> Policy { get; } = Completed(new("--policy", "-p")
    {
        Description = "A policy with its parameters (crc/crc32:offset=8), several joined by commas, or all [default: all]",
    }, ["all", .. Policies]);

    /// <summary>The members.</summary>
    public static Option<string> Links { get; } = new("--links", "-l")
    {
        Description = "How many members (1 to 64, named 0, 1, …), or their names in index order: e3a,e3b [default: 4]",
    };

    /// <summary>The members' weights.</summary>
    public static Option<string> Weights { get; } = new("--weights")
    {
        Description = "One weight for each member, 0 to 256; 0 drains it [default: all 1]",
    };

    /// <summary>The seed.</summary>
    public static Option<string> Seed { get; } = new("--seed")
    {
        Description = "Seed or basis of the policies that have one, 0 to 4294967295 [default: 0]",
    };

    /// <summary>How buckets get their links.</summary>
    public static Option<string> Fill { get; } = Completed(new("--fill")
    {
        Description = "How buckets get their links: modulo, hash-threshold, resilient, table, maglev [default: the policy's own]",
    }, [.. FillCatalog.All.Select(f => f.Descriptor.Name)]);

    /// <summary>Flows from a file.</summary>
    public static Option<string> Capture { get; } = new("--capture", "-c")
    {
        Description = "Ask for every flow of a capture file (pcap or pcapng, also in gzip or zstd; - for standard input) instead of one given by fields",
    };

    /// <summary>Members and policy from the kernel.</summary>
    public static Option<string> Device { get; } = new("--device")
    {
        Description = "Read members, policy and seed from this host's kernel: bond0, nexthop/ID or route/PREFIX",
    };

    /// <summary>The other end.</summary>
    public static Option<string> Reverse { get; } = Completed(new("--reverse-policy")
    {
        Description = "The policy of the other end: shows the link of the packets that come back",
    }, Policies);

    /// <summary>A member that goes.</summary>
    public static Option<string> Without { get; } = new("--without")
    {
        Description = "A member (name or index) that goes: shows what moves",
    };

    /// <summary>A second tier.</summary>
    public static Option<string> Tier2 { get; } = Completed(new("--tier2")
    {
        Description = "The policy of a second tier of balancers behind the link: shows which of its links are still used",
    }, Policies);

    /// <summary>Whether the packet is a fragment.</summary>
    public static Option<bool> Fragment { get; } = new("--fragment") { Description = "The packet is an IP fragment, so it has no ports", Arity = ArgumentArity.Zero };

    /// <summary>Whether a program reads the answer.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document (trunkline.which/1)", Arity = ArgumentArity.Zero };

    /// <summary>One option for each header field.</summary>
    public static IReadOnlyList<(FieldOption Field, Option<string> Option)> Fields { get; } =
        [.. FieldOption.All.Select(f => (f, Completed(new($"--{f.Name}") { Description = f.Help }, f.Names)))];

    /// <summary>All of them, in the order of the help.</summary>
    public static IEnumerable<Option> All =>
        [Policy, Links, Weights, Seed, Fill, Capture, Device, Reverse, Without, Tier2, .. Fields.Select(f => f.Option), Fragment, Json];

    private static IReadOnlyList<string> Policies => [.. PolicyCatalog.All.Select(e => e.Descriptor.Name)];

    /// <summary>Offers values to shells; behind a comma again, where an option takes several.</summary>
    private static Option<string> Completed(Option<string> option, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return option;
        }

        // Else the help would list every value where the name stands.
        option.HelpName = option.Name.TrimStart('-');
        option.CompletionSources.Add(context =>
        {
            string typed = context.WordToComplete;
            string before = typed[..(typed.LastIndexOf(',') + 1)];
            return values
                .Select(v => before + v)
                .Where(v => v.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Select(v => new CompletionItem(v));
        });
        return option;
    }
}
