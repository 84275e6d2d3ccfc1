namespace Trunkline.Core.Striping.Sessions;

/// <summary>Bytes of a stream that are there: all before <see cref="Next"/>, and ranges beyond it.</summary>
/// <remarks>One thread. Takes memory only while the number of ranges beyond a hole grows.</remarks>
public sealed class RangeSet
{
    private const int SizeMin = 16;

    private long[] _starts = new long[SizeMin];
    private long[] _ends = new long[SizeMin];
    private int _first;
    private int _end;

    /// <summary>The first byte that is missing.</summary>
    public long Next { get; private set; }

    /// <summary>Ranges beyond the first hole.</summary>
    public int Count => _end - _first;

    /// <summary>Bytes beyond the first hole.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Forgets everything, and keeps the memory.</summary>
    public void Clear()
    {
        Next = HeldBytes = 0;
        _first = _end = 0;
    }

    /// <summary>Adds bytes, of which some may be there.</summary>
    /// <param name="start">The first.</param>
    /// <param name="end">Behind the last.</param>
    /// <returns>How many of them are new.</returns>
    public long Add(long start, long end)
    {
        start = Math.Max(start, Next);
        if (end <= start)
        {
            return 0;
        }

        // Those that it touches become one with it.
        int from = FirstThatEndsFrom(start);
        int to = from;
        long known = 0;
        while (to < _end && _starts[to] <= end)
        {
            known += _ends[to] - _starts[to];
            to++;
        }

        if (to > from)
        {
            start = Math.Min(start, _starts[from]);
            end = Math.Max(end, _ends[to - 1]);
        }

        long added = end - start - known;
        if (start == Next)
        {
            Next = end;
            HeldBytes -= known;
            _first = to;
            return added;
        }

        HeldBytes += added;
        Replace(from, to, start, end);
        return added;
    }

    /// <summary>Whether all bytes of a range are there.</summary>
    public bool Contains(long start, long end)
    {
        if (end <= Next)
        {
            return true;
        }

        int place = FirstThatEndsFrom(end);
        return place < _end && _starts[place] <= start;
    }

    private int FirstThatEndsFrom(long position)
    {
        (int low, int high) = (_first, _end);
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = _ends[middle] < position ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Replace(int from, int to, long start, long end)
    {
        if (to == from)
        {
            MakeRoom(ref from);
            to = from + 1;
        }
        else if (to > from + 1)
        {
            Array.Copy(_starts, to, _starts, from + 1, _end - to);
            Array.Copy(_ends, to, _ends, from + 1, _end - to);
            _end -= to - from - 1;
        }

        (_starts[from], _ends[from]) = (start, end);
    }

    private void MakeRoom(ref int place)
    {
        if (_end == _starts.Length)
        {
            int size = Count > _starts.Length / 2 ? 2 * _starts.Length : _starts.Length;
            (long[] starts, long[] ends) = size == _starts.Length ? (_starts, _ends) : (new long[size], new long[size]);
            Array.Copy(_starts, _first, starts, 0, Count);
            Array.Copy(_ends, _first, ends, 0, Count);
            place -= _first;
            (_starts, _ends, _first, _end) = (starts, ends, 0, Count);
        }

        Array.Copy(_starts, place, _starts, place + 1, _end - place);
        Array.Copy(_ends, place, _ends, place + 1, _end - place);
        _end++;
    }
}
