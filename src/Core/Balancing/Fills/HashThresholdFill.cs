using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>One contiguous range of hash values per link, as wide as its weight.</summary>
/// <remarks>
/// RFC 2992, in the form of Linux (net/ipv4/nexthop.c, nh_hthr_group_rebalance): the value is the hash without its lowest
/// bit, 31 bits; link i ends at round(2³¹ × W_i ÷ W) − 1, W_i being the weights up to i.
/// </remarks>
internal sealed class HashThresholdFill : IFill
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "hash-threshold",
        Kind = TechniqueKind.Fill,
        Summary = "contiguous ranges of hash values, by weight",
        Remarks =
            "The bucket is the place of the link among those that can be used. When one of N equal links goes, between a "
            + "quarter (a middle one) and half (an end one) of the flows change their link.",
        Source = "RFC 2992; Linux net/ipv4/nexthop.c",
        Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
    };

    private const long Values = 1L << 31;

    private readonly Bundle _bundle;

    // The last value of each range; the last range ends with the last value.
    private readonly uint[] _upperBounds = new uint[Bundle.LinksMax];
    private readonly sbyte[] _links = new sbyte[Bundle.LinksMax];

    private HashThresholdFill(Bundle bundle)
    {
        _bundle = bundle;
        OnLinkChange();
    }

    /// <inheritdoc/>
    public int BucketCount { get; private set; }

    internal static IFill Create(ParameterSet parameters, Bundle bundle) => new HashThresholdFill(bundle);

    /// <inheritdoc/>
    public int BucketOf(uint hash)
    {
        uint value = hash >> 1;
        int bucket = 0;
        while (value > _upperBounds[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <inheritdoc/>
    public LinkId LinkOf(int bucket) => new(_links[bucket]);

    /// <inheritdoc/>
    public void OnLinkChange()
    {
        Span<long> wants = stackalloc long[Bundle.LinksMax];
        LinkShares.Apportion(_bundle, Values, wants);
        BucketCount = 0;
        long end = 0;
        for (int i = 0; i < _bundle.Count; i++)
        {
            if (wants[i] > 0)
            {
                end += wants[i];
                _upperBounds[BucketCount] = (uint)(end - 1);
                _links[BucketCount] = (sbyte)i;
                BucketCount++;
            }
        }

        if (BucketCount == 0)
        {
            _upperBounds[0] = (uint)(Values - 1);
            _links[0] = -1;
            BucketCount = 1;
        }
    }
}
