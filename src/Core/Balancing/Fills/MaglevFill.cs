using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>A prime number of buckets that each link claims in an order of its own, in turn.</summary>
/// <remarks>
/// Maglev (NSDI 2016, §3.4). A link's order starts at an offset and goes on by a skip, both made from its name, so that
/// the table depends on the set of links and not on their past. Equal weights differ by at most one bucket; a lighter link
/// lets turns pass. The paper leaves the two hash functions open: here FNV-1a of the name, mixed twice.
/// </remarks>
internal sealed class MaglevFill : IFill
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "maglev",
        Kind = TechniqueKind.Fill,
        Summary = "a prime number of buckets claimed in turn, each link in its own order",
        Remarks =
            "When a link goes, its buckets are claimed by the others and nearly all others stay. Several boxes with the same "
            + "links have the same table. The order is made from the links' names.",
        Source = "Maglev, NSDI 2016, section 3.4",
        Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("buckets", ParameterKind.WholeNumber, "65537", "buckets in the table, a prime") { Minimum = 2, Maximum = 655_373 },
        ],
    };

    private readonly Bundle _bundle;
    private readonly sbyte[] _links;

    private MaglevFill(Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _links = new sbyte[buckets];
        OnLinkChange();
    }

    /// <inheritdoc/>
    public int BucketCount => _links.Length;

    /// <exception cref="FormatException">The number of buckets is no prime.</exception>
    internal static IFill Create(ParameterSet parameters, Bundle bundle)
    {
        int buckets = parameters.Number("buckets");
        int prime = buckets;
        while (!IsPrime(prime))
        {
            prime--;
        }

        return prime == buckets
            ? new MaglevFill(bundle, buckets)
            : throw new FormatException($"buckets: {buckets} is not a prime; write {prime}");
    }

    /// <inheritdoc/>
    public int BucketOf(uint hash) => (int)(hash % (uint)_links.Length);

    /// <inheritdoc/>
    public LinkId LinkOf(int bucket) => new(_links[bucket]);

    /// <inheritdoc/>
    public void OnLinkChange()
    {
        Array.Fill(_links, (sbyte)-1);
        int heaviest = 0;
        Span<Claim> claims = stackalloc Claim[Bundle.LinksMax];
        for (int i = 0; i < _bundle.Count; i++)
        {
            claims[i] = Claim.Of(_bundle[new LinkId(i)].Name, _links.Length);
            heaviest = Math.Max(heaviest, _bundle.UsableWeight(i));
        }

        int left = heaviest == 0 ? 0 : _links.Length;
        while (left > 0)
        {
            for (int i = 0; i < _bundle.Count && left > 0; i++)
            {
                claims[i].Credit += _bundle.UsableWeight(i);
                if (claims[i].Credit >= heaviest)
                {
                    claims[i].Credit -= heaviest;
                    _links[claims[i].Next(_links)] = (sbyte)i;
                    left--;
                }
            }
        }
    }

    private static bool IsPrime(int number)
    {
        for (int divisor = 2; divisor * divisor <= number; divisor++)
        {
            if (number % divisor == 0)
            {
                return false;
            }
        }

        return number >= 2;
    }

    /// <summary>Where one link is in its order of the buckets.</summary>
    private struct Claim
    {
        public int Credit;
        private int _at;
        private int _skip;

        public static Claim Of(string name, int buckets)
        {
            ulong fnv = 0xcbf2_9ce4_8422_2325;
            foreach (char letter in name)
            {
                fnv = (fnv ^ letter) * 0x100_0000_01b3;
            }

            ulong first = RandomSource.Mix(fnv);
            ulong second = RandomSource.Mix(first);
            return new Claim { _at = (int)(first % (ulong)buckets), _skip = (int)(second % (ulong)(buckets - 1)) + 1 };
        }

        /// <summary>The next bucket of the order that nobody has; there is one.</summary>
        public int Next(sbyte[] taken)
        {
            while (taken[_at] >= 0)
            {
                _at = (int)(((long)_at + _skip) % taken.Length);
            }

            return _at;
        }
    }
}
