using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

public class CubicTests
{
    private static readonly Scenarios.Model.Transport Transport = TcpTrace.Sack with
    {
        CongestionControl = CongestionControl.Cubic,
        ReceiveWindow = new ByteCount(1 << 30),
    };

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(26, 2)]
    [InlineData(27, 3)]
    [InlineData(999_999_999_999_999_999, 999_999)]
    [InlineData(1_000_000_000_000_000_000, 1_000_000)]
    [InlineData(ulong.MaxValue, 2_642_245)]
    public void CubeRoot_IsTheFloor(ulong value, uint root) => Assert.Equal(root, CubeRoot.Floor(value));

    [Fact]
    public void CubeRoot_OfCubesAndTheirNeighbours_IsExact()
    {
        for (ulong root = 2; root <= 2_642_245; root += 1 + (root / 50))
        {
            ulong cube = root * root * root;
            Assert.Equal((root - 1, root, root), (CubeRoot.Floor(cube - 1), CubeRoot.Floor(cube), CubeRoot.Floor(cube + 1)));
        }
    }

    [Fact]
    public void Growth_IsTheFormula()
    {
        // Floating point is the judge here, never a part of a result.
        for (double seconds = 0.001; seconds < 130; seconds *= 1.3)
        {
            ulong steps = (ulong)(seconds * 1e12 / (1 << 20));
            Assert.Equal(0.4 * Math.Pow(seconds, 3), Cubic.Grow(steps) / 1024.0, 0.002 + (1e-5 * Math.Pow(seconds, 3)));
        }

        for (int segments = 1; segments < 1_000_000; segments += 1 + (segments / 3))
        {
            Assert.Equal(Math.Cbrt(segments / 0.4), Cubic.FindSteps(segments) * (double)(1 << 20) / 1e12, 0.0002);
        }
    }

    [Fact]
    public void Loss_LeavesSevenTenths_AndTheSecondLeavesRoomForOthers()
    {
        var sender = new TcpSender();
        var cubic = new Cubic();
        sender.Reset(new TcpOptions(Transport with { InitialWindow = 1_000 }, 1500), true, cubic);
        Assert.Equal((700, 1_000), (cubic.Reduce(sender, CongestionSignal.Loss, 0), cubic.LastMax));

        // 800 of 1000 reached: W_max is (1 + 0.7) / 2 of it.
        sender.Reset(new TcpOptions(Transport with { InitialWindow = 800 }, 1500), true, new NewReno());
        Assert.Equal((560, 680), (cubic.Reduce(sender, CongestionSignal.Loss, 0), cubic.LastMax));
    }

    [Fact]
    public void Window_AfterALoss_FollowsTheCubic()
    {
        // 1000 segments, of which 700 remain: K = (300 / 0.4)^(1/3) = 9.086 s, and W(t) = 0.4 (t − K)³ + 1000; what is seen is a round
        // trip old.
        (int[] windows, int lossAt) = WindowsAfterALoss(1_000, 100.Ms, 200);
        Assert.Equal(700, windows[lossAt]);
        foreach (int seconds in (int[])[1, 2, 4, 6, 8, 9, 10, 12, 14, 16, 18])
        {
            double expected = (0.4 * Math.Pow(seconds - 0.1 - 9.0856, 3)) + 1_000;
            Assert.Equal(expected, windows[lossAt + (seconds * 10)], expected * 0.01);
        }

        // The plateau: within 1 % of where the loss was for the second before and the one after.
        Assert.All(windows[(lossAt + 75)..(lossAt + 105)], window => Assert.InRange(window, 990, 1_010));
    }

    [Fact]
    public void Window_OfAShortRoundTrip_GrowsAsRenoWould()
    {
        // 20 segments and 1 ms: from 14 on 9/17 of a segment a round trip, and past the 20 of before a whole one (RFC 9438 §4.3).
        (int[] windows, int lossAt) = WindowsAfterALoss(20, 1.Ms, 100);
        Assert.InRange(windows[lossAt], 14, 15);
        Assert.InRange(windows[lossAt + 11], 19, 21);
        Assert.InRange(windows[lossAt + 61] - windows[lossAt + 11], 47, 53);
    }

    [Fact]
    public void HyStart_WhenAcknowledgementsFillHalfARoundTrip_LeavesSlowStart()
    {
        static int Run(bool hasHyStart)
        {
            // 100 segments fit into a round trip of 1 ms; the queue is endless.
            var options = new TcpOptions(Transport, 1500) { HasHyStart = hasHyStart };
            var pipe = new TcpPipe(options) { RoundTripPs = 1.Ms, SegmentPs = 10.Us };
            pipe.Sender.Append(20_000L * TcpTrace.Mss);
            pipe.Run(10.Ms);
            return pipe.Sender.SlowStartThreshold;
        }

        // The acknowledgements of 80 segments are halfway through, when they have taken 0.5 ms.
        Assert.InRange(Run(true), 100, 140);
        Assert.Equal(int.MaxValue, Run(false));
    }

    // The first of a window is lost once; then all arrives, one round trip after the other.
    private static (int[] Windows, int LossAt) WindowsAfterALoss(int window, long rttPs, int rounds)
    {
        var trace = new TcpTrace(Transport with { InitialWindow = window, InitialSlowStartThreshold = window });
        trace.Sends(0..window)
            .At(rttPs).Acks(0, [1..2]).Sends(window..(window + 1)).Acks(0, [1..3]).Sends((window + 1)..(window + 2))
            .Acks(0, [1..4]).Retransmits(0);
        TcpSender sender = trace.Sender;
        long nowPs = rttPs;
        var windows = new List<int>();
        var inFlight = new Queue<TcpSegment>();
        for (int arrived = 5; arrived <= window + 2; arrived++)
        {
            Answer(new TcpAck { SackCount = 1, Sack = Block(1, arrived) });
        }

        for (int round = 0; round < rounds; round++)
        {
            nowPs += rttPs;
            if (round == 0)
            {
                Answer(new TcpAck { Next = window + 2, NextOffset = (uint)((window + 2) * TcpTrace.Mss), EchoPs = rttPs });
            }

            windows.Add(sender.Window);
            for (int i = inFlight.Count; i > 0; i--)
            {
                TcpSegment segment = inFlight.Dequeue();
                if (segment.Index >= sender.FirstUnacknowledged)
                {
                    Answer(new TcpAck
                    {
                        Next = segment.Index + 1,
                        NextOffset = segment.Offset + (uint)segment.Bytes,
                        EchoPs = segment.StampPs,
                    });
                }
            }
        }

        return ([.. windows], 0);

        void Answer(TcpAck ack)
        {
            sender.OnAck(in ack, nowPs);
            while (sender.TrySend(nowPs, out TcpSegment segment))
            {
                inFlight.Enqueue(segment);
            }
        }

        static SackBlocks Block(int first, int end)
        {
            SackBlocks blocks = default;
            blocks[0] = new SackBlock(first, end);
            return blocks;
        }
    }
}
