using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Striping.Stripe;

public sealed class StripeTrunkTests
{
    private static readonly StripeOptions Options = new();

    [Fact]
    public void OneFlow_OverFourEqualPaths_TakesTheSumOfTheirRates()
    {
        var network = new VirtualNetwork(Options, 4);
        network.Left.ChunkBytesMax = 64 << 10;
        VirtualFlow flow = network.Left.Open(1, 30_000_000);
        Timestamp start = network.Now;

        Assert.True(network.RunUntil(() => flow.IsDone, Interval.FromSeconds(10)));
        Assert.InRange(30_000_000 / (network.Now - start).TotalSeconds, 0.9 * 120e6, 120e6);
        Assert.All(network.Left.Trunk.Paths, path => Assert.InRange(path.CarriedBytes, 6_000_000, 9_000_000));
    }

    [Fact]
    public void OneFlow_OverUnequalPaths_TakesTheSumOfTheirRates()
    {
        var network = new VirtualNetwork(Options, 4);
        long[] rates = [56_250_000, 56_250_000, 2_500_000, 2_500_000];
        for (int i = 0; i < 4; i++)
        {
            network.Paths[i].Set(rates[i], Interval.FromMicroseconds(100));
        }

        network.Left.ChunkBytesMax = 64 << 10;
        VirtualFlow flow = network.Left.Open(1, 60_000_000);
        Timestamp start = network.Now;

        Assert.True(network.RunUntil(() => flow.IsDone, Interval.FromSeconds(10)));
        Assert.InRange(60_000_000 / (network.Now - start).TotalSeconds, 0.9 * rates.Sum(), rates.Sum());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void OneFlow_WhenAPathFallsSilent_StallsForLessThanTheLimitAndUsesItAgain(bool there, bool back)
    {
        var network = new VirtualNetwork(Options, 4);
        network.Left.ChunkBytesMax = 64 << 10;
        VirtualFlow flow = network.Left.Open(1, 500_000_000);
        VirtualFlow Far() => network.Right.Flows[1];
        network.RunUntil(() => network.Right.Flows.Count > 0 && Far().Read > 20_000_000, Interval.FromSeconds(5));
        network.Paths[1].Pipes[0].IsSilent = there;
        network.Paths[1].Pipes[1].IsSilent = back;
        long longestNs = 0;
        for (int i = 0; i < 100; i++)
        {
            (long before, Timestamp at) = (Far().Read, network.Now);
            network.RunUntil(() => Far().Read > before, Interval.FromSeconds(5));
            longestNs = Math.Max(longestNs, (network.Now - at).Nanoseconds);
            network.RunUntil(() => false, Interval.FromMilliseconds(10));
        }

        Assert.True(longestNs <= 300_000_000, $"{longestNs} ns");
        Assert.NotEqual(StripePathState.Up, network.Left.Trunk.Paths[1].State);
        long carried = network.Left.Trunk.Paths[1].CarriedBytes;
        network.Paths[1].Pipes[0].IsSilent = network.Paths[1].Pipes[1].IsSilent = false;
        network.RunUntil(() => false, Interval.FromMilliseconds(700));
        Assert.Equal(StripePathState.Up, network.Left.Trunk.Paths[1].State);
        Assert.True(network.Left.Trunk.Paths[1].CarriedBytes > carried + 3_000_000);
        Assert.True(network.RunUntil(() => flow.IsDone, Interval.FromSeconds(20)));
    }

    [Fact]
    public void OneFlow_WhenAPathBecomesSlow_DoesNotWaitForWhatItCarries()
    {
        var network = new VirtualNetwork(Options, 4);
        network.Left.ChunkBytesMax = 64 << 10;
        VirtualFlow flow = network.Left.Open(1, 100_000_000);
        network.RunUntil(() => network.Right.Flows.Count > 0 && network.Right.Flows[1].Read > 10_000_000, Interval.FromSeconds(5));
        network.Paths[2].Set(100_000, Interval.FromMicroseconds(100));
        Timestamp start = network.Now;

        Assert.True(network.RunUntil(() => flow.IsDone, Interval.FromSeconds(20)));
        Assert.InRange((network.Now - start).TotalSeconds, 0.9, 1.3);
    }

    [Fact]
    public void Flows_WhenAllPathsFallSilent_OutliveAShortTimeAndEndAfterALongOne()
    {
        var network = new VirtualNetwork(Options with { Hold = Interval.FromSeconds(2) }, 2);
        VirtualFlow flow = network.Left.Open(1, 1_000_000_000);
        network.RunUntil(() => network.Right.Flows.Count > 0 && network.Right.Flows[1].Read > 10_000_000, Interval.FromSeconds(5));
        void Silence(bool isSilent)
        {
            foreach (VirtualPipe pipe in network.Paths.SelectMany(p => p.Pipes))
            {
                pipe.IsSilent = isSilent;
            }
        }

        Silence(true);
        network.RunUntil(() => false, Interval.FromSeconds(1));
        Silence(false);
        long read = network.Right.Flows[1].Read;
        Assert.True(network.RunUntil(() => network.Right.Flows[1].Read > read + 20_000_000, Interval.FromSeconds(2)));
        Silence(true);
        Assert.True(network.RunUntil(() => flow.IsReset && network.Right.Flows[1].IsReset, Interval.FromSeconds(4)));
        Assert.True(network.Right.IsEnded);
        Assert.Equal((0L, 0L), (network.Left.GrantedBytes, network.Right.GrantedBytes));
    }

    [Fact]
    public void Flows_OfWhichOneIsNotRead_HoldBackNoOther()
    {
        var network = new VirtualNetwork(Options with { FlowWindowBytes = 1 << 20 }, 2, memoryBytes: 4 << 20);
        network.Right.ReadBytes = 0;
        for (ulong id = 1; id <= 8; id++)
        {
            network.Left.Open(id, 10_000_000);
        }

        network.RunUntil(() => false, Interval.FromSeconds(1));
        Assert.InRange(network.Right.GrantedBytes, 1 << 20, (4 << 20) + (8 * CreditPool.FlowBytesMin));
        Assert.InRange(network.Right.HeldBytesMost, 64 << 10, 1 << 20);
        Assert.All(network.Left.Trunk.Paths, path => Assert.Equal(StripePathState.Up, path.State));
        network.Right.ReadBytes = null;
        Assert.True(network.RunUntil(() => network.Left.Flows.Values.All(f => f.IsDone), Interval.FromSeconds(10)));
        Assert.Equal((0L, 0L), (network.Left.GrantedBytes, network.Right.GrantedBytes));
    }

    [Fact]
    public void Flows_WhateverFails_LoseNothingRepeatNothingAndEnd() => Prop.ForAll<ulong>(seed =>
    {
        var random = new RandomSource(seed);
        int paths = 1 + (int)random.Below(5);
        var options = Options with { FlowWindowBytes = 64 << (int)random.Below(7) << 10 };
        var network = new VirtualNetwork(options, paths, memoryBytes: 1 << 20 << (int)random.Below(5));
        foreach (VirtualPath path in network.Paths)
        {
            path.Set(200_000 << (int)random.Below(8), Interval.FromMicroseconds(10 << (int)random.Below(13)));
        }

        network.Left.ChunkBytesMax = network.Right.ChunkBytesMax = 64 << (int)random.Below(11);
        network.Right.AnswerBytes = random.Below(3) == 0 ? 0 : random.Below(500_000);
        network.Right.ReadBytes = random.Below(2) == 0 ? null : 100 + random.Below(20_000);
        ulong flows = 1 + random.Below(4);
        for (ulong id = 1; id <= flows; id++)
        {
            network.Left.Open(id, random.Below(5) == 0 ? 0 : random.Below(1_500_000));
        }

        // The first path may stall, and comes back; one lives always.
        for (uint fault = random.Below(12); fault > 0; fault--)
        {
            int path = (int)random.Below((uint)paths);
            VirtualPipe pipe = network.Paths[path].Pipes[random.Below(2)];
            Interval at = Interval.FromMilliseconds(random.Below(2_000));
            switch (random.Below(3))
            {
                case 0:
                    network.At(at, () => network.Reset(path));
                    break;
                case 1:
                    network.At(at, () => pipe.IsSilent = true);
                    network.At(at + Interval.FromMilliseconds(1 + random.Below(3_000)), () => pipe.IsSilent = false);
                    break;
                default:
                    long rate = 50_000 << (int)random.Below(8);
                    network.At(at, () => network.Paths[path].Set(rate, Interval.FromMicroseconds(100)));
                    break;
            }
        }

        bool isOver = network.RunUntil(
            () => network.Left.Flows.Values.All(f => f.IsDone) && network.Right.Flows.Values.All(f => f.IsDone), Interval.FromSeconds(200));

        Assert.True(isOver, $"seed {seed}: not over");
        foreach (VirtualFlow left in network.Left.Flows.Values)
        {
            VirtualFlow right = network.Right.Flows[left.Flow.Id];
            Assert.Equal((left.SentBytes, right.SentBytes), (right.Read, left.Read));
            Assert.False(left.IsReset || right.IsReset);
            Assert.Empty(left.Held);
            Assert.Empty(right.Held);
        }

        Assert.True(network.Right.HeldBytesMost <= options.FlowWindowBytes);
        Assert.Equal((0L, 0L), (network.Left.GrantedBytes, network.Right.GrantedBytes));
    }).QuickCheckThrowOnFailure();
}
