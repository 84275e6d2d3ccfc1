namespace Trunkline.Analysis.Assumptions;

/// <summary>How many equal sessions spread well enough.</summary>
/// <remarks>
/// <para>Of n sessions a link with the chance p gets a binomial number, and with the fair share f exceeds it when that is more than
/// (1 + excess)·f·n. The chance of that is summed up exactly; over the links the chances are added up (union bound).</para>
/// <para>Conservative are: the union bound, which is exact for two links, and for more at most 2.5 % above the truth where it is 5 %,
/// since the loads of links depend on each other only in that one's gain is the others' loss (Joag-Dev and Proschan, Annals of
/// Statistics 11, 1983: none of the events has at most the chance of independent ones); and, where a link's chance is so
/// close to (1 + excess)·f that the answer is in the millions, a search that was cut short.</para>
/// </remarks>
internal static class EqualSessions
{
    /// <summary>In less than this share of the assignments the fullest link may exceed.</summary>
    public const double ChanceMax = 0.05;

    // Tails this small do not count yet: 64 of them change no digit that is shown.
    private const double ChanceMin = 1e-12;

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
        Tail[] tails =
        [
            .. shares.Chances.Zip(shares.Fair, (chance, fair) => (Chance: chance, Limit: (1 + over) * fair))
                .Where(link => link.Chance > 0 && link.Limit < 1 - Tolerance)
                .GroupBy(link => link).Select(same => new Tail(same.Key.Chance, same.Key.Limit, same.Count())),
        ];
        if (tails.Any(tail => tail.Chance >= tail.Limit) || SafeCount(tails) is not int sessions)
        {
            return null;
        }

        // With as many or more it is safe. Fewer are looked at one by one, as the chance goes up and down on its way.
        long steps = 0;
        for (; sessions > 0 && steps < StepsMax; sessions--, steps += tails.Length)
        {
            double chance = 0;
            foreach (ref Tail tail in tails.AsSpan())
            {
                chance += tail.MoveTo(sessions);
            }

            if (chance >= ChanceMax)
            {
                break;
            }
        }

        return sessions + 1;
    }

    /// <summary>A number from which on Chernoff's bound promises it: a tail is at most exp(−n·D).</summary>
    private static int? SafeCount(Tail[] tails)
    {
        long low = 0;
        long high = int.MaxValue - 1L;
        if (Bound(high) >= ChanceMax)
        {
            return null;
        }

        while (low + 1 < high)
        {
            long middle = (low + high) / 2;
            (low, high) = Bound(middle) < ChanceMax ? (low, middle) : (middle, high);
        }

        return (int)high;

        double Bound(long count) => tails.Sum(tail => tail.Links * Math.Exp(-count * tail.Divergence));
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

        /// <summary>P(X ≥ needed) for that many sessions, times the links.</summary>
        public double MoveTo(int sessions)
        {
            if (_atNeeded == 0)
            {
                // Not begun, or so many are needed that the pieces are too small to go on from.
                if (Math.Exp(-sessions * Divergence) >= ChanceMin)
                {
                    Begin(sessions);
                }

                return links * _tail;
            }

            // Of n sessions to n − 1: P(X ≥ k) loses the cases in which the last one made it k.
            _tail -= _atNeeded * _needed / _sessions;
            _atNeeded *= (_sessions - _needed) / (_sessions * (1 - chance));
            _sessions--;
            if (Needed(_sessions) < _needed)
            {
                if (_atNeeded == 0)
                {
                    Begin(_sessions);
                    return links * _tail;
                }

                _atNeeded *= _needed * (1 - chance) / ((_sessions - _needed + 1) * chance);
                _needed--;
                _tail += _atNeeded;
            }

            return links * _tail;
        }

        private readonly int Needed(int sessions) => (int)Math.Floor((limit * sessions) + Tolerance) + 1;

        /// <summary>Adds up the tail from its start.</summary>
        private void Begin(int sessions)
        {
            (_sessions, _needed) = (sessions, Needed(sessions));
            _tail = 0;
            _atNeeded = 0;
            if (_needed > sessions)
            {
                return;
            }

            double log = LogFactorial(sessions) - LogFactorial(_needed) - LogFactorial(sessions - _needed)
                + (_needed * Math.Log(chance)) + ((sessions - _needed) * Math.Log(1 - chance));
            _atNeeded = Math.Exp(log);
            double term = _atNeeded;
            for (int k = _needed; k <= sessions && term > _tail * 1e-17; k++)
            {
                _tail += term;
                term *= (sessions - k) * chance / ((k + 1) * (1 - chance));
            }
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
