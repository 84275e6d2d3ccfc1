namespace Trunkline.Analysis.Assumptions;

/// <summary>How many equal sessions spread well enough.</summary>
/// <remarks>
/// <para>Of n sessions a link with the chance p gets a binomial number, and with the fair share f exceeds it when that is more than
/// (1 + excess)·f·n. The chance of that is summed up exactly; over the links the chances are added up (union bound).</para>
/// <para>Conservative are: the union bound, which is exact for two links, and for more at most 2.5 % above the truth where it is 5 %,
/// since one link's gain is the others' loss, so that all stay below no more often than if they were independent (Joag-Dev and
/// Proschan, Annals of Statistics 11, 1983); links whose chance is below 10⁻⁷, which count with that; and, where a
/// link's chance is so close to (1 + excess)·f that the answer is in the millions, a search that is cut short, by a little.</para>
/// </remarks>
internal static class EqualSessions
{
    /// <summary>In less than this share of the assignments the fullest link may exceed.</summary>
    public const double ChanceMax = 0.05;

    // A chance below this counts as this: of 64 links it makes 5 % into 4.9994 %.
    private const double ChanceMin = 1e-7;

    // So many steps of one link at most: some 10 ms.
    private const int StepsMax = 1 << 20;

    // Fractions that should be whole numbers may be short of them by as much.
    private const double Tolerance = 1e-9;

    /// <summary>
    /// The smallest number from which on the fullest link exceeds its fair share by that much in less than
    /// <see cref="ChanceMax"/> of the assignments.
    /// </summary>
    /// <param name="shares">The links.</param>
    /// <param name="over">The excess: 0.1 for 10 %.</param>
    /// <returns>1 or more; null when no number is enough, as a link's weight gives it too much of whatever comes.</returns>
    public static int? Find(LinkShares shares, double over)
    {
        Tail[]? tails = TailsOf(shares, over);
        if (tails is null || SafeCount(tails) is not int sessions)
        {
            return null;
        }

        // With as many or more it is safe. Fewer are looked at one by one, as the chance goes up and down on its way.
        for (int steps = 0; sessions > 0 && steps < StepsMax; sessions--)
        {
            double chance = 0;
            foreach (ref Tail tail in tails.AsSpan())
            {
                chance += tail.MoveTo(sessions);
                steps += tail.IsBegun ? 1 : 0;
            }

            if (chance >= ChanceMax)
            {
                break;
            }
        }

        return sessions + 1;
    }

    /// <summary>One for all links that are alike; null when one gets too much of whatever comes.</summary>
    private static Tail[]? TailsOf(LinkShares shares, double over)
    {
        var tails = new Tail[shares.Chances.Length];
        int count = 0;
        for (int link = 0; link < shares.Chances.Length; link++)
        {
            double chance = shares.Chances[link];
            double limit = (1 + over) * shares.Fair[link];
            if (chance == 0 || limit > 1 - Tolerance)
            {
                continue;
            }

            if (chance >= limit)
            {
                return null;
            }

            int same = 0;
            while (same < count && (tails[same].Chance != chance || tails[same].Limit != limit))
            {
                same++;
            }

            tails[same] = new Tail(chance, limit, same < count ? tails[same].Links + 1 : 1);
            count = Math.Max(count, same + 1);
        }

        return tails[..count];
    }

    /// <summary>A number from which on it is certain, not far above the smallest.</summary>
    private static int? SafeCount(Tail[] tails)
    {
        int low = 0;
        int high = int.MaxValue - 1;
        if (Bound(tails, high) >= ChanceMax)
        {
            return null;
        }

        while (low + 1 < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = Bound(tails, middle) < ChanceMax ? (low, middle) : (middle, high);
        }

        return high;
    }

    private static double Bound(Tail[] tails, int sessions)
    {
        double sum = 0;
        foreach (ref Tail tail in tails.AsSpan())
        {
            sum += tail.Bound(sessions);
        }

        return sum;
    }

