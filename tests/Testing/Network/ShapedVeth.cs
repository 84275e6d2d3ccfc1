using System.Globalization;
using Trunkline.Core.Units;

namespace Trunkline.Testing.Network;

/// <summary>What a virtual link is like; both directions alike.</summary>
public sealed record ShapedVethOptions
{
    /// <summary>
    /// Its speed, or null for as fast as the machine goes. Keep the sum of a test's links at 200 Mb/s or less: above that two
    /// busy cores, not the shapers, set the pace.
    /// </summary>
    public BitRate? Rate { get; init; } = new BitRate(20_000_000);

    /// <summary>Room for packets that wait; more are dropped at the tail.</summary>
    public ByteCount Limit { get; init; } = new(100_000);

    /// <summary>Tokens that the shaper saves up. Three full frames and a bit keep the rate exact to 100 Mb/s and above.</summary>
    public ByteCount Burst { get; init; } = new(5 * 1024);

    /// <summary>The interface's name in the first namespace, at most 15 characters.</summary>
    public string LeftName { get; init; } = "link0";

    /// <summary>The interface's name in the second namespace, at most 15 characters.</summary>
    public string RightName { get; init; } = "link0";

    /// <summary>Address and prefix length in the first namespace; null for none.</summary>
    public string? LeftAddress { get; init; }

    /// <summary>Address and prefix length in the second namespace; null for none.</summary>
    public string? RightAddress { get; init; }
}

/// <summary>A pair of virtual Ethernet interfaces between two namespaces, each end shaped by a token bucket; gone with either.</summary>
public static class ShapedVeth
{
    /// <summary>Makes the link, shapes it, gives it its addresses and sets it up.</summary>
    /// <exception cref="InvalidOperationException">The kernel refused.</exception>
    public static void Connect(NetworkNamespace left, NetworkNamespace right, ShapedVethOptions options)
    {
        Command.Check(
            "ip", "link", "add", options.LeftName, "netns", left.Name, "type", "veth",
            "peer", "name", options.RightName, "netns", right.Name);
        SetUp(left, options.LeftName, options.LeftAddress, options);
        SetUp(right, options.RightName, options.RightAddress, options);
    }

    private static void SetUp(NetworkNamespace host, string name, string? address, ShapedVethOptions options)
    {
        if (options.Rate is { } rate)
        {
            Command.Check(
                "tc", "-netns", host.Name, "qdisc", "add", "dev", name, "root", "tbf",
                "rate", Write(rate.BitsPerSecond) + "bit", "burst", Write(options.Burst.Bytes), "limit", Write(options.Limit.Bytes));
        }

        if (address is not null)
        {
            Command.Check("ip", "-netns", host.Name, "address", "add", address, "dev", name);
        }

        Command.Check("ip", "-netns", host.Name, "link", "set", name, "up");
    }

    private static string Write(long value) => value.ToString(CultureInfo.InvariantCulture);
}
