using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Fills;

/// <summary>Makes fills from text and looks into them.</summary>
internal static class TestFills
{
    public static IFill Make(string text, Bundle bundle)
    {
        var faults = new List<string>();
        Assert.Null(TechniqueName.TryParsePart(text, out TechniqueName.Part? name));
        IFill? fill = FillCatalog.Create(name!, bundle, faults);
        Assert.Empty(faults);
        return fill!;
    }

    /// <summary>The links of all buckets, in order.</summary>
    public static int[] Links(this IFill fill) => [.. Enumerable.Range(0, fill.BucketCount).Select(bucket => fill.LinkOf(bucket).Index)];

    /// <summary>The link of a hash.</summary>
    public static int LinkFor(this IFill fill, uint hash) => fill.LinkOf(fill.BucketOf(hash)).Index;

    /// <summary>The share of hashes whose link is another after a change of the links.</summary>
    public static double Remapped(this IFill fill, Action change)
    {
        const int Samples = 200_000;
        uint[] hashes = new uint[Samples];
        int[] before = new int[Samples];
        var random = new RandomSource(9);
        for (int i = 0; i < Samples; i++)
        {
            hashes[i] = (uint)random.Next();
            before[i] = fill.LinkFor(hashes[i]);
        }

        change();
        fill.OnLinkChange();
        return Enumerable.Range(0, Samples).Count(i => fill.LinkFor(hashes[i]) != before[i]) / (double)Samples;
    }
}
