using Trunkline.Core.Lacp;
using Trunkline.Core.Units;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Lacp;

public class LacpPropertyTests
{
    /// <summary>
    /// While a port distributes and its partner does not collect, no LACPDU that the partner sends says that it collects; the port hears one
    /// of them, or hears none and gives the partner up: three seconds behind the last that was under way.
    /// </summary>
    private static readonly Interval Bound = LacpTimes.ShortTimeout + LacpNetwork.Delay;

    // Under coupled control a partner that attached but never hears us says "in sync" for three seconds more, until it gives us up.
    private static readonly Interval CoupledBound = Bound * 2;

    [Theory]
    [InlineData(MuxControl.Independent, 300)]
    [InlineData(MuxControl.Independent, 900)]
    [InlineData(MuxControl.Coupled, 300)]
    [InlineData(MuxControl.Coupled, 900)]
    public void AnyLossAndFlaps_LeaveNoPortDistributingToOneThatDoesNotCollect(MuxControl control, uint worstLoss)
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            Interval longest = LongestMismatch(control, worstLoss, seed);
            Interval bound = control == MuxControl.Coupled ? CoupledBound : Bound;
            Assert.True(longest <= bound, $"seed {seed}: {longest}");
        }
    }

    // After everything is well again, all links carry frames: nothing stays stuck.
    [Fact]
    public void AnyLossAndFlaps_OnceOver_LeaveEverythingAtWork()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            LacpNetwork network = Shaken(seed % 2 == 0 ? MuxControl.Coupled : MuxControl.Independent, 700, seed);
            network.RunFor(310);
            foreach (LacpCable cable in network.Cables)
            {
                (cable.IsCutFromA, cable.IsCutFromB, cable.LossPerMille) = (false, false, 0);
                network.SetLink(cable.A, true);
                network.SetLink(cable.B, true);
            }

            network.RunFor(10);
            ulong expected = (1UL << MaxLinks(seed)) - 1;
            Assert.Equal((expected, expected, seed), (network[0].DistributingLinks, network[1].DistributingLinks, seed));
        }
    }

    [Fact]
    public void SteadyState_AllocatesNothing()
    {
        LacpOptions options = LacpNetwork.Options(0x0200_0000_0a00);
        LacpPortOptions[] ports = [new() { Address = 1 }, new() { Address = 2 }];
        LacpSystem[] systems = [new(options, ports), new(options with { System = 0x0200_0000_0b00 }, ports)];
        byte[] frame = new byte[LacpSystem.FrameLength];
        var now = Timestamp.Zero;
        for (int i = 0; i < 4; i++)
        {
            systems[i & 1].OnLink(new LinkId(i >> 1), true, LacpNetwork.Gigabit, true, now);
        }

        AllocationAssert.None(() =>
        {
            now += Interval.FromMilliseconds(250);
            for (int i = 0; i < 2; i++)
            {
                if (systems[i].NextDeadline <= now)
                {
                    systems[i].OnTime(now);
                }

                while (systems[i].TryTransmit(out LinkId link, frame))
                {
                    systems[1 - i].OnFrame(link, frame, now);
                }
            }
        });
        Assert.Equal((3UL, 3UL), (systems[0].DistributingLinks, systems[1].DistributingLinks));
        Assert.True(systems[0].Ports[0].Counters.LacpdusReceived > 200);
    }

    [Fact]
    public void Construct_WithOptionsOutOfRange_Throws()
    {
        LacpOptions good = LacpNetwork.Options(0x0200_0000_0a00);
        LacpPortOptions port = new() { Address = 1 };
        LacpOptions[] bad =
        [
            good with { System = 0 }, good with { System = 1UL << 48 }, good with { AdminKey = 1024 }, good with { AdminKey = -1 },
            good with { MinLinks = 0 }, good with { MaxLinks = 65 }, good with { MaxLinks = 0 },
        ];
        Assert.All(bad, options => Assert.Throws<ArgumentOutOfRangeException>(() => new LacpSystem(options, [port])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LacpSystem(good, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LacpSystem(good, [port with { Number = 0 }]));
        Assert.Throws<ArgumentException>(() => new LacpSystem(good, [port, port with { Number = 1 }]));
    }

    [Fact]
    public void Faults_OnAnyPort_AreCountedByKind()
    {
        var run = new ScriptedPartner();
        Assert.Equal(SlowPduError.Truncated, run.System.OnFrame(new LinkId(0), [1, 2, 3], run.Now));
        Assert.Equal(SlowPduError.NotSlowProtocol, run.System.OnFrame(new LinkId(0), new byte[124], run.Now));
        Assert.Equal((1L, 1L, 2L), (run.System.FaultsOf(SlowPduError.Truncated), run.System.FaultsOf(SlowPduError.NotSlowProtocol), run.Port.Counters.Faults));
        Assert.Equal(SlowPduError.None, run.System.OnFrame(new LinkId(7), [1], run.Now));
        Assert.Equal(1, run.System.FaultsOf(SlowPduError.Truncated));
    }

    private static Interval LongestMismatch(MuxControl control, uint worstLoss, ulong seed)
    {
        LacpNetwork network = Shaken(control, worstLoss, seed);
        var since = new Timestamp?[2 * network.Cables.Count];
        Interval longest = Interval.Zero;
        network.AfterEach = () =>
        {
            for (int i = 0; i < since.Length; i++)
            {
                LacpPort near = network.Port(i & 1, i >> 1), far = network.Port(1 - (i & 1), i >> 1);
                if (near.IsDistributing && !far.IsCollecting)
                {
                    since[i] ??= network.Now;
                    longest = network.Now - since[i]!.Value > longest ? network.Now - since[i]!.Value : longest;
                }
                else
                {
                    longest = since[i] is Timestamp start && network.Now - start > longest ? network.Now - start : longest;
                    since[i] = null;
                }
            }
        };
        network.RunFor(300);
        return longest;
    }

    /// <summary>One to three of the three links.</summary>
    private static int MaxLinks(ulong seed) => 1 + (int)(seed % 3);

    /// <summary>Three cables that lose frames, are cut one way and are unplugged at either end, for five minutes.</summary>
    private static LacpNetwork Shaken(MuxControl control, uint worstLoss, ulong seed)
    {
        var network = new LacpNetwork(seed) { IsRecording = false };
        var random = new RandomSource(seed * 77);
        for (int i = 0; i < 2; i++)
        {
            network.Add(LacpNetwork.Options(0x0200_0000_0a00 + ((ulong)i << 8)) with { Control = control, MaxLinks = MaxLinks(seed) }, 3);
        }

        for (int i = 0; i < 3; i++)
        {
            network.Connect(new LacpEnd(0, i), new LacpEnd(1, i));
        }

        long at = 0;
        while (at < 300_000)
        {
            at += random.Below(4_000);
            LacpCable cable = network.Cables[(int)random.Below(3)];
            LacpEnd end = random.Below(2) == 0 ? cable.A : cable.B;
            uint what = random.Below(8), loss = random.Below(worstLoss);
            network.At(new Timestamp(at * 1_000_000), () =>
            {
                switch (what)
                {
                    case 0:
                        cable.IsCutFromA = !cable.IsCutFromA;
                        break;
                    case 1:
                        cable.IsCutFromB = !cable.IsCutFromB;
                        break;
                    case 2:
                        network.SetLink(end, false);
                        break;
                    case 3 or 4:
                        network.SetLink(end, true);
                        break;
                    default:
                        cable.LossPerMille = loss;
                        break;
                }
            });
        }

        return network;
    }
}
