using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Striping.Sessions;

/// <summary>One stream over sessions: what goes where, and that nothing is lost or comes twice.</summary>
public sealed class DataSequenceTests
{
    [Fact]
    public void Take_UpToTheWindow_ThenWaitsForTheFirstByte()
    {
        var sender = new DataSender(2, windowBytes: 3000);
        sender.Append(10_000);
        Assert.Equal(new DataRange(0, 1000), Take(sender, 0, 1000));
        Assert.Equal(new DataRange(1000, 1000), Take(sender, 1, 1000));
        Assert.Equal(new DataRange(2000, 1000), Take(sender, 1, 1500));
        Assert.Null(Take(sender, 0, 1000));

        // What is behind the first byte does not open the window; the first does, for all that is behind it.
        sender.OnAcknowledged(1, 2000);
        Assert.Equal(0, sender.Unacknowledged);
        Assert.False(sender.HasReady);
        sender.OnAcknowledged(0, 500);
        Assert.Equal(500, sender.Unacknowledged);
        sender.OnAcknowledged(0, 1000);
        Assert.Equal(3000, sender.Unacknowledged);
        Assert.Equal(new DataRange(3000, 3000), Take(sender, 0, 5000));
    }

    [Fact]
    public void DataAcknowledgement_OfAnySession_OpensTheWindow()
    {
        var sender = new DataSender(2, windowBytes: 2000);
        sender.Append(10_000);
        Take(sender, 0, 1000);
        Take(sender, 1, 1000);
        sender.OnDataAcknowledged(1000);
        Assert.Equal(new DataRange(2000, 1000), Take(sender, 1, 1448));
    }

    [Fact]
    public void Reinject_SendsWhatIsNotAcknowledged_OnceAndFirst()
    {
        var sender = new DataSender(3, windowBytes: 100_000);
        var receiver = new DataReceiver();
        sender.Append(10_000);
        DataRange lost = Take(sender, 0, 1000)!.Value;
        DataRange late = Take(sender, 0, 1000)!.Value;
        Assert.Equal(0, receiver.OnData(Take(sender, 1, 1000)!.Value));
        sender.OnAcknowledged(1, 1000);
        sender.Reinject(0);
        sender.Reinject(0);
        Assert.Equal(lost, Take(sender, 2, 1000));
        Assert.Equal(1000, receiver.OnData(lost));

        // The rest in two pieces; then new bytes again.
        Assert.Equal(new DataRange(1000, 600), Take(sender, 2, 600));
        Assert.Equal(new DataRange(1600, 400), Take(sender, 2, 600));
        Assert.Equal(new DataRange(3000, 600), Take(sender, 2, 600));
        Assert.Equal(2000, receiver.OnData(late));
        Assert.Equal(3000, receiver.DeliveredBytes);
        receiver.OnData(new DataRange(1000, 600));
        Assert.Equal((600, 2000), (receiver.DuplicateBytes, sender.ReinjectedBytes));
    }

    [Fact]
    public void Reinject_OfWhatIsAcknowledgedMeanwhile_SendsNothing()
    {
        var sender = new DataSender(2, windowBytes: 100_000);
        sender.Append(2000);
        Take(sender, 0, 1000);
        Take(sender, 1, 1000);
        sender.Reinject(0);
        sender.OnAcknowledged(0, 1000);
        Assert.Null(Take(sender, 1, 1000));
        sender.OnAcknowledged(1, 1000);
        Assert.True(sender.IsDone);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Stream_OverSessionsThatFailAndAreReplaced_ArrivesWholeAndInOrder(ulong seed)
    {
        const int Sessions = 3;
        const long All = 200_000;
        var random = new RandomSource(seed);
        var sender = new DataSender(Sessions, windowBytes: 20_000);
        var receiver = new DataReceiver();
        var lines = Enumerable.Range(0, Sessions).Select(_ => new Queue<DataRange>()).ToArray();
        var acknowledged = new long[Sessions];
        sender.Append(All);
        long delivered = 0;
        for (int step = 0; !sender.IsDone; step++)
        {
            Assert.True(step < 100_000, $"seed {seed}: stuck at {sender.Unacknowledged}");
            int session = (int)random.Below(Sessions);
            switch (random.Below(20))
            {
                case 0:
                    // It dies with all that it has under way.
                    sender.Reinject(session);
                    sender.Reopen(session);
                    lines[session].Clear();
                    acknowledged[session] = 0;
                    break;
                case 1:
                    // It seems to die.
                    sender.Reinject(session);
                    break;
                case < 11:
                    if (sender.TryTake(session, 1 + (int)random.Below(3000), out DataRange taken))
                    {
                        Assert.True(taken.End <= sender.Unacknowledged + 20_000);
                        lines[session].Enqueue(taken);
                    }

                    break;
                default:
                    if (lines[session].TryDequeue(out DataRange arrived))
                    {
                        delivered += receiver.OnData(arrived);
                        acknowledged[session] += arrived.Bytes;
                        sender.OnAcknowledged(session, acknowledged[session]);
                        Assert.True(sender.Unacknowledged <= receiver.DeliveredBytes);
                    }

                    break;
            }
        }

        Assert.Equal((All, All), (delivered, receiver.DeliveredBytes));
    }

    private static DataRange? Take(DataSender sender, int session, int bytesMax) =>
        sender.TryTake(session, bytesMax, out DataRange range) ? range : null;
}
