using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>What a receiver answers, and when.</summary>
public class TcpReceiverTests
{
    private static readonly Scenarios.Model.Transport Plain = TcpTrace.Sack with { AckEvery = 2, AckDelay = Interval.FromMilliseconds(40) };

    private static readonly Scenarios.Model.Transport Coalesced = Plain with
    {
        Coalescing = new Coalescing { SegmentsMax = 4, Timeout = Interval.FromMicroseconds(20) },
    };

    [Fact]
    public void Acknowledgements_AnswerEveryOtherSegment() => new Trace(Plain)
        .Receives(0).Answers("")
        .Receives(1).Answers("2")
        .Receives(2, 3, 4).Answers("4");

    [Fact]
    public void Acknowledgement_OfAnOddSegment_Waits() => new Trace(Plain)
        .At(7.Us).Receives(0).Answers("")
        .Deadline(40.Ms + 7.Us).Answers("1 echo 7");

    [Fact]
    public void Acknowledgements_AtTheBeginning_DoNotWait() => new Trace(new TcpOptions(Plain, 1500) { QuickAcks = 2 })
        .Receives(0).Answers("1")
        .Receives(1).Answers("2")
        .Receives(2).Answers("");

    [Fact]
    public void Acknowledgement_EchoesTheFirstThatItAnswers() => new Trace(Plain)
        .At(1.Us).Receives(0).At(5.Us).Receives(1).Answers("2 echo 1");

    [Fact]
    public void Blocks_NameTheLatestFirst() => new Trace(Plain)
        .Receives(0, 1).Answers("2")
        .Receives(4).Answers("2 sack 4-5")
        .Receives(6).Answers("2 sack 6-7 4-5")
        .Receives(8).Answers("2 sack 8-9 6-7 4-5")
        .Receives(10).Answers("2 sack 10-11 8-9 6-7")
        .Receives(5).Answers("2 sack 4-7 10-11 8-9")
        .Receives(2).Answers("3 sack 4-7 10-11 8-9")
        .Receives(3).Answers("7 sack 10-11 8-9");

    [Fact]
    public void Duplicates_AreNamed() => new Trace(Plain)
        .Receives(0, 1).Answers("2")
        .Receives(1).Answers("2 twice 1-2")
        .Receives(4).Answers("2 sack 4-5")
        .Receives(4).Answers("2 twice 4-5 4-5")
        .Has(duplicates: 2);

    [Fact]
    public void WithoutSack_DuplicatesAreBare() => new Trace(Plain with { Sack = false })
        .Receives(0, 1).Answers("2")
        .Receives(3).Answers("2")
        .Receives(4).Answers("2")
        .Receives(2).Answers("5");

    [Fact]
    public void Order_IsCountedAsRfc4737Does() => new Trace(Plain)
        .Receives(0, 3, 1, 2, 5, 4).Has(outOfOrder: 3, depthSum: 3, depthMax: 1)
        .Receives(10, 11, 12, 6).Has(outOfOrder: 4, depthSum: 6, depthMax: 3)
        .ReceivesAgain(7).Has(outOfOrder: 4, depthSum: 6, depthMax: 3);

    [Fact]
    public void Dctcp_AtEachChangeOfTheMark_AnswersWhatCameBefore() => new Trace(Plain with { CongestionControl = CongestionControl.Dctcp })
        .Receives(0, 1).Answers("2")
        .Receives(2).Answers("")
        .ReceivesMarked(3).Answers("3", "4 marked")
        .ReceivesMarked(4).Answers("")
        .ReceivesMarked(5).Answers("6 marked")
        .ReceivesMarked(6).Answers("")
        .Receives(7).Answers("7 marked", "8");

    [Fact]
    public void Ecn_EchoesWhenOneOfTheAnsweredIsMarked() => new Trace(Plain with { Ecn = true })
        .ReceivesMarked(0).Receives(1).Answers("2 marked")
        .Receives(2, 3).Answers("4");

    [Fact]
    public void Opening_IsAnsweredEachTime() => new Trace(Plain)
        .At(3.Us).Receives(-1).Answers("0 opens echo 3")
        .At(5.Us).Receives(-1).Answers("0 opens echo 5");

    [Fact]
    public void Train_IsAnsweredOnce() => new Trace(Coalesced)
        .Receives(0, 1, 2).Answers("")
        .Receives(3).Answers("4").Has(events: 1)
        .Receives(4, 5, 6, 7).Answers("8").Has(events: 2);

    [Fact]
    public void Train_EndsWithAPush() => new Trace(Coalesced)
        .Receives(0).ReceivesPushed(1).Answers("2").Has(events: 1)
        .ReceivesPushed(2).Answers("").Has(events: 2);

    [Fact]
    public void Train_EndsAWhileAfterItsFirst() => new Trace(Coalesced)
        .At(5.Us).Receives(0).At(15.Us).Receives(1)
        .Deadline(25.Us).Answers("2 echo 5").Has(events: 1);

    [Fact]
    public void Train_EndsAtItsLargestSize() => new Trace(Coalesced with { Coalescing = new Coalescing { BytesMax = 3 * TcpTrace.Mss } })
        .Receives(0, 1, 2).Answers("")
        .Receives(3).Answers("3").Has(events: 1);

