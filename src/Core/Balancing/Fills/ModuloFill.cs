using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>As many buckets as there are links, heavier links repeated: the hash modulo their number.</summary>
/// <remarks>
/// Linux bonding picks so (bond_main.c, bond_3ad_xor_xmit), and most LAGs do; weights by repetition are WCMP (EuroSys 2014, §3).
/// </remarks>
internal sealed class ModuloFill : IFill
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "modulo",
        Kind = TechniqueKind.Fill,
        Summary = "hash modulo the number of links",
        Remarks =
            "A link with weight w stands w times in the table (weights cut down by their common divisor). A link that goes "
            + "down leaves the table and the rest are numbered anew, so that 1 - 1/N of the flows change their link.",
        Source = "Linux drivers/net/bonding/bond_main.c; WCMP, EuroSys 2014",
        Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
    };

    private readonly Bundle _bundle;
    private sbyte[] _links;

    private ModuloFill(Bundle bundle)
    {
        _bundle = bundle;
        _links = LinkShares.Turn(bundle);
    }

    /// <inheritdoc/>
    public int BucketCount => _links.Length;

    internal static IFill Create(ParameterSet parameters, Bundle bundle) => new ModuloFill(bundle);

    /// <inheritdoc/>
    public int BucketOf(uint hash) => (int)(hash % (uint)_links.Length);

    /// <inheritdoc/>
    public LinkId LinkOf(int bucket) => new(_links[bucket]);

    /// <inheritdoc/>
    public void OnLinkChange() => _links = LinkShares.Turn(_bundle);
}
