using System.Globalization;
using Trunkline.Results;

namespace Trunkline.Reports.Which;

/// <summary>Flows and links as people write them.</summary>
public static class WhichWords
{
    /// <summary>A flow in one line: addresses with ports and protocol, or MAC addresses with EtherType.</summary>
    public static string Flow(WhichAnswer answer)
    {
        IReadOnlyDictionary<string, string> fields = answer.Fields;
        if (!fields.TryGetValue("src", out string? source) || !fields.TryGetValue("dst", out string? destination))
        {
            return $"{fields.GetValueOrDefault("smac")} > {fields.GetValueOrDefault("dmac")} {fields.GetValueOrDefault("ethertype")}";
        }

        return fields.TryGetValue("sport", out string? sourcePort)
            ? $"{source}:{sourcePort} > {destination}:{fields.GetValueOrDefault("dport")} {fields.GetValueOrDefault("proto")}"
            : $"{source} > {destination} {fields.GetValueOrDefault("proto")}{(fields.ContainsKey("fragment") ? " fragment" : "")}";
    }

    /// <summary>The link of an answer, with what is to be known about it.</summary>
    public static string Link(WhichAnswer answer) =>
        answer.NotApplicable is not null ? "not applicable" : $"{Link(answer.Link, answer.LinkName)}{(answer.LinkAssumed == true ? " (assumed)" : "")}";

    /// <summary>The link under another circumstance.</summary>
    public static string Link(WhichOther other) => Link(other.Link, other.LinkName);

    private static string Link(int? index, string? name) => index is null
        ? "none"
        : name == index.Value.ToString(CultureInfo.InvariantCulture) ? name : $"{name} (index {index})";
}
