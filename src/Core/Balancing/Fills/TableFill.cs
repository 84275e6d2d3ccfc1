using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>A fixed number of buckets, dealt to the links in turn.</summary>
/// <remarks>Indirection tables of RSS are set so (ethtool -X … equal); Open vSwitch has 256 such buckets (ofproto/bond.c).</remarks>
internal sealed class TableFill : IFill
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "table",
        Kind = TechniqueKind.Fill,
        Summary = "a fixed number of buckets, dealt to the links in turn",
        Remarks =
            "The bucket stays the same when links come and go; the links are dealt anew, so that most buckets move. "
            + "Each link gets the share of its weight, to the nearest bucket.",
        Source = "Open vSwitch ofproto/bond.c; Linux ethtool RSS indirection",
        Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("buckets", ParameterKind.WholeNumber, "256", "buckets in the table") { Minimum = 1, Maximum = 65_536 },
        ],
    };

    private readonly Bundle _bundle;
    private readonly sbyte[] _links;

    private TableFill(Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _links = new sbyte[buckets];
        OnLinkChange();
    }

    /// <inheritdoc/>
    public int BucketCount => _links.Length;

    internal static IFill Create(ParameterSet parameters, Bundle bundle) => new TableFill(bundle, parameters.Number("buckets"));

    /// <inheritdoc/>
    public int BucketOf(uint hash) => (int)(hash % (uint)_links.Length);

    /// <inheritdoc/>
    public LinkId LinkOf(int bucket) => new(_links[bucket]);

    /// <inheritdoc/>
    public void OnLinkChange() => LinkShares.Deal(_bundle, _links);
}
