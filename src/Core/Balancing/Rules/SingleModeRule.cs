using System.Globalization;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>One link carries everything; the next one takes over when it fails.</summary>
public struct SingleModeRule : IRule
{
    private const int Never = 0;
    private const int Faster = 1;

    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "single-mode",
        Kind = TechniqueKind.Rule,
        Summary = "one link carries everything, the next takes over when it fails",
        Remarks =
            "Known as single-mode interface group, active-backup and failover teaming. The order of the links is that of the "
            + "bundle unless another is written; links that are not named follow in their order.",
        Source = "Linux Documentation/networking/bonding.rst (active-backup, primary_reselect); Data ONTAP single-mode vif",
        Verbs = TechniqueVerbs.Analyze | TechniqueVerbs.Compare,
        Parameters =
        [
            new("order", ParameterKind.Text, "", "indices of the links from most to least wanted, with commas"),
            new("revert", ParameterKind.Choice, "never", "when a more wanted link takes over again after it came back")
            {
                Choices = ["never", "faster", "always"],
            },
        ],
        Presets =
        [
            new(
                "linux-primary",
                "Linux bonding with a primary: it takes over again as soon as it is back",
                "Linux Documentation/networking/bonding.rst, primary_reselect=always (the default)",
                new Dictionary<string, string> { ["revert"] = "always" }),
            new(
                "linux-better",
                "Linux bonding with a primary that takes over again only when it is faster",
                "Linux Documentation/networking/bonding.rst, primary_reselect=better",
                new Dictionary<string, string> { ["revert"] = "faster" }),
        ],
    };

    private readonly Bundle _bundle;
    private readonly sbyte[] _order;
    private readonly int _revert;
    private BucketTable _table;

    internal SingleModeRule(Bundle bundle, sbyte[] order, int revert)
    {
        _bundle = bundle;
        _order = order;
        _revert = revert;
        _table = new BucketTable(bundle, 1);
        OnLinkChange(0);
    }

    /// <inheritdoc/>
    public readonly long NextDeadlineNs => long.MaxValue;

    /// <inheritdoc/>
    public readonly int BucketCount => 1;

    /// <inheritdoc/>
    public readonly MoveCounters Moves => _table.Moves;

    /// <exception cref="FormatException">The order names a link that there is not, or one twice.</exception>
    internal static IBalancer Create(ParameterSet parameters, Bundle bundle, ulong seed)
    {
        sbyte[] order = ReadOrder(parameters.Text("order"), bundle.Count);
        return new Balancer<SingleModeRule>(new SingleModeRule(bundle, order, parameters.Number("revert")), bundle);
    }

    /// <inheritdoc/>
    public int Pick(uint hash, int bytes, long nowNs)
    {
        ref Bucket bucket = ref _table[0];
        if (!_bundle.IsUsable(bucket.Link))
        {
            return -1;
        }

        _table.Send(ref bucket, bytes, nowNs);
        return bucket.Link;
    }

    /// <inheritdoc/>
    public void OnLinkChange(long nowNs)
    {
        ref Bucket bucket = ref _table[0];
        int active = bucket.Link;
        foreach (sbyte link in _order)
        {
            if (_bundle.IsUsable(link) && (!_bundle.IsUsable(active) || MayTakeOver(link, active)))
            {
                _table.Move(ref bucket, link);
                return;
            }
        }
    }

    /// <inheritdoc/>
    public readonly void OnDeadline(long nowNs)
    {
    }

    /// <inheritdoc/>
    public readonly int BucketOf(uint hash) => 0;

    /// <inheritdoc/>
    public readonly int LinkOf(int bucket) => _table.LinkOf(0);

    /// <summary>Whether a link that is more wanted than the active one, or is it, takes over while that one still works.</summary>
    private readonly bool MayTakeOver(int link, int active) => _revert switch
    {
        Never => link == active,
        Faster => link == active || _bundle[new LinkId(link)].Rate > _bundle[new LinkId(active)].Rate,
        _ => true,
    };

    private static sbyte[] ReadOrder(string text, int links)
    {
        var order = new List<sbyte>();
        foreach (string piece in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            bool isNumber = sbyte.TryParse(piece, NumberStyles.None, CultureInfo.InvariantCulture, out sbyte link);
            if (!isNumber || link >= links || order.Contains(link))
            {
                throw new FormatException(
                    $"order: \"{piece}\" is no link or stands twice; write indices from 0 to {links - 1} with commas");
            }

            order.Add(link);
        }

        for (sbyte link = 0; link < links; link++)
        {
            if (!order.Contains(link))
            {
                order.Add(link);
            }
        }

        return [.. order];
    }
}
