using Trunkline.Core.Striping.Sessions;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>One TCP connection that a trunk carries: a stream each way, cut into chunks that keep their bounds when they are sent again.</summary>
/// <remarks>Belongs to its <see cref="StripeTrunk"/>. Holds no data, only places; its user keeps chunks until they are acknowledged or read.</remarks>
public sealed class StripeFlow
{
    /// <summary>Most chunks of a flow that are under way, and so most that a far end must hold out of order.</summary>
    internal const int ChunksMax = 8192;

    private readonly Queue<int> _unsent = new();
    private readonly DataReceiver _receiver = new();
    private readonly CreditPool _pool;
    private readonly long _windowBytes;
    private long _chunksAppended;
    private long _chunksTakenAtUnacknowledged;

    internal StripeFlow(ulong id, string service, bool isOpener, int paths, long windowBytes, CreditPool pool)
    {
        (Id, Service, IsOpener, _windowBytes, _pool) = (id, service, isOpener, windowBytes, pool);
        Sender = new DataSender(paths, long.MaxValue / 2);
        Sender.OnCredit(0);
        SentOn = new long[paths];
    }

    /// <summary>Its random number.</summary>
    public ulong Id { get; }

    /// <summary>The service that it was opened to.</summary>
    public string Service { get; }

    /// <summary>Whether this end opened it.</summary>
    public bool IsOpener { get; }

    /// <summary>Whether the target is connected.</summary>
    public bool IsAccepted { get; internal set; }

    /// <summary>Whether the far end may know of it.</summary>
    public bool IsTold { get; internal set; }

    /// <summary>Whether it is over: done both ways, or reset.</summary>
    public bool IsClosed { get; internal set; }

    /// <summary>What its user knows it by.</summary>
    public object? Tag { get; set; }

    /// <summary>Bytes that may be appended now: 0 when the far end has no room or too many chunks are under way.</summary>
    public long AppendableBytes => IsClosed || IsFinished || Sender.End == Sender.TakenEnd && UnderWayChunks >= ChunksMax ? 0 : Sender.CreditBytes;

    /// <summary>The first byte that the far process has not acknowledged; chunks before it need not be kept.</summary>
    public long Unacknowledged => Sender.Unacknowledged;

    /// <summary>Behind the last byte that was appended.</summary>
    public long AppendedEnd => Sender.End;

    /// <summary>Whether the application has said that it sends no more.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Bytes that came in order, read or not.</summary>
    public long ArrivedBytes => _receiver.DeliveredBytes;

    /// <summary>Bytes that were read.</summary>
    public long ConsumedBytes { get; private set; }

    /// <summary>Bytes that wait for others before them.</summary>
    public long HeldBytes => _receiver.HeldBytes;

    /// <summary>Bytes that came twice.</summary>
    public long DuplicateBytes => _receiver.DuplicateBytes;

    /// <summary>Bytes that were sent again over another path.</summary>
    public long ResentBytes => Sender.ReinjectedBytes;

    /// <summary>Where the far application's stream ends; −1 before that is known.</summary>
    public long EndAt { get; private set; } = -1;

    /// <summary>Whether all that comes was read, and its end.</summary>
    public bool IsReceiveDone => EndAt >= 0 && ConsumedBytes > EndAt;

    /// <summary>Whether all that was to be sent, and its end, is acknowledged.</summary>
    public bool IsSendDone => IsFinished && Sender.IsDone;

    internal DataSender Sender { get; }

    // Bytes of the flow that each path's session was given, as the sender counts them.
    internal long[] SentOn { get; }

    internal long GrantedEnd { get; private set; }

    internal bool IsReadyQueued { get; set; }

    internal bool IsCreditQueued { get; set; }

    internal bool IsProgressQueued { get; set; }

    internal bool HasReady => Sender.HasAgain || _unsent.Count > 0;

    internal int UnderWayChunks => (int)(_chunksAppended - _chunksTakenAtUnacknowledged);

    /// <summary>What the next chunk would be.</summary>
    internal int NextChunkBytes => Sender.HasAgain || !_unsent.TryPeek(out int bytes) ? StripeFrame.DataBytesMax : bytes;

    internal void Append(int bytes)
    {
        Sender.Append(bytes);
        _unsent.Enqueue(bytes);
        _chunksAppended++;
    }

    internal void Finish()
    {
        IsFinished = true;
        Append(1);
    }

    /// <summary>Gives a path the next chunk.</summary>
    internal bool TryTake(int path, out DataRange range)
    {
        bool isAgain = Sender.HasAgain;
        if (!Sender.TryTake(path, isAgain ? int.MaxValue : NextChunkBytes, out range))
        {
            return false;
        }

        if (!isAgain)
        {
            _unsent.Dequeue();
        }

        SentOn[path] += range.Bytes;
        return true;
    }

    /// <summary>The user has dropped chunks that were acknowledged.</summary>
    internal void OnReleased(int chunks) => _chunksTakenAtUnacknowledged += chunks;

    internal bool IsFinalChunk(DataRange range) => IsFinished && range.End == Sender.End;

    /// <summary>Data came.</summary>
    /// <returns>Whether it is new and must be kept; a fault when it may not be.</returns>
    internal (StripeFault Fault, bool IsNew) OnData(in StripeFrame frame)
    {
        long end = frame.Value + frame.StreamBytes;
        long limit = GrantedEnd + (frame.IsFinal ? 1 : 0);
        if (end > limit || (EndAt >= 0 && end > EndAt + 1) || (frame.IsFinal && EndAt >= 0 && EndAt != frame.Value))
        {
            return (StripeFault.Window, false);
        }

        long before = _receiver.DuplicateBytes;
        _ = _receiver.OnData(new DataRange(frame.Value, frame.StreamBytes));
        long twice = _receiver.DuplicateBytes - before;
        if (twice > 0)
        {
            // What is sent again has the bounds that it had.
            return (twice == frame.StreamBytes ? StripeFault.None : StripeFault.Window, false);
        }

        if (frame.IsFinal)
        {
            EndAt = frame.Value;
        }

        return (StripeFault.None, true);
    }

    /// <summary>The application read bytes, or the end.</summary>
    internal void OnConsumed(long bytes)
    {
        ConsumedBytes += bytes;
        _pool.Add(-Math.Min(bytes, Math.Max(0, GrantedEnd - ConsumedBytes + bytes)));
    }

    internal bool WantsCredit
    {
        get
        {
            long outstanding = Math.Max(0, GrantedEnd - ConsumedBytes);
            long window = _pool.ComputeWindow(outstanding, _windowBytes);
            return EndAt < 0 && outstanding <= window - (window / 4);
        }
    }

    /// <summary>Grants what there is room for.</summary>
    /// <returns>The limit to tell.</returns>
    internal long Grant()
    {
        long outstanding = Math.Max(0, GrantedEnd - ConsumedBytes);
        long window = _pool.ComputeWindow(outstanding, _windowBytes);
        if (window > outstanding)
        {
            _pool.Add(window - outstanding);
            GrantedEnd = Math.Max(GrantedEnd, ConsumedBytes) + window - outstanding;
        }

        return GrantedEnd;
    }

    /// <summary>Gives back what was granted and not used.</summary>
    internal void Close()
    {
        _pool.Add(-Math.Max(0, GrantedEnd - ConsumedBytes));
        IsClosed = true;
        GrantedEnd = ConsumedBytes;
    }
}