    /// <summary>The chance that a link exceeds, for a number of sessions that falls by one each time.</summary>
    private struct Tail(double chance, double limit, int links)
    {
        private int _sessions;
        private int _needed;
        private double _atNeeded;
        private double _tail;

        /// <summary>Of a session to take the link.</summary>
        public readonly double Chance => chance;

        /// <summary>Share of the sessions beyond which it exceeds.</summary>
        public readonly double Limit => limit;

        /// <summary>Links that are like this one.</summary>
        public readonly int Links => links;

        /// <summary>Kullback and Leibler's, of the limit from the chance, in nats.</summary>
        public readonly double Divergence =>
            (limit * Math.Log(limit / chance)) + ((1 - limit) * Math.Log((1 - limit) / (1 - chance)));

        /// <summary>Whether steps cost anything yet.</summary>
        public readonly bool IsBegun => _sessions > 0;

        /// <summary>No less than the chance for so many sessions or more, times the links.</summary>
        /// <remarks>
        /// Chernoff: a tail is at most exp(−n·D), and so whatever comes behind. Where that is not enough, P(X ≥ limit·n): carried on
        /// between the whole numbers it falls with n, so no tail behind is above it.
        /// </remarks>
        public readonly double Bound(int sessions)
        {
            double chernoff = Math.Exp(-sessions * Divergence);
            return links * (chernoff < ChanceMin ? ChanceMin : Sum(sessions, Needed(sessions) - 1, out _));
        }

        /// <summary>P(X ≥ needed) for that many sessions, times the links.</summary>
        public double MoveTo(int sessions)
        {
            if (!IsBegun && Math.Exp(-sessions * Divergence) < ChanceMin)
            {
                return links * ChanceMin;
            }

            if (_atNeeded > 0)
            {
                // Of n sessions to n − 1: P(X ≥ k) loses the cases in which the last one made it k.
                _tail -= _atNeeded * _needed / _sessions;
                _atNeeded *= (_sessions - _needed) / (_sessions * (1 - chance));
            }

            _sessions = sessions;
            int needed = Needed(sessions);
            if (_atNeeded > 0 && needed == _needed - 1)
            {
                _atNeeded *= _needed * (1 - chance) / ((sessions - needed) * chance);
                _tail += _atNeeded;
            }
            else if (_atNeeded == 0 || needed != _needed)
            {
                _tail = Sum(sessions, needed, out _atNeeded);
            }

            _needed = needed;
            return links * _tail;
        }

        private readonly int Needed(int sessions) => (int)Math.Floor((limit * sessions) + Tolerance) + 1;

        /// <summary>Adds up P(X ≥ needed) from its start.</summary>
        private readonly double Sum(int sessions, int needed, out double atNeeded)
        {
            atNeeded = 0;
            if (needed > sessions)
            {
                return 0;
            }

            double log = LogFactorial(sessions) - LogFactorial(needed) - LogFactorial(sessions - needed)
                + (needed * Math.Log(chance)) + ((sessions - needed) * Math.Log(1 - chance));
            atNeeded = Math.Exp(log);
            double term = atNeeded;
            double sum = 0;
            for (int k = needed; k <= sessions && term > sum * 1e-17; k++)
            {
                sum += term;
                term *= (sessions - k) * chance / ((k + 1) * (1 - chance));
            }

            return sum;
        }

        /// <summary>ln n!, by Stirling's series from 16 on (its first term left out is below 10⁻¹²).</summary>
        private static double LogFactorial(int n)
        {
            if (n < 16)
            {
                double product = 1;
                for (int i = 2; i <= n; i++)
                {
                    product *= i;
                }

                return Math.Log(product);
            }

            double square = (double)n * n;
            double series = ((1.0 / 12) - (((1.0 / 360) - (((1.0 / 1260) - (1.0 / 1680 / square)) / square)) / square)) / n;
            return ((n + 0.5) * Math.Log(n)) - n + (0.5 * Math.Log(2 * Math.PI)) + series;
        }
    }
}
