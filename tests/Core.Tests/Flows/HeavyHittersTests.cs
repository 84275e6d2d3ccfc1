using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Flows;
using Trunkline.Core.Units;
using Trunkline.Testing;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Flows;

public class HeavyHittersTests
{
    private readonly record struct Key(int Number);

    /// <summary>A key whose hash codes all collide: results must not depend on them.</summary>
    private readonly record struct Colliding(int Number)
    {
        public override int GetHashCode() => 7;
    }

    [Fact]
    public void Add_BeyondTheCapacity_TakesOverTheSmallestCounter()
    {
        var flows = new HeavyHitters<Key>(2);
        flows.Add(new Key(1), 100);
        flows.Add(new Key(2), 30);
        flows.Add(new Key(1), 100);
        Assert.Equal(0, flows.ErrorMax);

        // 3 takes the counter of 2 with its 30 bytes as error, then 4 that of 3 with 70.
        flows.Add(new Key(3), 40);
        Assert.Equal([new(new Key(1), 200, 0), new(new Key(3), 70, 30)], Largest(flows));
        flows.Add(new Key(4), 5);
        Assert.Equal([new(new Key(1), 200, 0), new(new Key(4), 75, 70)], Largest(flows));
        Assert.Equal((275, 70, 2), (flows.TotalBytes, flows.ErrorMax, flows.Count));
    }

    [Fact]
    public void Add_OfEqualCounters_TakesOverTheLongestHeld()
    {
        var flows = new HeavyHitters<Key>(3);
        for (int i = 1; i <= 3; i++)
        {
            flows.Add(new Key(i), 10);
        }

        flows.Add(new Key(4), 1);

        Assert.Equal([2, 3, 4], Largest(flows).Select(flow => flow.Key.Number).Order());
    }

