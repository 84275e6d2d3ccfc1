using System.Text.Json;

namespace Trunkline.Cli.Which.Devices;

/// <summary>The next hops of a group or a route.</summary>
/// <param name="Source">What has them, for people.</param>
/// <param name="Members">Names of those that can send.</param>
/// <param name="Weights">One for each.</param>
/// <param name="Notes">Those left out, and why.</param>
internal sealed record NextHops(string Source, IReadOnlyList<string> Members, IReadOnlyList<int> Weights, IReadOnlyList<string> Notes);

/// <summary>One next hop, or what else iproute2 prints as an object.</summary>
internal static class NextHop
{
    /// <summary>Whether the kernel leaves a next hop out because its link is down.</summary>
    public static bool IsDead(JsonElement hop, List<string> notes)
    {
        bool isDead = hop.TryGetProperty("flags", out JsonElement flags) && flags.EnumerateArray().Any(f => f.GetString() == "dead");
        if (isDead)
        {
            notes.Add($"{NameOf(hop)} is left out: it is dead");
        }

        return isDead;
    }

    /// <summary>Its device, and its gateway where it has one.</summary>
    public static string NameOf(JsonElement hop)
    {
        string device = Text(hop, "dev") ?? "?";
        return Text(hop, "gateway") is string gateway ? $"{device}/{gateway}" : device;
    }

    /// <summary>A text of an object; null where there is none.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A number of an object; null where there is none.</summary>
    public static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;
}
