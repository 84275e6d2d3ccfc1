using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Puts rules to work from text.</summary>
internal static class TestRules
{
    public static IBalancer Make(string text, Bundle bundle, ulong seed = 1)
    {
        Assert.Null(TechniqueName.TryParsePart(text, out TechniqueName.Part? name));
        var faults = new List<string>();
        IBalancer? balancer = RuleCatalog.Create(name!, bundle, seed, faults);
        Assert.Empty(faults);
        return balancer!;
    }

    /// <summary>Picks a link at an instant, as an environment does: deadlines first, then the packet is sent.</summary>
    public static int Send(this IBalancer balancer, Bundle bundle, uint hash, int bytes, long nowNs)
    {
        var now = new Timestamp(nowNs);
        balancer.KeepDeadlines(now);
        LinkId link = balancer.Pick(hash, bytes, now);
        if (!link.IsNone)
        {
            bundle.OnSent(link, bytes, now);
        }

        return link.Index;
    }

    /// <summary>Does what was due until an instant.</summary>
    public static void KeepDeadlines(this IBalancer balancer, Timestamp now)
    {
        while (balancer.NextDeadline <= now)
        {
            Timestamp due = balancer.NextDeadline == Timestamp.MinValue ? now : balancer.NextDeadline;
            balancer.OnDeadline(due);
            Assert.True(balancer.NextDeadline > due);
        }
    }

    /// <summary>The links of all buckets, in order.</summary>
    public static int[] Links(this IBalancer balancer) =>
        [.. Enumerable.Range(0, balancer.BucketCount).Select(bucket => balancer.LinkOf(bucket).Index)];
}
