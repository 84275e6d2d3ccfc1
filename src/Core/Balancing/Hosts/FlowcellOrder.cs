using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>The receiving half of Presto: GRO that tells a loss from flowcells that overtook each other (SIGCOMM 2015, §3.2, algorithm 2).</summary>
/// <remarks>
/// A hole before a segment of the flowcell handed up last is a loss, since a flowcell takes one path: the segment goes up. A hole before
/// another flowcell may be either: its segments are held until the hole is filled, or for twice as long as reordering lasted of late,
/// and half as long after each segment that joined. Leaves out that GRO looks only when the NIC's driver polls it.
/// </remarks>
internal sealed class FlowcellOrder(FlowcellOrder.Settings settings) : SegmentOrder
{
    // Weight of a new observation: 1/8, as of a round trip in RFC 6298; the paper has no number.
    private const int MeanShift = 3;
    private const int StartLength = 64;

    private Waiting[] _waiting = [];
    private int _first;
    private int _count;
    private int _ready;
    private int _expected;
    private int _joinsBefore;
    private long _cell;
    private long _meanNs = settings.MeanMinNs;
    private Timestamp _deadline = Timestamp.MaxValue;
    private Timestamp _gaveUpFrom = Timestamp.MaxValue;

    /// <summary>How it works.</summary>
    /// <param name="CellBytes">Bytes of a flowcell.</param>
    /// <param name="MeanMinNs">How long reordering is taken to last at first and at least, in nanoseconds.</param>
    /// <param name="MeanMaxNs">The most that it is taken to last.</param>
    /// <param name="Patience">Alpha and beta of the paper.</param>
    internal sealed record Settings(long CellBytes, long MeanMinNs, long MeanMaxNs, int Patience);

    /// <inheritdoc/>
    public override Timestamp NextDeadline => _deadline;

    /// <inheritdoc/>
    public override int Held => _count;

    /// <summary>How long reordering lasts, as far as it was seen, in nanoseconds.</summary>
    public long MeanNs => _meanNs;

    /// <inheritdoc/>
    public override bool OnArrival(in ArrivedSegment segment, Timestamp now)
    {
        long cell = segment.Offset / settings.CellBytes;
        if (segment.Index > _expected && cell > _cell)
        {
            Hold(in segment, now);
            return false;
        }

        if (segment.Index < _expected && _gaveUpFrom != Timestamp.MaxValue)
        {
            // It was not lost, only later than was waited for; unless it is long ago, and this was sent again.
            Interval lasted = now - _gaveUpFrom;
            if (lasted.Nanoseconds <= settings.MeanMaxNs)
            {
                Note(lasted);
            }

            _gaveUpFrom = Timestamp.MaxValue;
        }

        Advance(segment.Index, cell);
        if (_count > _ready)
        {
            Settle(now, isTimeout: false);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryRelease(out int token)
    {
        if (_ready == 0)
        {
            token = 0;
            return false;
        }

        token = _waiting[_first].Token;
        _ready--;
        _first = --_count == 0 ? 0 : _first + 1;
        return true;
    }

    /// <inheritdoc/>
    public override void OnDeadline(Timestamp now)
    {
        while (now >= _deadline)
        {
            ref Waiting head = ref _waiting[_first + _ready++];
            _gaveUpFrom = head.Since;
            Advance(head.Index, head.Cell);
            Settle(now, isTimeout: true);
        }
    }

    /// <inheritdoc/>
    public override void ReleaseAll()
    {
        _ready = _count;
        _deadline = Timestamp.MaxValue;
    }

    private void Advance(int index, long cell)
    {
        _expected = Math.Max(_expected, index + 1);
        _cell = Math.Max(_cell, cell);
    }

    private void Hold(in ArrivedSegment segment, Timestamp now)
    {
        if (_first + _count == _waiting.Length)
        {
            MakeRoom();
        }

        int place = _first + _count;
        for (; place > _first + _ready && _waiting[place - 1].Index > segment.Index; place--)
        {
            _waiting[place] = _waiting[place - 1];
        }

        _waiting[place] = new Waiting(segment.Index, segment.Offset / settings.CellBytes, segment.Token, now);
        _count++;
        if (segment.Index <= _joinsBefore || place == _first + _ready)
        {
            Measure();
        }
    }

    // Hands up what follows on from what went up.
    private void Settle(Timestamp now, bool isTimeout)
    {
        bool isFirst = !isTimeout;
        while (_ready < _count)
        {
            ref Waiting head = ref _waiting[_first + _ready];
            if (head.Index > _expected && head.Cell > _cell)
            {
                break;
            }

            if (isFirst)
            {
                Note(now - head.Since);
                isFirst = false;
            }

            Advance(head.Index, head.Cell);
            _ready++;
        }

        Measure();
    }

    // How long the first run of segments that follow each other in one flowcell is held.
    private void Measure()
    {
        if (_ready == _count)
        {
            _deadline = Timestamp.MaxValue;
            return;
        }

        ref Waiting head = ref _waiting[_first + _ready];
        (Timestamp since, Timestamp joined) = (head.Since, head.Since);
        int next = head.Index;
        for (int i = _ready; i < _count && _waiting[_first + i].Index <= next && _waiting[_first + i].Cell == head.Cell; i++)
        {
            ref Waiting waiting = ref _waiting[_first + i];
            next = waiting.Index + 1;
            since = waiting.Since < since ? waiting.Since : since;
            joined = waiting.Since > joined ? waiting.Since : joined;
        }

        _joinsBefore = next;
        Timestamp early = since + new Interval(_meanNs * settings.Patience);
        Timestamp late = joined + new Interval(_meanNs / settings.Patience);
        _deadline = early > late ? early : late;
    }

    private void Note(Interval lasted) =>
        _meanNs = Math.Clamp(_meanNs + ((lasted.Nanoseconds - _meanNs) >> MeanShift), settings.MeanMinNs, settings.MeanMaxNs);

    private void MakeRoom()
    {
        Waiting[] into = _count * 2 >= _waiting.Length ? new Waiting[Math.Max(StartLength, _waiting.Length * 2)] : _waiting;
        Array.Copy(_waiting, _first, into, 0, _count);
        (_waiting, _first) = (into, 0);
    }

    private readonly record struct Waiting(int Index, long Cell, int Token, Timestamp Since);
}
