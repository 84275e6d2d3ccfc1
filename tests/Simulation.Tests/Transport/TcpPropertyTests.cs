using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>What holds whatever the path does to segments and acknowledgements, in every combination of choices.</summary>
public class TcpPropertyTests
{
    private const long Us = 1_000_000;
    private const int Transfers = 5_000;
    private const long Hour = 3_600_000_000 * Us;

    [Fact]
    public void Transfer_OverAnyPath_DeliversEverythingOnce() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Transfer((ulong)seed))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Transfers));

    /// <summary>Seeds that once failed.</summary>
    [Theory]
    [InlineData(13)]
    public void Transfer_OverAKnownPath_DeliversEverythingOnce(ulong seed) => Transfer(seed);

    /// <summary>Without losses nothing waits for the retransmission timer, however segments overtake each other.</summary>
    [Theory]
    [InlineData(LossDetection.DuplicateAcks)]
    [InlineData(LossDetection.Adaptive)]
    [InlineData(LossDetection.RackTlp)]
    public void Transfer_ThatIsOnlyReordered_MeetsNoTimeout(LossDetection detection)
    {
        for (ulong seed = 0; seed < 300; seed++)
        {
            var random = new RandomSource(seed);
            var transport = new Scenarios.Model.Transport { LossDetection = detection, Handshake = false };
            var pipe = new TcpPipe(new TcpOptions(transport, 1500), true, seed)
            {
                RoundTripPs = (10 + random.Below(100)) * Us,
                SegmentPs = Us,
                LatePerMillion = 500_000,
                LatePs = (1 + random.Below(60)) * Us,
            };
            pipe.Sender.Append(1 + random.Below(1_000_000));
            pipe.Sender.Close();
            pipe.Check = () => Assert.True(pipe.Sender.Timeouts == 0, $"seed {seed}: {pipe}");
            pipe.Run(Hour);
            Assert.True(pipe.NowPs < 150_000 * Us, $"seed {seed}: took until {pipe.NowPs / Us} us: {pipe}");
        }
    }

    private static void Transfer(ulong seed)
    {
        var random = new RandomSource(seed);
        var transport = new Scenarios.Model.Transport
        {
            CongestionControl = (CongestionControl)random.Below(3),
            Sack = random.Below(4) != 0,
            LossDetection = (LossDetection)random.Below(3),
            DuplicateAcks = 1 + (int)random.Below(5),
            AckEvery = 1 + (int)random.Below(3),
            AckDelay = Interval.FromMicroseconds(1 + random.Below(40_000)),
            RtoMin = Interval.FromMicroseconds(500 + random.Below(200_000)),
            Ecn = random.Below(2) == 0,
            Tso = new ByteCount(random.Below(2) == 0 ? 0 : 65_536),
            IsPaced = random.Below(4) == 0,
            Coalescing = new Coalescing { IsOn = random.Below(2) == 0, FlushOnReordering = random.Below(2) == 0 },
            ReceiveWindow = new ByteCount(random.Below(3) == 0 ? 20_000 : 16 << 20),
            HeaderBytes = random.Below(3) == 0 ? 40 : 52,
        };
        uint evil = random.Below(200_000);
        var pipe = new TcpPipe(new TcpOptions(transport, 1500), random.Below(2) == 0, seed)
        {
            RoundTripPs = (1 + random.Below(300)) * Us,
            SegmentPs = random.Below(3) * Us,
            QueueMax = 5 + (int)random.Below(200),
            MarkFrom = random.Below(2) == 0 ? 10 : int.MaxValue,
            LostPerMillion = random.Below(evil + 1),
            AcksLostPerMillion = random.Below(evil + 1),
            DuplicatedPerMillion = random.Below(evil + 1),
            LatePerMillion = random.Below(2 * evil + 1),
            LatePs = (1 + random.Below(500)) * Us,
        };
        pipe.Check = () => CheckInvariants(pipe);
        long bytes = 0;
        int parts = 1 + (int)random.Below(4);
        for (int part = 1; part <= parts; part++)
        {
            long more = 1 + random.Below(400_000);
            bytes += more;
            pipe.Sender.Append(more);
            if (part == parts)
            {
                pipe.Sender.Close();
            }

            pipe.Run(part == parts ? Hour : pipe.NowPs + (random.Below(1_000_000) * Us));
        }

        Assert.True(pipe.Sender.IsDone, $"seed {seed}: {pipe}");
        Assert.Equal(bytes, pipe.Receiver.DeliveredBytes);
        Assert.Equal(bytes, pipe.Sender.BytesAcked);
        Assert.Equal(0, pipe.Sender.InFlight);
        Assert.Equal(0, pipe.Receiver.Held);
        Assert.True(pipe.Sender.NextDeadlinePs == long.MaxValue, $"seed {seed}: {pipe}");
    }

    private static void CheckInvariants(TcpPipe pipe)
    {
        TcpSender sender = pipe.Sender;
        bool isSound = sender.InFlight >= 0
            && sender.Window >= 1
            && sender.SlowStartThreshold >= 2
            && sender.FirstUnacknowledged <= sender.NextIndex
            && sender.BytesAcked <= pipe.Receiver.DeliveredBytes
            && sender.UnacknowledgedBytes <= pipe.Options.ReceiveWindowBytes
            && sender.NextDeadlinePs >= pipe.NowPs
            && pipe.Receiver.NextDeadlinePs >= pipe.NowPs
            && (sender.FirstUnacknowledged == sender.NextIndex || sender.NextDeadlinePs != long.MaxValue);
        Assert.True(isSound, pipe.ToString());
        sender.AssertConsistent();
    }
}
