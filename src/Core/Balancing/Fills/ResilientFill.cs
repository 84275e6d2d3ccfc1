using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>A fixed number of buckets of which only those move that must: Linux's resilient group, every bucket taken for idle.</summary>
/// <remarks>See <see cref="ResilientGroup"/>; the rule of the same name adds the timers.</remarks>
internal sealed class ResilientFill : IFill
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "resilient",
        Kind = TechniqueKind.Fill,
        Summary = "a fixed number of buckets of which only those move that must",
        Remarks =
            "The bucket is the hash without its lowest bit, modulo the buckets. A link that goes gives up its buckets and no "
            + "others move; one that comes back gets as many as it wants. At the start the last link has the first buckets, as in Linux.",
        Source = "Linux net/ipv4/nexthop.c; Documentation/networking/nexthop-group-resilient.rst",
        Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("buckets", ParameterKind.WholeNumber, "256", "buckets in the table") { Minimum = 1, Maximum = 65_535 },
        ],
    };

    private readonly ResilientGroup _group;

    private ResilientFill(Bundle bundle, int buckets) => _group = new ResilientGroup(bundle, buckets, 0, 0);

    /// <inheritdoc/>
    public int BucketCount => _group.Count;

    internal static IFill Create(ParameterSet parameters, Bundle bundle) => new ResilientFill(bundle, parameters.Number("buckets"));

    /// <inheritdoc/>
    public int BucketOf(uint hash) => _group.IndexOf(hash);

    /// <inheritdoc/>
    public LinkId LinkOf(int bucket) => new(_group.LinkOf(bucket));

    /// <inheritdoc/>
    public void OnLinkChange() => _group.Rebalance(0);
}
