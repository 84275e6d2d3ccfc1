using System.Globalization;
using System.Text.Json;

namespace Trunkline.Cli.Which.Devices;

/// <summary>Reads a group of next hops from iproute2.</summary>
internal static class NexthopGroupReader
{
    /// <summary>Reads the group of an id.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="id">As <c>ip nexthop</c> shows it.</param>
    /// <param name="ipVersion">Of the packets to send; 0 where it is not known.</param>
    /// <param name="fault">What is wrong and what to write.</param>
    /// <returns>Null with a fault.</returns>
    public static DeviceReading? Read(KernelState kernel, string id, int ipVersion, out string fault)
    {
        if (!uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            fault = $"\"{id}\" is no nexthop id; write nexthop/10";
            return null;
        }

        if (kernel.AskIp(["-j", "nexthop", "show", "id", id], out fault) is not { } group)
        {
            return null;
        }

        if (!group.TryGetProperty("group", out JsonElement entries))
        {
            fault = $"nexthop {id} is no group; write the id of a group";
            return null;
        }

        if (NextHop.Text(group, "type") == "resilient")
        {
            fault = $"nexthop group {id} is resilient: its buckets stay where traffic keeps them, so no link can be worked out; ip nexthop bucket show id {id} has the table, and which --fill resilient a fresh one";
            return null;
        }

        var members = new List<string>();
        var weights = new List<int>();
        var notes = new List<string>();
        bool hasIpv4 = false;
        bool hasIpv6 = false;
        foreach (JsonElement entry in entries.EnumerateArray())
        {
            string member = entry.GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);
            if (kernel.AskIp(["-j", "nexthop", "show", "id", member], out fault) is not { } hop)
            {
                return null;
            }

            if (NextHop.IsDead(hop, notes))
            {
                continue;
            }

            string? gateway = NextHop.Text(hop, "gateway");
            hasIpv4 |= gateway is not null && !gateway.Contains(':', StringComparison.Ordinal);
            hasIpv6 |= gateway is not null && gateway.Contains(':', StringComparison.Ordinal);
            members.Add(NextHop.NameOf(hop));
            weights.Add(entry.TryGetProperty("weight", out JsonElement weight) ? weight.GetInt32() : 1);
        }

        if (hasIpv4 && ipVersion == 6)
        {
            fault = $"nexthop group {id} has IPv4 gateways, which IPv6 packets cannot take; give --src and --dst of IPv4";
            return null;
        }

        // IPv4 packets may take IPv6 gateways (RFC 8950), and then IPv4's policy decides.
        var hops = new NextHops($"nexthop group {id}", members, weights, notes);
        return MultipathHash.Read(kernel, hops, ipVersion != 0 ? ipVersion : hasIpv6 ? 6 : 4, hasIpv4 ? 4 : 0, out fault);
    }
}
