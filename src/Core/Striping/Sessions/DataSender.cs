namespace Trunkline.Core.Striping.Sessions;

/// <summary>The sending end of one ordered stream over several sessions: says which of its bytes each carries, and keeps in mind what is not acknowledged.</summary>
/// <remarks>
/// <para>
/// A session is reliable and in order by itself (a TCP connection). No more than the window is sent beyond what the far end has without a
/// hole, which any session's acknowledgement tells (MPTCP's DATA_ACK, RFC 8684 §3.3.2). What a session acknowledged itself is at the far end
/// too. When a session fails, what it has not acknowledged goes over the others as well; the far end drops what comes twice.
/// </para>
/// <para>Told everything; no I/O; one thread. Holds no data, only places in the stream.</para>
/// </remarks>
public sealed class DataSender
{
    private readonly Session[] _sessions;
    private readonly RangeSet _acknowledged = new();
    private readonly Queue<DataRange> _again = new();
    private readonly long _windowBytes;
    private long _next;
    private long _end;
    private long _limit = long.MaxValue;

    // Of the first range that is sent again: what was.
    private int _againBytes;

    /// <summary>Begins a stream.</summary>
    /// <param name="sessions">Sessions, at least 1.</param>
    /// <param name="windowBytes">Most bytes beyond the first that is not acknowledged: the far end's buffer.</param>
    public DataSender(int sessions, long windowBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sessions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowBytes, 1);
        _sessions = [.. Enumerable.Range(0, sessions).Select(_ => new Session())];
        _windowBytes = windowBytes;
    }

    /// <summary>The first byte that is not acknowledged.</summary>
    public long Unacknowledged => _acknowledged.Next;

    /// <summary>Behind the last byte that a session was given.</summary>
    public long TakenEnd => _next;

    /// <summary>Behind the last byte that was appended.</summary>
    public long End => _end;

    /// <summary>Bytes that no session has carried yet.</summary>
    public long UnsentBytes => _end - _next;

    /// <summary>Whether all that was appended is acknowledged.</summary>
    public bool IsDone => Unacknowledged == _end;

    /// <summary>Bytes sent over a second session because the first had failed.</summary>
    public long ReinjectedBytes { get; private set; }

    /// <summary>Whether what is carried next was sent before: over a session that failed or is late.</summary>
    public bool HasAgain => SkipAgain();

    /// <summary>What the far end lets the application append until <see cref="OnCredit"/> says more.</summary>
    public long CreditBytes => _limit - _end;

    /// <summary>Whether there is something for a session to carry now.</summary>
    public bool HasReady => _again.Count > 0 || ReadyBytes > 0;

    private long ReadyBytes => Math.Min(Math.Min(_end, _limit), Unacknowledged + _windowBytes) - _next;

    /// <summary>The application has more to send.</summary>
    /// <param name="bytes">At least 0.</param>
    public void Append(long bytes) => _end += bytes;

    /// <summary>Gives a session bytes to carry.</summary>
    /// <param name="session">The session; one that is not failing.</param>
    /// <param name="bytesMax">As many as it takes now, at least 1.</param>
    /// <param name="range">Which; the session carries ranges in the order in which it got them.</param>
    /// <returns>False when there are none, or the window is full.</returns>
    public bool TryTake(int session, int bytesMax, out DataRange range)
    {
        if (!TryTakeAgain(bytesMax, out range))
        {
            int bytes = (int)Math.Min(bytesMax, ReadyBytes);
            if (bytes <= 0)
            {
                return false;
            }

            range = new DataRange(_next, bytes);
            _next += bytes;
        }

        _sessions[session].UnderWay.Enqueue(range);
        return true;
    }

    /// <summary>The far end says how much it has without a hole.</summary>
    public void OnDataAcknowledged(long position) => _acknowledged.Add(Unacknowledged, position);

    /// <summary>The far end has room for what lies before a place in the stream; there is no limit before the first of these.</summary>
    /// <param name="position">Behind the last byte that it takes. One that is not beyond the last that it said says nothing.</param>
    public void OnCredit(long position) => _limit = _limit == long.MaxValue ? position : Math.Max(_limit, position);

    /// <summary>A session acknowledged more.</summary>
    /// <param name="session">The session.</param>
    /// <param name="bytes">All that it has acknowledged so far.</param>
    public void OnAcknowledged(int session, long bytes)
    {
        Session of = _sessions[session];
        while (of.AcknowledgedBytes < bytes && of.UnderWay.TryPeek(out DataRange range))
        {
            int taken = (int)Math.Min(range.Bytes - of.HeadBytes, bytes - of.AcknowledgedBytes);
            _acknowledged.Add(range.Start + of.HeadBytes, range.Start + of.HeadBytes + taken);
            of.AcknowledgedBytes += taken;
            of.HeadBytes += taken;
            if (of.HeadBytes == range.Bytes)
            {
                of.UnderWay.Dequeue();
                of.HeadBytes = 0;
                of.Copied = Math.Max(0, of.Copied - 1);
            }
        }
    }

    /// <summary>A session fails: what it has not acknowledged is sent over others too, once.</summary>
    public void Reinject(int session)
    {
        Session of = _sessions[session];
        int number = 0;
        foreach (DataRange range in of.UnderWay)
        {
            if (number++ >= of.Copied)
            {
                _again.Enqueue(range);
            }
        }

        of.Copied = of.UnderWay.Count;
    }

    /// <summary>A session is late: the first range that was not sent again goes over others too.</summary>
    /// <returns>False when all that it carries was.</returns>
    public bool ReinjectFirst(int session)
    {
        Session of = _sessions[session];
        int number = 0;
        foreach (DataRange range in of.UnderWay)
        {
            if (number++ == of.Copied)
            {
                _again.Enqueue(range);
                of.Copied++;
                return true;
            }
        }

        return false;
    }

    /// <summary>A new session takes the place of one that is given up; what that had not acknowledged must have been reinjected.</summary>
    public void Reopen(int session) => _sessions[session].Clear();

    private bool TryTakeAgain(int bytesMax, out DataRange range)
    {
        if (!SkipAgain())
        {
            range = default;
            return false;
        }

        range = _again.Peek();
        long start = AgainStart(range);
        range = new DataRange(start, (int)Math.Min(bytesMax, range.End - start));
        _againBytes = (int)(range.End - _again.Peek().Start);
        ReinjectedBytes += range.Bytes;
        return true;
    }

    // What was acknowledged in the meantime, over whichever session, need not go again.
    private bool SkipAgain()
    {
        while (_again.TryPeek(out DataRange range))
        {
            long start = AgainStart(range);
            if (start != range.End && !_acknowledged.Contains(start, range.End))
            {
                return true;
            }

            _again.Dequeue();
            _againBytes = 0;
        }

        return false;
    }

    private long AgainStart(DataRange range) => Math.Max(range.Start + _againBytes, Math.Min(Unacknowledged, range.End));

    private sealed class Session
    {
        public Queue<DataRange> UnderWay { get; } = new();

        public long AcknowledgedBytes { get; set; }

        // Of the first range: what is acknowledged.
        public int HeadBytes { get; set; }

        // Ranges from the first on that were reinjected.
        public int Copied { get; set; }

        public void Clear()
        {
            UnderWay.Clear();
            AcknowledgedBytes = HeadBytes = Copied = 0;
        }
    }
}
