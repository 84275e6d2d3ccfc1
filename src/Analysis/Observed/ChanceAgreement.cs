using Trunkline.Core.Units;

namespace Trunkline.Analysis.Observed;

/// <summary>How many flows a policy would explain that has nothing to do with where they were seen.</summary>
/// <remarks>
/// The members are shuffled among the flows, so that each keeps as many, and the policy's links stay; then both are matched in the
/// best way again. The more even and the fewer the flows, the more a best match finds in nothing. Of more than a million, which
/// scatter by a thousandth, a part stands for all.
/// </remarks>
internal static class ChanceAgreement
{
    private const int ShufflesMax = 16;

    // Many flows scatter little, so that one shuffle tells as much as many do of few.
    private const int DrawsMax = 1 << 18;

    private const int FlowsMax = 1 << 20;

    /// <summary>The mean best match over some shuffles.</summary>
    /// <param name="seen">Flows by member and link: n × n, a row for each member.</param>
    /// <param name="flows">Flows by member, those without a link among them.</param>
    /// <param name="seed">Start of the random numbers.</param>
    /// <returns>Share of the flows; 0 without flows.</returns>
    public static double Of(ReadOnlySpan<long> seen, ReadOnlySpan<long> flows, ulong seed)
    {
        int n = flows.Length;
        long all = 0;
        foreach (long ofMember in flows)
        {
            all += ofMember;
        }

        long unit = ((all - 1) / FlowsMax) + 1;
        byte[] links = LinksOfFlows(seen, flows, unit);
        if (links.Length == 0)
        {
            return 0;
        }

        var random = new RandomSource(seed);
        var gains = new long[n * n];
        var columnOf = new int[n];
        int shuffles = Math.Clamp(DrawsMax / links.Length, 1, ShufflesMax);
        double sum = 0;
        for (int shuffle = 0; shuffle < shuffles; shuffle++)
        {
            Shuffle(links, ref random);
            Array.Clear(gains);
            int next = 0;
            for (int member = 0; member < n; member++)
            {
                for (long i = 0; i < flows[member] / unit; i++, next++)
                {
                    if (links[next] < n)
                    {
                        gains[(member * n) + links[next]]++;
                    }
                }
            }

            sum += BestMatch.Find(gains, columnOf);
        }

        return sum / shuffles / links.Length;
    }

    /// <summary>The policy's link of each flow, in any order; n for none.</summary>
    /// <param name="seen">Flows by member and link.</param>
    /// <param name="flows">Flows by member.</param>
    /// <param name="unit">So many flows are one.</param>
    private static byte[] LinksOfFlows(ReadOnlySpan<long> seen, ReadOnlySpan<long> flows, long unit)
    {
        int n = flows.Length;
        long count = 0;
        foreach (long ofMember in flows)
        {
            count += ofMember / unit;
        }

        var links = new byte[count];
        Array.Fill(links, (byte)n);
        int next = 0;
        for (int cell = 0; cell < seen.Length; cell++)
        {
            int ofCell = (int)(seen[cell] / unit);
            links.AsSpan(next, ofCell).Fill((byte)(cell % n));
            next += ofCell;
        }

        return links;
    }

    private static void Shuffle(byte[] links, ref RandomSource random)
    {
        for (int i = links.Length - 1; i > 0; i--)
        {
            int other = (int)random.Below((uint)i + 1);
            (links[i], links[other]) = (links[other], links[i]);
        }
    }
}
