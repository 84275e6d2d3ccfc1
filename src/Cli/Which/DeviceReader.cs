using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Trunkline.Cli.Which;

/// <summary>What a device of this host says of its members and its policy.</summary>
/// <param name="Source">What was read, for people.</param>
/// <param name="Members">Names of the members that can send, in the order in which the kernel indexes them.</param>
/// <param name="Weights">One for each member; null where all are alike.</param>
/// <param name="Policy">The policy that the kernel runs, with its parameters.</param>
/// <param name="Notes">Members left out, and why.</param>
internal sealed record DeviceReading(
    string Source,
    IReadOnlyList<string> Members,
    IReadOnlyList<int>? Weights,
    string Policy,
    IReadOnlyList<string> Notes);

/// <summary>Reads a bond, a nexthop group or a multipath route from the running kernel.</summary>
/// <remarks>
/// A bond's state is in <c>/sys/class/net/NAME/bonding</c> (Documentation/networking/bonding.rst); groups and routes
/// are asked of iproute2; policy and seed of ECMP are the sysctls <c>net.ipv4.fib_multipath_hash_*</c>
/// (Documentation/networking/ip-sysctl.rst; the seed since Linux 6.11).
/// </remarks>
/// <param name="root">The folder that holds <c>sys</c> and <c>proc</c>: <c>/</c>, or a copy in a test.</param>
/// <param name="runIp">Runs <c>ip</c> with arguments and returns what it printed, or null with a message when it failed.</param>
internal sealed class DeviceReader(string root, Func<string[], (string? Output, string Error)> runIp)
{
    private static readonly TimeSpan IpTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reads the running kernel.</summary>
    public static DeviceReader OfThisHost() => new("/", RunIp);

    /// <summary>Reads <c>bond0</c>, <c>nexthop/10</c> or <c>route/10.0.0.0/8</c>.</summary>
    /// <returns>What it says; or null, and the fault tells what is wrong and what to write.</returns>
    public DeviceReading? Read(string device, out string fault)
    {
        fault = "";
        if (device.Length == 0 || device.Any(char.IsControl))
        {
            fault = "that is no device's name; write a bond (bond0), nexthop/ID or route/PREFIX";
            return null;
        }

        if (device.StartsWith("nexthop/", StringComparison.Ordinal))
        {
            return ReadNexthopGroup(device["nexthop/".Length..], out fault);
        }

        if (device.StartsWith("route/", StringComparison.Ordinal))
        {
            return ReadRoute(device["route/".Length..], out fault);
        }

        string folder = Path.Combine(root, "sys/class/net", Path.GetFileName(device));
        if (!Directory.Exists(folder))
        {
            fault = $"no device \"{device}\" on this host; write a bond (bond0), nexthop/ID or route/PREFIX";
            return null;
        }

        if (!Directory.Exists(Path.Combine(folder, "bonding")))
        {
            fault = $"{device} is no bond (it has no bonding folder in sysfs); write a bond, nexthop/ID or route/PREFIX, or say it by hand with --policy and --links";
            return null;
        }

        return ReadBond(device, folder, out fault);
    }

    private DeviceReading? ReadBond(string device, string folder, out string fault)
    {
        fault = "";
        string mode = Word(Path.Combine(folder, "bonding/mode"));
        string[] slaves = ReadText(Path.Combine(folder, "bonding/slaves")).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (mode is not ("balance-xor" or "802.3ad"))
        {
            string active = ReadText(Path.Combine(folder, "bonding/active_slave"));
            fault = mode switch
            {
                "active-backup" => $"{device} is active-backup: everything takes {(active.Length > 0 ? active : "its one active slave")}, and no policy decides",
                "balance-rr" => $"{device} is balance-rr: each packet takes the next slave, and no policy decides",
                "broadcast" => $"{device} is broadcast: each packet takes every slave",
                _ => $"{device} is {mode}: its buckets move with the load, so no link can be named beforehand; --policy with --links shows the hash",
            };
            return null;
        }

        var members = new List<string>();
        var notes = new List<string>();
        string aggregator = mode == "802.3ad" ? ReadText(Path.Combine(folder, "bonding/ad_aggregator")) : "";
        foreach (string slave in slaves)
        {
            string own = Path.Combine(root, "sys/class/net", slave, "bonding_slave");
            if (ReadText(Path.Combine(own, "mii_status")) is not ("up" or "") and string status)
            {
                notes.Add($"{slave} is left out: its link is {status}");
            }
            else if (mode == "802.3ad" && ReadText(Path.Combine(own, "ad_aggregator_id")) is string id && id != aggregator)
            {
                notes.Add($"{slave} is left out: it is in aggregator {id}, and {aggregator} is active");
            }
            else if (mode == "802.3ad" && ReadText(Path.Combine(own, "state")) is "backup")
            {
                notes.Add($"{slave} is left out: it is negotiating still");
            }
            else
            {
                members.Add(slave);
            }
        }

        if (members.Count == 0)
        {
            fault = $"{device} has no slave that can send{(notes.Count > 0 ? $" ({string.Join("; ", notes)})" : "")}";
            return null;
        }

        return new DeviceReading(
            $"{device}, {mode}",
            members,
            null,
            $"linux-bond/{Word(Path.Combine(folder, "bonding/xmit_hash_policy"))}",
            notes);
    }

