using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Static hash: a bucket keeps its link until the set of links changes, and then the fill says which move.</summary>
public struct StaticRule : IRule
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "static",
        Kind = TechniqueKind.Rule,
        Summary = "a bucket keeps its link until the set of links changes",
        Remarks =
            "What LAG, ECMP and interface groups do by default. Load is never looked at, so that one large flow fills one "
            + "link while others idle. Where the fill renumbers the buckets (modulo, hash-threshold), a change of the links "
            + "counts as a move of every bucket.",
        Source = "IEEE 802.1AX-2020 clause 6.2; RFC 2992",
        Verbs = TechniqueVerbs.Which | TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("fill", ParameterKind.Choice, "modulo", "how buckets get their links")
            {
                Choices = [.. FillCatalog.All.Select(entry => entry.Descriptor.Name)],
            },
            new("buckets", ParameterKind.WholeNumber, "0", "buckets of fills that have a number of them; 0 for the fill's own")
            {
                Maximum = 655_373,
            },
        ],
        Presets =
        [
            new(
                "wcmp",
                "weights by repeated entries in a table of 256",
                "WCMP, EuroSys 2014, section 3; the table size is ours",
                new Dictionary<string, string> { ["fill"] = "table", ["buckets"] = "256" }),
        ],
    };

    private readonly IFill _fill;
    private BucketTable _table;

    internal StaticRule(IFill fill, Bundle bundle)
    {
        _fill = fill;
        _table = new BucketTable(bundle, fill.BucketCount);
        Refill();
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => _table.Count;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _table.Moves;

    /// <exception cref="FormatException">The fill has no such number of buckets.</exception>
    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed)
    {
        string fill = parameters.Text("fill");
        long buckets = parameters["buckets"];
        var faults = new List<string>();
        KeyValuePair<string, string>[] written = buckets == 0 ? [] : [KeyValuePair.Create("buckets", parameters.Text("buckets"))];
        return FillCatalog.Create(new TechniqueName.Part(fill, written), bundle, faults) is IFill made
            ? new Balancer<StaticRule>(new StaticRule(made, bundle), bundle)
            : throw new FormatException(string.Join("; ", faults));
    }

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ref Bucket bucket = ref _table[_fill.BucketOf(hash)];
        if (bucket.Link < 0)
        {
            return -1;
        }

        _table.Send(ref bucket, bytes, nowNs);
        return bucket.Link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        bool hadLinks = _table[0].Link >= 0;
        _fill.OnLinkChange();
        if (_fill.BucketCount != _table.Count)
        {
            _table = _table.Renumbered(_fill.BucketCount, areMoves: hadLinks && !_fill.LinkOf(0).IsNone);
        }

        Refill();
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => _fill.BucketOf(hash);

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table[bucket].Link;

    private void Refill()
    {
        for (int i = 0; i < _table.Count; i++)
        {
            _table.Move(ref _table[i], _fill.LinkOf(i).Index);
        }
    }
}
