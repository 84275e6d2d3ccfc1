using System.Globalization;
using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Testing;
using Trunkline.Testing.Network;

namespace Trunkline.Core.Tests.Balancing.Fills;

/// <summary>The running kernel as judge: which bucket of a resilient next-hop group holds which member.</summary>
public class ResilientKernelTests
{
    [Fact]
    public void Resilient_ThroughLossReturnAndWeights_HoldsTheKernelsBuckets()
    {
        Require.Namespaces();
        using var host = new NetworkNamespace();
        MakeGroup(host, 64, 1, 1, 1, 1);

        var bundle = new Bundle(TestLinks.Equal(4));
        IFill fill = TestFills.Make("resilient:buckets=64", bundle);
        Assert.Equal(Buckets(host), fill.Links());

        // A next hop that is removed leaves its groups.
        host.Check("ip", "nexthop", "delete", "id", "2");
        bundle.Down(1);
        fill.OnLinkChange();
        Assert.Equal(Buckets(host), fill.Links());

        // It is put back in its place.
        AddNextHop(host, 2);
        host.Run("ip", Group("replace", "1/2/3/4")).OrThrow();
        bundle.Up(1);
        fill.OnLinkChange();
        Assert.Equal(Buckets(host), fill.Links());

        // Two at once.
        host.Run("ip", Group("replace", "2/4")).OrThrow();
        bundle.Down(0, 2);
        fill.OnLinkChange();
        Assert.Equal(Buckets(host), fill.Links());
    }

    [Theory]
    [InlineData(100, 1, 2, 3, 5)]
    [InlineData(7, 1, 1, 1, 1)]
    [InlineData(64, 200, 1, 1, 30)]
    public void Resilient_OfWeights_StartsAsTheKernels(int buckets, params int[] weights)
    {
        Require.Namespaces();
        using var host = new NetworkNamespace();
        MakeGroup(host, buckets, weights);

        Assert.Equal(Buckets(host), TestFills.Make($"resilient:buckets={buckets}", new Bundle(TestLinks.Weighted(weights))).Links());
    }

    private static void MakeGroup(NetworkNamespace host, int buckets, params int[] weights)
    {
        host.Check("ip", "link", "add", "name", "uplink", "type", "veth", "peer", "name", "peer");
        host.Check("ip", "link", "set", "dev", "uplink", "up");
        host.Check("ip", "link", "set", "dev", "peer", "up");
        host.Check("ip", "address", "add", "10.0.0.1/24", "dev", "uplink");
        for (int i = 1; i <= weights.Length; i++)
        {
            AddNextHop(host, i);
        }

        string members = string.Join('/', weights.Select((weight, i) => $"{i + 1},{weight}"));
        CommandResult made = host.Run("ip", Group("add", members, "buckets", $"{buckets}"));
        if (made.ExitCode != 0)
        {
            Assert.Skip($"needs resilient next-hop groups (Linux 5.14): {made.Error.Trim()}");
        }
    }

    private static void AddNextHop(NetworkNamespace host, int id) =>
        host.Check("ip", "nexthop", "add", "id", $"{id}", "via", $"10.0.0.{id + 1}", "dev", "uplink");

    private static string[] Group(string verb, string members, params string[] more) =>
        ["nexthop", verb, "id", "10", "group", members, "type", "resilient", .. more];

    /// <summary>Member of each bucket, counted from 0, as <c>ip nexthop bucket show</c> prints them.</summary>
    private static int[] Buckets(NetworkNamespace host)
    {
        var links = new SortedDictionary<int, int>();
        string shown = host.Check("ip", "nexthop", "bucket", "show", "id", "10");
        foreach (string line in shown.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            links[Number(words, "index")] = Number(words, "nhid") - 1;
        }

        return [.. links.Values];
    }

    private static int Number(string[] words, string name) =>
        int.Parse(words[Array.IndexOf(words, name) + 1], CultureInfo.InvariantCulture);
}
