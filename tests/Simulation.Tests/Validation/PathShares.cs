namespace Trunkline.Simulation.Tests.Validation;

/// <summary>What flows over given paths would get of a network without packets. Rates are in units of one link's.</summary>
internal static class PathShares
{
    private const int Rounds = 6000;

    /// <summary>Max-min shares of all paths, each for itself: all grow alike until a link of theirs is full.</summary>
    /// <param name="paths">The links of each path.</param>
    /// <param name="links">How many links there are, each of capacity 1.</param>
    public static double[] MaxMin(IReadOnlyList<int[]> paths, int links)
    {
        var rates = new double[paths.Count];
        var left = Enumerable.Repeat(1.0, links).ToArray();
        var users = new int[links];
        var isFixed = new bool[paths.Count];
        foreach (int link in paths.SelectMany(p => p))
        {
            users[link]++;
        }

        for (int unfixed = paths.Count; unfixed > 0;)
        {
            int tightest = Enumerable.Range(0, links).Where(l => users[l] > 0).MinBy(l => left[l] / users[l]);
            double rate = left[tightest] / users[tightest];
            for (int i = 0; i < paths.Count; i++)
            {
                if (!isFixed[i] && paths[i].Contains(tightest))
                {
                    (isFixed[i], rates[i]) = (true, rate);
                    unfixed--;
                    foreach (int link in paths[i])
                    {
                        left[link] -= rate;
                        users[link]--;
                    }
                }
            }
        }

        return rates;
    }

    /// <summary>The rates of connections over several paths each that make the sum of their logarithms largest.</summary>
    /// <param name="connections">The paths of each connection.</param>
    /// <param name="links">How many links there are, each of capacity 1.</param>
    /// <remarks>
    /// The dual: links have prices, each connection sends 1 ÷ price of its cheapest path over that path, and prices follow the load, a
    /// step less from round to round; the mean of the later rounds, scaled down to fit, is the answer to about a hundredth.
    /// </remarks>
    public static double[] Coupled(IReadOnlyList<int[][]> connections, int links)
    {
        var prices = Enumerable.Repeat(1.0, links).ToArray();
        var load = new double[links];
        var loadSum = new double[links];
        var sum = new double[connections.Count];
        for (int round = 0; round < Rounds; round++)
        {
            Array.Clear(load);
            bool counts = round >= Rounds / 2;
            for (int c = 0; c < connections.Count; c++)
            {
                int[] best = connections[c].MinBy(p => p.Sum(l => prices[l]))!;
                double rate = Math.Min(1, 1 / best.Sum(l => prices[l]));
                sum[c] += counts ? rate : 0;
                foreach (int link in best)
                {
                    load[link] += rate;
                }
            }

            double step = 0.5 / Math.Sqrt(1 + round);
            for (int link = 0; link < links; link++)
            {
                prices[link] = Math.Max(1e-9, prices[link] * Math.Exp(step * (Math.Min(load[link], 3) - 1)));
                loadSum[link] += counts ? load[link] : 0;
            }
        }

        double tightest = Math.Max(1, loadSum.Max() / (Rounds - (Rounds / 2)));
        return [.. sum.Select(s => s / (Rounds - (Rounds / 2)) / tightest)];
    }
}