    private DeviceReading? ReadNexthopGroup(string id, out string fault)
    {
        if (!uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            fault = $"\"{id}\" is no nexthop id; write nexthop/10";
            return null;
        }

        if (AskIp(["-j", "nexthop", "show", "id", id], out fault) is not { } group)
        {
            return null;
        }

        if (!group.TryGetProperty("group", out JsonElement entries))
        {
            fault = $"nexthop {id} is no group; write the id of a group";
            return null;
        }

        if (Text(group, "type") == "resilient")
        {
            fault = $"nexthop group {id} is resilient: its buckets stay where traffic keeps them, so no link can be worked out; ip nexthop bucket show id {id} has the table, and which --fill resilient a fresh one";
            return null;
        }

        var members = new List<string>();
        var weights = new List<int>();
        var notes = new List<string>();
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            string member = entry.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);
            if (AskIp(["-j", "nexthop", "show", "id", member], out fault) is not { } hop)
            {
                return null;
            }

            if (IsDead(hop, notes))
            {
                continue;
            }

            members.Add(NameOf(hop));
            weights.Add(entry.TryGetProperty("weight", out JsonElement weight) ? weight.GetInt32() : 1);
        }

        bool isIpv6 = members.Any(m => m.Contains(':', StringComparison.Ordinal));
        return EcmpReading($"nexthop group {id}", members, weights, notes, isIpv6, out fault);
    }

    private DeviceReading? ReadRoute(string prefix, out string fault)
    {
        bool isIpv6 = prefix.Contains(':', StringComparison.Ordinal);
        if (AskIp(["-j", isIpv6 ? "-6" : "-4", "route", "show", "exact", prefix], out fault) is not { } route)
        {
            return null;
        }

        if (Number(route, "nhid") is long id && !route.TryGetProperty("nexthops", out _))
        {
            return ReadNexthopGroup(id.ToString(CultureInfo.InvariantCulture), out fault);
        }

        if (!route.TryGetProperty("nexthops", out JsonElement hops))
        {
            fault = $"the route {prefix} has one next hop; write a multipath route";
            return null;
        }

        var members = new List<string>();
        var weights = new List<int>();
        var notes = new List<string>();
        foreach (JsonElement hop in hops.EnumerateArray())
        {
            if (IsDead(hop, notes))
            {
                continue;
            }

            members.Add(NameOf(hop));
            weights.Add((int)(Number(hop, "weight") ?? 1));
        }

        return EcmpReading($"route {prefix}", members, weights, notes, isIpv6, out fault);
    }

    private DeviceReading? EcmpReading(
        string source, List<string> members, List<int> weights, List<string> notes, bool isIpv6, out string fault)
    {
        if (members.Count == 0)
        {
            fault = $"{source} has no next hop that can send ({string.Join("; ", notes)})";
            return null;
        }

        string family = isIpv6 ? "ipv6" : "ipv4";
        string policy = ReadText(Path.Combine(root, $"proc/sys/net/{family}/fib_multipath_hash_policy"));
        string seed = ReadText(Path.Combine(root, "proc/sys/net/ipv4/fib_multipath_hash_seed"));
        string fields = ReadText(Path.Combine(root, $"proc/sys/net/{family}/fib_multipath_hash_fields"));
        if (seed is "" or "0")
        {
            fault = $"{source}: the kernel's hash key is random and cannot be read; set sysctl net.ipv4.fib_multipath_hash_seed (Linux 6.11 and later), or name the policy with --policy and --links to see the spread";
            return null;
        }

        string? name = policy switch
        {
            "0" => "linux-ecmp/l3",
            "1" => "linux-ecmp/l4",
            "2" => "linux-ecmp/l3-inner",
            "3" => $"linux-ecmp/custom:fields={fields}",
            _ => null,
        };
        if (name is null)
        {
            fault = $"{source}: net.{family}.fib_multipath_hash_policy is \"{policy}\", and 0 to 3 are known";
            return null;
        }

        fault = "";
        return new DeviceReading(
            source,
            members,
            weights,
            $"{name}:seed={seed}",
            [.. notes, "for packets of this host's own, recent kernels prefer the next hop on whose link the source address is"]);
    }

    private JsonElement? AskIp(string[] arguments, out string fault)
    {
        (string? output, string error) = runIp(arguments);
        if (output is null)
        {
            fault = $"ip {string.Join(' ', arguments)}: {error}";
            return null;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(output.Length == 0 ? "[]" : output);
            if (document.RootElement.ValueKind == JsonValueKind.Array && document.RootElement.GetArrayLength() > 0)
            {
                fault = "";
                return document.RootElement[0].Clone();
            }

            fault = $"ip {string.Join(' ', arguments)}: nothing of that name on this host";
        }
        catch (JsonException)
        {
            fault = $"ip {string.Join(' ', arguments)}: printed no JSON; iproute2 5.0 or later is needed";
        }

        return null;
    }

    /// <summary>Whether the kernel leaves a next hop out because its link is down.</summary>
    private static bool IsDead(JsonElement hop, List<string> notes)
    {
        bool isDead = hop.TryGetProperty("flags", out JsonElement flags) && flags.EnumerateArray().Any(f => f.GetString() == "dead");
        if (isDead)
        {
            notes.Add($"{NameOf(hop)} is left out: it is dead");
        }

        return isDead;
    }

    private static string NameOf(JsonElement hop)
    {
        string device = Text(hop, "dev") ?? "?";
        return Text(hop, "gateway") is string gateway ? $"{device}/{gateway}" : device;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt64() : null;

    /// <summary>The first word of a file such as <c>layer3+4 1</c>; sysfs prints a choice with its number.</summary>
    private static string Word(string path) => ReadText(path).Split(' ')[0];

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (IOException)
        {
            return "";
        }
        catch (UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static (string? Output, string Error) RunIp(string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ip", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(IpTimeout))
            {
                process.Kill();
                return (null, $"did not answer within {IpTimeout.TotalSeconds} s");
            }

            return process.ExitCode == 0 ? (output.Result, "") : (null, error.Result.Split('\n')[0].Trim());
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (null, "is not installed; install iproute2");
        }
    }
}