    [Fact]
    public void Train_EndsAtAChangeOfTheMark() => new Trace(Coalesced)
        .Receives(0, 1).ReceivesMarked(2).Answers("2").Has(events: 1);

    [Fact]
    public void Train_EndsAtReordering_AndWhatIsOutOfOrderGoesUpAlone() => new Trace(Coalesced)
        .Receives(0, 1).Answers("")
        .Receives(3).Answers("2", "2 sack 3-4").Has(events: 2)
        .Receives(2).Deadline(20.Us).Answers("4").Has(events: 3);

    [Fact]
    public void Trains_ThatReorderingDoesNotFlush_WaitBesideEachOther() => new Trace(
        Coalesced with { Coalescing = Coalesced.Coalescing with { FlushOnReordering = false } })
        .Receives(0, 1).Answers("")
        .Receives(4, 5, 6).Answers("").Has(events: 0)
        .Receives(2).Answers("")
        .Receives(3).Answers("4").Has(events: 1, outOfOrder: 2, depthMax: 3, depthSum: 6)
        .Receives(7).Answers("8").Has(events: 2);

    [Fact]
    public void Coalescing_UnderReordering_IsDefeated()
    {
        double ordered = SegmentsPerEvent(0), reordered = SegmentsPerEvent(1);

        Assert.Equal(44, ordered);
        Assert.InRange(reordered, 1, 1.5);

        static double SegmentsPerEvent(int swap)
        {
            var receiver = new TcpReceiver();
            receiver.Reset(new TcpOptions(new Scenarios.Model.Transport(), 1500));
            for (int i = 0; i < 4_400; i++)
            {
                receiver.OnSegment(Trace.Segment(i ^ swap, 0), false, 0);
                while (receiver.TryAck(out _))
                {
                }
            }

            return (double)receiver.SegmentsReceived / receiver.ReceiveEvents;
        }
    }

    /// <summary>A receiver seen from the wire.</summary>
    private sealed class Trace
    {
        private readonly TcpReceiver _receiver = new();
        private readonly List<string> _answers = [];
        private long _nowPs;

        public Trace(Scenarios.Model.Transport transport)
            : this(new TcpOptions(transport, 1500) { QuickAcks = 0 })
        {
        }

        public Trace(TcpOptions options) => _receiver.Reset(options);

        public static TcpSegment Segment(int index, long stampPs) => new()
        {
            Index = index,
            Bytes = TcpTrace.Mss,
            Offset = (uint)(index * TcpTrace.Mss),
            StampPs = stampPs,
        };

        public Trace At(long nowPs)
        {
            _nowPs = nowPs;
            return this;
        }

        public Trace Receives(params int[] segments)
        {
            foreach (int index in segments)
            {
                Take(Segment(index, _nowPs), false);
            }

            return this;
        }

        public Trace ReceivesMarked(int index) => Take(Segment(index, _nowPs), true);

        public Trace ReceivesPushed(int index) => Take(Segment(index, _nowPs) with { IsPushed = true }, false);

        public Trace ReceivesAgain(int index) => Take(Segment(index, _nowPs) with { IsRetransmission = true }, false);

        public Trace Deadline(long atPs)
        {
            Assert.Equal(atPs, _receiver.NextDeadlinePs);
            _receiver.OnDeadline(atPs);
            Drain();
            return this;
        }

        /// <summary>What was answered since this was last asked; an echo is compared only where it is written.</summary>
        public Trace Answers(params string[] answers)
        {
            Assert.Equal(answers.Where(answer => answer.Length > 0), _answers.Select((answer, i) =>
                i < answers.Length && answers[i].Contains("echo", StringComparison.Ordinal) ? answer : answer.Split(" echo")[0]));
            _answers.Clear();
            return this;
        }

        public Trace Has(
            long? events = null, long? outOfOrder = null, long? depthSum = null, int? depthMax = null, long? duplicates = null)
        {
            Assert.Equal(
                (events ?? _receiver.ReceiveEvents, outOfOrder ?? _receiver.OutOfOrder, depthSum ?? _receiver.ReorderDepthSum,
                    depthMax ?? _receiver.ReorderDepthMax, duplicates ?? _receiver.Duplicates),
                (_receiver.ReceiveEvents, _receiver.OutOfOrder, _receiver.ReorderDepthSum, _receiver.ReorderDepthMax,
                    _receiver.Duplicates));
            return this;
        }

        private Trace Take(TcpSegment segment, bool isMarked)
        {
            _receiver.OnSegment(in segment, isMarked, _nowPs);
            Drain();
            return this;
        }

        private void Drain()
        {
            while (_receiver.TryAck(out TcpAck ack))
            {
                string text = $"{ack.Next}{(ack.IsSynAck ? " opens" : "")}{(ack.HasEcnEcho ? " marked" : "")}";
                for (int i = 0; i < ack.SackCount; i++)
                {
                    string name = i > 0 ? "" : ack.HasDuplicate ? " twice" : " sack";
                    text += $"{name} {ack.Sack[i].First}-{ack.Sack[i].End}";
                }

                _answers.Add($"{text} echo {ack.EchoPs / 1_000_000}");
            }
        }
    }
}
