using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Replay;

/// <summary>A set of links, and every technique at work on it.</summary>
internal sealed class ReplayLinks
{
    // A bucket, and beside it what the larger rules keep of it.
    private const int BucketBytes = 44;

    private readonly LinkId _without;

    /// <summary>Puts nothing to work yet.</summary>
    /// <param name="change">What is different from the links asked for; null for those.</param>
    /// <param name="links">The links.</param>
    /// <param name="without">The link that is gone; or <see cref="LinkId.None"/>.</param>
    public ReplayLinks(string? change, IReadOnlyList<Link> links, LinkId without)
    {
        (Change, Links, _without) = (change, links, without);
        ulong usable = MakeBundle().UsableMask;
        Speeds = [.. links.Select((link, i) => (usable >> i & 1) != 0 ? (double)link.Rate.BitsPerSecond : 0)];
        IsUsable = usable != 0;
    }

    /// <summary>What is different; null for the links asked for.</summary>
    public string? Change { get; }

    /// <summary>The links.</summary>
    public IReadOnlyList<Link> Links { get; }

    /// <summary>The speed of each link in bits per second; 0 where it may not be chosen: down, drained or without a rate.</summary>
    public double[] Speeds { get; }

    /// <summary>Whether any link may be chosen.</summary>
    public bool IsUsable { get; }

    /// <summary>The techniques, in the order asked for; those that do not fit these links are left out.</summary>
    public List<ReplayTechnique> Techniques { get; } = [];

    /// <summary>Bytes that the techniques' tables take.</summary>
    public long TableBytes => Techniques.Sum(technique => Math.Max(1024L, technique.Balancer.BucketCount)) * BucketBytes;

    /// <summary>Puts a technique to work on links of its own.</summary>
    /// <param name="name">The technique as written.</param>
    /// <param name="index">Its place among those asked for.</param>
    /// <param name="seed">Start of what is random.</param>
    /// <param name="policies">The policies of the run.</param>
    /// <param name="faults">Every fault found is added.</param>
    public void Add(string name, int index, ulong seed, PolicySet policies, ICollection<string> faults)
    {
        Bundle bundle = MakeBundle(isWhole: true);
        if (TechniqueCatalog.Create(name, bundle, seed, faults) is not BundleTechnique technique)
        {
            return;
        }

        // The balancer has seen all links before one goes, so that a resilient fill moves only what it must.
        if (!_without.IsNone)
        {
            bundle.SetUp(_without, up: false);
            technique.Balancer.OnLinkChange(Timestamp.Zero);
        }

        Techniques.Add(new ReplayTechnique(index, name, policies.Add(technique), technique.Balancer));
    }

    private Bundle MakeBundle(bool isWhole = false)
    {
        var bundle = new Bundle(Links);
        if (!_without.IsNone && !isWhole)
        {
            bundle.SetUp(_without, up: false);
        }

        return bundle;
    }
}
