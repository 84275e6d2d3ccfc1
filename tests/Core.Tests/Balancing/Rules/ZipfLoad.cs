using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>
/// Experiment 16: a bundle of four links of 1 Gb/s with queues of 500 KB, 60 % loaded by 256 buckets of which the k-th largest
/// sends in proportion to 1/k, as Poisson packets of 1500 B. Buckets are flows, so that what is overtaken can be seen.
/// </summary>
internal sealed class ZipfLoad
{
    public const int Buckets = 256;
    private const int Bytes = 1_500;

    private readonly Link[] _links = TestLinks.Speeds(0.125, 0.125, 0.125, 0.125);
    private readonly Bundle _bundle;
    private readonly IBalancer _balancer;
    private readonly OrderChecker _checker;
    private readonly double[] _shares = new double[Buckets];
    private readonly double[] _sums = new double[Buckets];
    private readonly double _meanGapNs;
    private RandomSource _random;
    private double _nowNs;

    public ZipfLoad(string technique, ulong seed)
    {
        _bundle = new Bundle(_links, new BundleOptions { QueueMax = new ByteCount(500_000) });
        _balancer = TestRules.Make(technique, _bundle, seed);
        _checker = new OrderChecker(_links);
        _random = new RandomSource(seed);
        int[] ranks = [.. Enumerable.Range(1, Buckets)];
        for (int i = Buckets - 1; i > 0; i--)
        {
            int other = (int)_random.Below((uint)i + 1);
            (ranks[i], ranks[other]) = (ranks[other], ranks[i]);
        }

        double harmonic = ranks.Sum(rank => 1.0 / rank);
        double sum = 0;
        for (int i = 0; i < Buckets; i++)
        {
            _shares[i] = 1 / (ranks[i] * harmonic);
            sum += _shares[i];
            _sums[i] = sum;
        }

        _meanGapNs = Bytes * 8.0 / (0.6 * 4);
    }

    public MoveCounters Moves => _balancer.Moves;

    public int Overtakers => _checker.Overtakers;

    /// <summary>Load of the most loaded link over the mean, less 1, by the true rates of the buckets where they are now.</summary>
    public double Imbalance => (Enumerable.Range(0, 4).Max(ShareOf) * 4) - 1;

    public void Run(Interval time)
    {
        double endNs = _nowNs + time.Nanoseconds;
        while (_nowNs < endNs)
        {
            _nowNs += -Math.Log(1 - Uniform()) * _meanGapNs;
            int found = Array.BinarySearch(_sums, Uniform() * _sums[^1]);
            uint bucket = (uint)Math.Min(Buckets - 1, found < 0 ? ~found : found);
            long dropped = Dropped;
            int link = _balancer.Send(_bundle, bucket, Bytes, (long)_nowNs);
            if (Dropped == dropped)
            {
                _checker.Send(bucket, link, Bytes, (long)_nowNs);
            }
        }

        // The round that ends the time.
        _balancer.KeepDeadlines(new Timestamp((long)_nowNs));
    }

    private double ShareOf(int link) =>
        Enumerable.Range(0, Buckets).Where(bucket => _balancer.LinkOf(bucket).Index == link).Sum(bucket => _shares[bucket]);

    private long Dropped => Enumerable.Range(0, 4).Sum(link => _bundle.DroppedFrames(new LinkId(link)));

    private double Uniform() => (_random.Next() >> 11) * Math.Pow(2, -53);
}