    [Fact]
    public void Counts_OfAnyTraffic_KeepThePapersBounds()
    {
        Prop.ForAll<int[], byte>((sizes, capacityByte) =>
        {
            int capacity = 1 + (capacityByte % 20);
            var flows = new HeavyHitters<Key>(capacity);
            var truth = new Dictionary<Key, long>();
            var random = new RandomSource((ulong)sizes.Length);
            foreach (int size in sizes)
            {
                // Small numbers are frequent, so that flows come again.
                var key = new Key((int)random.Below(1 + random.Below(40)));
                flows.Add(key, size);
                truth[key] = truth.GetValueOrDefault(key) + Math.Max(0, size);
            }

            HeavyHitter<Key>[] held = Largest(flows);
            Assert.Equal(truth.Values.Sum(), flows.TotalBytes);
            Assert.Equal(flows.TotalBytes, held.Sum(flow => flow.Bytes));
            Assert.Equal(Math.Min(capacity, truth.Count), held.Length);
            Assert.True(flows.ErrorMax <= flows.TotalBytes / capacity);
            foreach (HeavyHitter<Key> flow in held)
            {
                Assert.InRange(truth[flow.Key], flow.BytesCertain, flow.Bytes);
                Assert.InRange(flow.Error, 0, flows.ErrorMax);
            }

            // Whoever has more than N / k is held, and nobody else has more than the smallest counter.
            HashSet<Key> keys = [.. held.Select(flow => flow.Key)];
            Assert.All(truth, flow => Assert.True(flow.Value <= flows.ErrorMax || keys.Contains(flow.Key)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Add_OfKeysWithCollidingHashCodes_CountsTheSame()
    {
        var good = new HeavyHitters<Key>(50);
        var bad = new HeavyHitters<Colliding>(50);
        var random = new RandomSource(3);
        for (int i = 0; i < 20_000; i++)
        {
            int number = (int)random.Below(1 + random.Below(300));
            good.Add(new Key(number), i % 1_500);
            bad.Add(new Colliding(number), i % 1_500);
        }

        Assert.Equal(
            Largest(good).Select(flow => (flow.Key.Number, flow.Bytes, flow.Error)),
            Largest(bad).Select(flow => (flow.Key.Number, flow.Bytes, flow.Error)));
    }

    [Fact]
    public void CopyLargest_IntoLessRoom_GivesTheLargest()
    {
        var flows = new HeavyHitters<Key>();
        for (int i = 1; i <= 100; i++)
        {
            flows.Add(new Key(i), i);
        }

        var largest = new HeavyHitter<Key>[3];

        Assert.Equal(3, flows.CopyLargest(largest));
        Assert.Equal([100, 99, 98], largest.Select(flow => flow.Key.Number));
    }

    [Fact]
    public void Clear_ForgetsEverything()
    {
        var flows = new HeavyHitters<Key>(2);
        flows.Add(new Key(1), 5);
        flows.Clear();
        Assert.Equal((0, 0L), (flows.Count, flows.TotalBytes));
        flows.Add(new Key(1), 7);
        Assert.Equal([new(new Key(1), 7, 0)], Largest(flows));
    }

    [Fact]
    public void Add_OnceConstructed_AllocatesNothing()
    {
        var flows = new HeavyHitters<Key>(64);
        var random = new RandomSource(1);

        AllocationAssert.None(() => flows.Add(new Key((int)random.Below(1_000)), 1_500));
    }

    [Theory]
    [InlineData(0)]
    [InlineData((1 << 24) + 1)]
    public void Constructor_OfACapacityOutOfRange_Throws(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeavyHitters<Key>(capacity));

    [Fact]
    public void Automatic_OfElephantsAndMice_PartsThem()
    {
        // A backup of 40 GB, four copies of 5 GB and 600 mice of 20 to 80 KB: the mean would only find the backup.
        var flows = new HeavyHitters<Key>();
        flows.Add(new Key(0), 40_000_000_000);
        for (int i = 1; i <= 4; i++)
        {
            flows.Add(new Key(i), 5_000_000_000);
        }

        for (int i = 0; i < 600; i++)
        {
            flows.Add(new Key(100 + i), 20_000 + (i * 100));
        }

        Assert.Equal(5, Elephants(flows, ElephantCut.Automatic(flows)));
    }

    /// <summary>Sizes without a step: the cut falls where the few above carry about half of the bytes.</summary>
    [Fact]
    public void Automatic_OfAZipfLoad_FindsTheFewThatCarryHalf()
    {
        var flows = new HeavyHitters<Key>();
        for (int i = 1; i <= 1_000; i++)
        {
            flows.Add(new Key(i), 1_000_000_000 / i);
        }

        ByteCount cut = ElephantCut.Automatic(flows);
        long bytes = Largest(flows).Where(flow => flow.BytesCertain >= cut.Bytes).Sum(flow => flow.BytesCertain);
        double share = bytes / (double)flows.TotalBytes;

        Assert.InRange(Elephants(flows, cut), 20, 100);
        Assert.InRange(share, 0.45, 0.75);
    }

    [Fact]
    public void Automatic_BeyondTheCapacity_StillPartsThem()
    {
        // 50 000 mice of 10 KB over 256 counters: what they share is at most 1/256 of the bytes each.
        var flows = new HeavyHitters<Key>(256);
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 8; i++)
            {
                flows.Add(new Key(i), 20_000_000);
            }

            for (int i = 0; i < 5_000; i++)
            {
                flows.Add(new Key(1_000 + (round * 5_000) + i), 10_000);
            }
        }

        ByteCount cut = ElephantCut.Automatic(flows);

        Assert.Equal(8, Elephants(flows, cut));
        Assert.InRange(cut.Bytes, 190_000_000, 200_000_000);
    }

    [Fact]
    public void Automatic_OfFewEqualFlows_CallsThemAllElephants()
    {
        var flows = new HeavyHitters<Key>();
        for (int i = 0; i < 4; i++)
        {
            flows.Add(new Key(i), 1_000_000);
        }

        Assert.Equal(4, Elephants(flows, ElephantCut.Automatic(flows)));
    }

    [Fact]
    public void Automatic_OfMoreEqualFlowsThanCounters_FindsNone()
    {
        var flows = new HeavyHitters<Key>(64);
        for (int packet = 0; packet < 10; packet++)
        {
            for (int i = 0; i < 1_000; i++)
            {
                flows.Add(new Key(i), 1_500);
            }
        }

        Assert.Equal(0, Elephants(flows, ElephantCut.Automatic(flows)));
        Assert.Equal(long.MaxValue, ElephantCut.Automatic(new HeavyHitters<Key>(4)).Bytes);
    }

    [Fact]
    public void ByShareAndByRate_RoundUpToWholeBytes()
    {
        var flows = new HeavyHitters<Key>();
        flows.Add(new Key(1), 1_001);

        Assert.Equal(101, ElephantCut.ByShare(flows, 100_000).Bytes);

        // 10 Mb/s over 100 ms are 125 000 B; 1 b/s over 1 ns is next to nothing, but no flow without bytes is an elephant.
        Assert.Equal(125_000, ElephantCut.ByRate(new BitRate(10_000_000), Interval.FromMilliseconds(100)).Bytes);
        Assert.Equal(1, ElephantCut.ByRate(new BitRate(1), new Interval(1)).Bytes);
    }

    private static HeavyHitter<TKey>[] Largest<TKey>(HeavyHitters<TKey> flows)
        where TKey : struct, IEquatable<TKey>
    {
        var largest = new HeavyHitter<TKey>[flows.Count];
        flows.CopyLargest(largest);
        return largest;
    }

    private static int Elephants(HeavyHitters<Key> flows, ByteCount cut) => Largest(flows).Count(flow => flow.BytesCertain >= cut.Bytes);
}
