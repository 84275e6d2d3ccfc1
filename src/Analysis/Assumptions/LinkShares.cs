using Trunkline.Core.Links;

namespace Trunkline.Analysis.Assumptions;

/// <summary>What each link gets of many flows, by weight, and what it should get, by speed.</summary>
/// <remarks>
/// A link without weight or without speed gets nothing. One without speed should get nothing, either; one that is only drained counts
/// with its speed, as it does where the imbalance of bytes is computed.
/// </remarks>
internal sealed class LinkShares
{
    /// <summary>Works them out.</summary>
    public LinkShares(IReadOnlyList<Link> links)
    {
        Weights = [.. links.Select(link => link.Rate.BitsPerSecond > 0 ? Math.Max(0, link.Weight) : 0)];
        double speeds = links.Sum(link => (double)Math.Max(0, link.Rate.BitsPerSecond));
        double weights = Weights.Sum();
        Fair = [.. links.Select(link => Math.Max(0, link.Rate.BitsPerSecond) / speeds)];
        Chances = [.. Weights.Select(weight => weights == 0 ? 0 : weight / weights)];
    }

    /// <summary>The weights that count, one per link.</summary>
    public int[] Weights { get; }

    /// <summary>The chance of each link that a flow is assigned to it; all 0 when no link may be used.</summary>
    public double[] Chances { get; }

    /// <summary>The share of each link in the sum of the speeds.</summary>
    public double[] Fair { get; }
}
