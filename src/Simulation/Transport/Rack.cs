namespace Trunkline.Simulation.Transport;

/// <summary>What RACK remembers of a connection (RFC 8985 §5.2): the latest sent of the segments that arrived, and its patience.</summary>
/// <remarks>
/// Originals were sent in the order of their numbers, retransmissions in that of a queue, so that no list of all segments by time is
/// needed. A struct that changes: keep it in a field.
/// </remarks>
internal struct Rack
{
    // RFC 8985 §6.2: a larger window is kept for so many recoveries.
    private const int Persistence = 16;
    private const int StepsMax = 255;

    private int[]? _resent;
    private int _resentFirst;
    private int _resentCount;
    private int _persist;
    private int _roundEnd;

    /// <summary>When the latest sent of the segments that arrived was sent; −1 before the first.</summary>
    public long SentPs { get; private set; }

    /// <summary>Its number.</summary>
    public int Index { get; private set; }

    /// <summary>The latest round trip.</summary>
    public long RttPs { get; private set; }

    /// <summary>No original before this one waits to arrive or to be lost.</summary>
    public int Next { get; set; }

    /// <summary>Whether segments were seen to overtake each other.</summary>
    public bool IsReorderingSeen { get; set; }

    /// <summary>The reordering window, in quarters of the shortest round trip.</summary>
    public int Steps { get; private set; }

    /// <summary>Nothing is known.</summary>
    public void Reset()
    {
        _resentFirst = _resentCount = _persist = _roundEnd = 0;
        SentPs = -1;
        RttPs = 0;
        Index = Next = 0;
        Steps = 1;
        IsReorderingSeen = false;
    }

    /// <summary>A segment has arrived, at some time before now.</summary>
    public void Note(int index, long sentPs)
    {
        if (sentPs > SentPs || (sentPs == SentPs && index > Index))
        {
            SentPs = sentPs;
            Index = index;
        }
    }

    /// <summary>A segment has arrived.</summary>
    public void Deliver(int index, long sentPs, long nowPs)
    {
        RttPs = nowPs - sentPs;
        Note(index, sentPs);
    }

    /// <summary>Whether the latest that arrived was sent after this one.</summary>
    public readonly bool IsLaterThan(int index, long sentPs) => sentPs < SentPs || (sentPs == SentPs && index < Index);

    /// <summary>A retransmission arrived and its original too: patience was too short. Grows it once a round trip.</summary>
    /// <param name="una">The first segment that is not acknowledged.</param>
    /// <param name="nxt">Where a round trip that begins now will end.</param>
    public void OnDuplicate(int una, int nxt)
    {
        if (una >= _roundEnd)
        {
            Steps = Math.Min(Steps + 1, StepsMax);
            _persist = Persistence;
            _roundEnd = nxt;
        }
    }

    /// <summary>A recovery was for nothing: patience lasts longer.</summary>
    public void Persist() => _persist = Math.Min(_persist + 1, Persistence);

    /// <summary>A recovery is over; after some without a duplicate, patience is short again.</summary>
    public void EndRecovery()
    {
        _persist = Math.Max(0, _persist - 1);
        if (_persist == 0)
        {
            Steps = 1;
        }
    }

    /// <summary>A segment was sent again.</summary>
    public void AddResent(int index)
    {
        _resent ??= new int[16];
        if (_resentCount == _resent.Length)
        {
            var larger = new int[2 * _resent.Length];
            for (int i = 0; i < _resentCount; i++)
            {
                larger[i] = _resent[(_resentFirst + i) & (_resent.Length - 1)];
            }

            _resent = larger;
            _resentFirst = 0;
        }

        _resent[(_resentFirst + _resentCount++) & (_resent.Length - 1)] = index;
    }

    /// <summary>Of the segments sent again, the one that waits longest.</summary>
    public readonly bool TryPeekResent(out int index)
    {
        index = _resentCount > 0 ? _resent![_resentFirst & (_resent.Length - 1)] : 0;
        return _resentCount > 0;
    }

    /// <summary>It waits no more.</summary>
    public void RemoveResent()
    {
        _resentFirst++;
        _resentCount--;
    }

    /// <summary>None waits.</summary>
    public void ClearResent() => _resentCount = 0;
}
