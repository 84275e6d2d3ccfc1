using Trunkline.Simulation.Transport;
using Trunkline.Testing;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>One flow over a simple path against closed forms.</summary>
public class TcpLawTests
{
    private static readonly Scenarios.Model.Transport Law = TcpTrace.Sack with
    {
        InitialSlowStartThreshold = 10,
        ReceiveWindow = new Core.Units.ByteCount(1 << 28),
    };

    /// <summary>
    /// Mathis, Semke, Mahdavi and Ott 1997: window = c / √p, c = √(3/2) with an acknowledgement each, √(3/4) with delayed ones.
    /// </summary>
    [Theory]
    [InlineData(100, 1, 1.2247)]
    [InlineData(1_000, 1, 1.2247)]
    [InlineData(3_000, 1, 1.2247)]
    [InlineData(100, 2, 0.8660)]
    [InlineData(1_000, 2, 0.8660)]
    [InlineData(3_000, 2, 0.8660)]
    public void Throughput_UnderRandomLoss_IsTheSquareRootLaw(uint lostPerMillion, int ackEvery, double expected) =>
        Assert.Equal(expected, MathisConstant(lostPerMillion, ackEvery, countsSegments: false), expected * 0.08);

    /// <summary>Linux counts what is acknowledged: delayed acknowledgements do not slow it down.</summary>
    [Fact]
    public void Throughput_ThatCountsSegments_DoesNotDependOnDelayedAcknowledgements() =>
        Assert.Equal(1.2247, MathisConstant(1_000, 2, countsSegments: true), 1.2247 * 0.08);

    [Theory]
    [InlineData(0, 74.97)]
    [InlineData(10, 78.6)]
    [InlineData(20, 81.8)]
    [InlineData(50, 89.3)]
    [InlineData(100, 96.4)]
    [InlineData(150, 99.3)]
    [InlineData(200, 100)]
    public void Utilization_OfOneFlow_FollowsTheBuffer(int buffer, double expected)
    {
        // 200 segments are on their way; one is being sent and one more may come with it.
        var pipe = new TcpPipe(new TcpOptions(Law with { InitialSlowStartThreshold = 100 }, 1500))
        {
            RoundTripPs = 200 * 12.Us,
            SegmentPs = 12.Us,
            QueueMax = buffer + 2,
        };
        pipe.Sender.Append(TcpSender.Endless);
        pipe.Run(2.Seconds);
        pipe.Mark();
        pipe.Run(8.Seconds);

        Assert.Equal(expected, 100 * pipe.Utilization, 2.0);
    }

    [Fact]
    public void Transfer_OnceItsRingsHaveGrown_TakesNoMemory()
    {
        foreach (Scenarios.Model.Transport transport in (Scenarios.Model.Transport[])[TcpTrace.Reno, new(), TcpTrace.Rack])
        {
            var sender = new TcpSender();
            var receiver = new TcpReceiver();
            var options = new TcpOptions(transport with { ReceiveWindow = new Core.Units.ByteCount(100_000) }, 1500);
            sender.Reset(options, true);
            receiver.Reset(options);
            sender.Append(TcpSender.Endless);
            long nowPs = 0;
            var segments = new TcpSegment[128];
            var random = new Core.Units.RandomSource(1);
            AllocationAssert.None(() =>
            {
                int count = 0;
                while (sender.TrySend(nowPs, out segments[count]))
                {
                    count++;
                }

                for (int i = 0; i < count; i++)
                {
                    nowPs += 1.Us;
                    if (random.Below(50) != 0)
                    {
                        receiver.OnSegment(in segments[i ^ (count - i > 2 ? 1 : 0)], false, nowPs);
                    }

                    while (receiver.TryAck(out TcpAck ack))
                    {
                        sender.OnAck(in ack, nowPs);
                    }
                }

                nowPs = Math.Max(nowPs, Math.Min(sender.NextDeadlinePs, receiver.NextDeadlinePs));
                receiver.OnDeadline(nowPs);
                while (receiver.TryAck(out TcpAck ack))
                {
                    sender.OnAck(in ack, nowPs);
                }

                sender.OnDeadline(nowPs);
            });
        }
    }

    [Fact]
    public void Reset_AfterAnyLife_MakesItNew()
    {
        static (long, long, long, long) Run(TcpPipe pipe)
        {
            pipe.Sender.Append(300 * TcpTrace.Mss);
            pipe.Sender.Close();
            pipe.Run(100.Seconds);
            return (pipe.NowPs, pipe.Sender.Retransmissions, pipe.Sender.Window, pipe.Receiver.AcksSent);
        }

        var options = new TcpOptions(new Scenarios.Model.Transport(), 1500);
        var used = new TcpPipe(options, seed: 9)
        {
            RoundTripPs = 50.Us,
            SegmentPs = 1.Us,
            LostPerMillion = 50_000,
            LatePerMillion = 100_000,
            LatePs = 90.Us,
        };
        Run(used);

        var again = new TcpPipe(options, used.Sender, used.Receiver) { RoundTripPs = 50.Us, SegmentPs = 1.Us, LostPerMillion = 20_000 };
        var fresh = new TcpPipe(options) { RoundTripPs = 50.Us, SegmentPs = 1.Us, LostPerMillion = 20_000 };
        Assert.Equal(Run(fresh), Run(again));
    }

    // Delivered segments a round trip, times √p.
    private static double MathisConstant(uint lostPerMillion, int ackEvery, bool countsSegments)
    {
        var options = new TcpOptions(Law with { AckEvery = ackEvery }, 1500) { CountsSegments = countsSegments, QuickAcks = 0 };
        var pipe = new TcpPipe(options, seed: 5) { RoundTripPs = 100.Ms, LostPerMillion = lostPerMillion };
        pipe.Sender.Append(TcpSender.Endless);
        long roundTrips = 400L * (lostPerMillion == 100 ? 50 : lostPerMillion == 1_000 ? 40 : 25);
        pipe.Run(roundTrips * 100.Ms);
        return pipe.Sender.BytesAcked / (double)TcpTrace.Mss / roundTrips * Math.Sqrt(lostPerMillion / 1e6);
    }
}
