using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Known results that the rules must reproduce.</summary>
public class ExperimentTests
{
    /// <summary>Poisson packets of rate L make flowlets of exp(L × gap) packets on average.</summary>
    [Theory]
    [InlineData(0.5, 1.649)]
    [InlineData(1.0, 2.718)]
    [InlineData(2.0, 7.389)]
    public void Flowlet_OfPoissonPackets_HasTheKnownMeanLength(double packetsPerGap, double expected)
    {
        const int Packets = 400_000;
        var bundle = new Bundle(TestLinks.Equal(2));
        IBalancer balancer = TestRules.Make("flowlet:choice=round-robin:gap=100us:buckets=2", bundle);
        var random = new RandomSource(6);
        double nowNs = 0;
        for (int i = 0; i < Packets; i++)
        {
            nowNs += Exponential(ref random) * 100_000 / packetsPerGap;
            balancer.Send(bundle, 0, 1, (long)nowNs);
        }

        // In turn over two links, every new flowlet is a move.
        Assert.Equal(expected, Packets / (double)(balancer.Moves.Moves + 1), expected * 0.01);
    }

    /// <summary>
    /// Experiment 11, slotted: eight ports that send one packet a slot, eight sources that send one with probability 0.9 each;
    /// queues counted behind the arrivals of a slot.
    /// </summary>
    [Theory]
    [InlineData("random", 4.43, 12.2)]
    [InlineData("drill/two-choices", 1.47, 2.5)]
    [InlineData("drill", 1.25, 2.0)]
    public void Queues_OfASlottedSwitch_HaveTheKnownMeans(string technique, double mean, double meanOfMax)
    {
        const int Ports = 8;
        const int Slots = 120_000;
        const int WarmUp = 5_000;
        var bundle = new Bundle(TestLinks.Equal(Ports));
        IBalancer balancer = TestRules.Make(technique, bundle);
        var random = new RandomSource(12);
        double sum = 0;
        double sumOfMax = 0;
        for (int slot = 0; slot < Slots; slot++)
        {
            // A packet of 1000 B takes 1000 ns, the length of a slot.
            var now = new Timestamp(slot * 1_000L);
            for (int source = 0; source < Ports; source++)
            {
                if (random.Below(10) < 9)
                {
                    bundle.OnSent(balancer.Pick((uint)source, 1_000, now), 1_000, now);
                }
            }

            if (slot >= WarmUp)
            {
                long most = 0;
                for (int port = 0; port < Ports; port++)
                {
                    long queue = bundle.Wait(new LinkId(port), now).Nanoseconds / 1_000;
                    sum += queue;
                    most = Math.Max(most, queue);
                }

                sumOfMax += most;
            }
        }

        Assert.Equal(mean, sum / Ports / (Slots - WarmUp), mean * 0.05);
        Assert.Equal(meanOfMax, sumOfMax / (Slots - WarmUp), meanOfMax * 0.05);
    }

    private static double Exponential(ref RandomSource random) => -Math.Log(1 - ((random.Next() >> 11) * Math.Pow(2, -53)));
}
