using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Trunkline.Cli.Which.Devices;

/// <summary>Reads a multipath route from iproute2.</summary>
internal static class RouteReader
{
    /// <summary>Reads the route of a prefix.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="prefix">As <c>ip route</c> shows it: <c>10.0.0.0/8</c> or <c>default</c>.</param>
    /// <param name="ipVersion">Of the packets to send; 0 where it is not known.</param>
    /// <param name="fault">What is wrong and what to write.</param>
    /// <returns>Null with a fault.</returns>
    public static DeviceReading? Read(KernelState kernel, string prefix, int ipVersion, out string fault)
    {
        int own = VersionOf(prefix);
        if (own == 0 && prefix != "default")
        {
            fault = $"\"{prefix}\" is no prefix; write it as ip route shows it: route/10.0.0.0/8, route/2001:db8::/32 or route/default";
            return null;
        }

        if (own != 0 && ipVersion != 0 && own != ipVersion)
        {
            fault = $"the route {prefix} is for IPv{own} and the flow is IPv{ipVersion}; give --src and --dst of IPv{own}, or a route for IPv{ipVersion}";
            return null;
        }

        // default is a prefix of both; which of the two is meant, the flow says.
        int version = own != 0 ? own : ipVersion != 0 ? ipVersion : 4;
        if (kernel.AskIp(["-j", $"-{version}", "route", "show", "exact", prefix], out fault) is not { } route)
        {
            return null;
        }

        if (NextHop.Number(route, "nhid") is long id && !route.TryGetProperty("nexthops", out _))
        {
            DeviceReading? group = NexthopGroupReader.Read(kernel, id.ToString(CultureInfo.InvariantCulture), version, out fault);
            return group is null ? null : group with { IpVersion = version };
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
            if (NextHop.IsDead(hop, notes))
            {
                continue;
            }

            members.Add(NextHop.NameOf(hop));
            weights.Add((int)(NextHop.Number(hop, "weight") ?? 1));
        }

        return MultipathHash.Read(kernel, new NextHops($"route {prefix}", members, weights, notes), version, version, out fault);
    }

    /// <summary>4 or 6; 0 for <c>default</c>, which both have, and for what is no prefix.</summary>
    private static int VersionOf(string prefix) =>
        !IPAddress.TryParse(prefix.Split('/')[0], out IPAddress? address) ? 0
            : address.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 4;
}
