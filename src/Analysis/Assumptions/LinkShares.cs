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
        Weights = new int[links.Count];
        Chances = new double[links.Count];
        Fair = new double[links.Count];
        double speeds = 0;
        double weights = 0;
        for (int i = 0; i < links.Count; i++)
        {
            double speed = Math.Max(0, links[i].Rate.BitsPerSecond);
            Fair[i] = speed;
            speeds += speed;
            Weights[i] = speed > 0 ? Math.Max(0, links[i].Weight) : 0;
            weights += Weights[i];
        }

        for (int i = 0; i < links.Count; i++)
        {
            Fair[i] /= speeds;
            Chances[i] = weights == 0 ? 0 : Weights[i] / weights;
        }
    }

    /// <summary>The weights that count, one per link.</summary>
    public int[] Weights { get; }

    /// <summary>The chance of each link that a flow is assigned to it; all 0 when no link may be used.</summary>
    public double[] Chances { get; }

    /// <summary>The share of each link in the sum of the speeds.</summary>
    public double[] Fair { get; }
}
