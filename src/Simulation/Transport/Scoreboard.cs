using System.Numerics;

namespace Trunkline.Simulation.Transport;

/// <summary>What became of 64 segments in flight, a bit each.</summary>
internal struct SegmentMarks
{
    /// <summary>Arrived beyond a hole; excludes lost and retransmitted.</summary>
    public ulong Sacked;

    /// <summary>Taken for lost.</summary>
    public ulong Lost;

    /// <summary>A retransmission is in flight.</summary>
    public ulong Resent;

    /// <summary>Sent more than once.</summary>
    public ulong EverResent;
}

/// <summary>What became of each segment in flight; takes memory when the first is marked.</summary>
/// <remarks>
/// A ring of bits: all that is asked about a range is a few operations on words. Bits outside of the segments in flight are clear. A
/// struct that changes: keep it in a field.
/// </remarks>
internal struct Scoreboard
{
    private const int WordShift = 6;
    private const int WordBits = 64;

    private SegmentMarks[]? _words;

    /// <summary>Segments beyond a hole that arrived.</summary>
    public int Sacked;

    /// <summary>Segments taken for lost.</summary>
    public int Lost;

    /// <summary>Segments of which a retransmission is in flight.</summary>
    public int Resent;

    /// <summary>Whether it has memory.</summary>
    public readonly bool IsAllocated => _words is not null;

    /// <summary>Forgets everything, and keeps the memory.</summary>
    public void Clear()
    {
        Sacked = Lost = Resent = 0;
        _words.AsSpan().Clear();
    }

    /// <summary>Makes room for segments <paramref name="first"/> to <paramref name="end"/>, keeping their marks.</summary>
    /// <param name="first">The first in flight.</param>
    /// <param name="end">Behind the last in flight.</param>
    /// <param name="capacity">Segments that may be in flight, a power of two.</param>
    public void Reserve(int first, int end, int capacity)
    {
        // However they lie across words, one more is enough.
        int length = Math.Max(2, 2 * (capacity >> WordShift));
        if (_words is not null && _words.Length >= length)
        {
            return;
        }

        var words = new SegmentMarks[length];
        if (_words is not null && first < end)
        {
            for (int word = first >> WordShift; word <= (end - 1) >> WordShift; word++)
            {
                words[word & (length - 1)] = _words[word & (_words.Length - 1)];
            }
        }

        _words = words;
    }

    /// <summary>The marks of a segment's word, and its bit there.</summary>
    public readonly ref SegmentMarks this[int segment] => ref _words![(segment >> WordShift) & (_words.Length - 1)];

    /// <summary>A segment's bit in its word.</summary>
    public static ulong Bit(int segment) => 1UL << segment;

    /// <summary>The bits of a word that belong to segments of a range.</summary>
    /// <param name="word">The number of the word: segment ÷ 64.</param>
    /// <param name="first">First of the range.</param>
    /// <param name="end">Behind its last.</param>
    public static ulong Mask(int word, int first, int end)
    {
        int begin = word << WordShift;
        ulong mask = first > begin ? ulong.MaxValue << (first - begin) : ulong.MaxValue;
        return end - begin < WordBits ? mask & ~(ulong.MaxValue << (end - begin)) : mask;
    }

    /// <summary>Forgets segments of a word that were acknowledged, and counts them out.</summary>
    /// <param name="word">The number of the word.</param>
    /// <param name="mask">Which of them.</param>
    /// <param name="resent">Of those that had not arrived before, the ones sent more than once.</param>
    /// <returns>Those that had not arrived before.</returns>
    public ulong Remove(int word, ulong mask, out ulong resent)
    {
        ref SegmentMarks marks = ref _words![word & (_words.Length - 1)];
        ulong fresh = mask & ~marks.Sacked;
        resent = fresh & marks.EverResent;
        Sacked -= BitOperations.PopCount(marks.Sacked & mask);
        Lost -= BitOperations.PopCount(marks.Lost & mask);
        Resent -= BitOperations.PopCount(marks.Resent & mask);
        marks.Sacked &= ~mask;
        marks.Lost &= ~mask;
        marks.Resent &= ~mask;
        marks.EverResent &= ~mask;
        return fresh;
    }

    /// <summary>Segments of a word have arrived beyond a hole.</summary>
    /// <param name="word">The number of the word.</param>
    /// <param name="mask">Which of them.</param>
    /// <param name="resent">Of those that had not arrived before, the ones sent more than once.</param>
    /// <returns>Those that had not arrived before.</returns>
    public ulong Sack(int word, ulong mask, out ulong resent)
    {
        ref SegmentMarks marks = ref _words![word & (_words.Length - 1)];
        ulong fresh = mask & ~marks.Sacked;
        resent = fresh & marks.EverResent;
        if (fresh != 0)
        {
            Sacked += BitOperations.PopCount(fresh);
            Lost -= BitOperations.PopCount(marks.Lost & fresh);
            Resent -= BitOperations.PopCount(marks.Resent & fresh);
            marks.Sacked |= fresh;
            marks.Lost &= ~fresh;
            marks.Resent &= ~fresh;
        }

        return fresh;
    }

    /// <summary>Takes those segments of a range for lost that neither arrived nor were sent again.</summary>
    public void MarkLost(int first, int end)
    {
        for (int word = first >> WordShift; first < end && word <= (end - 1) >> WordShift; word++)
        {
            ref SegmentMarks marks = ref _words![word & (_words.Length - 1)];
            ulong lost = Mask(word, first, end) & ~(marks.Sacked | marks.Lost | marks.EverResent);
            Lost += BitOperations.PopCount(lost);
            marks.Lost |= lost;
        }
    }

    /// <summary>Takes a segment for lost that has not arrived; its retransmission too.</summary>
    public void MarkLost(int segment)
    {
        ref SegmentMarks marks = ref this[segment];
        ulong bit = Bit(segment);
        Lost += (marks.Lost & bit) == 0 ? 1 : 0;
        Resent -= (marks.Resent & bit) != 0 ? 1 : 0;
        marks.Lost |= bit;
        marks.Resent &= ~bit;
    }

    /// <summary>A segment that counts as lost was sent again.</summary>
    public void MarkResent(int segment)
    {
        ref SegmentMarks marks = ref this[segment];
        ulong bit = Bit(segment);
        marks.Resent |= bit;
        marks.EverResent |= bit;
        Resent++;
    }

    /// <summary>Nothing counts as lost any more: the losses were not real. Retransmissions are still in flight.</summary>
    public void UnmarkLost(int first, int end)
    {
        for (int word = first >> WordShift; first < end && word <= (end - 1) >> WordShift; word++)
        {
            _words![word & (_words.Length - 1)].Lost = 0;
        }

        Lost = 0;
    }

    /// <summary>The first segment of a range that is lost and not sent again; <paramref name="end"/> when there is none.</summary>
    public readonly int FindLost(int first, int end)
    {
        for (int word = first >> WordShift; first < end && word <= (end - 1) >> WordShift; word++)
        {
            SegmentMarks marks = _words![word & (_words.Length - 1)];
            ulong found = marks.Lost & ~marks.Resent & Mask(word, first, end);
            if (found != 0)
            {
                return (word << WordShift) + BitOperations.TrailingZeroCount(found);
            }
        }

        return end;
    }

    /// <summary>The first segment of a range that was sent once, has not arrived and does not count as lost; else the end.</summary>
    public readonly int FindPending(int first, int end)
    {
        for (int word = first >> WordShift; first < end && word <= (end - 1) >> WordShift; word++)
        {
            SegmentMarks marks = _words![word & (_words.Length - 1)];
            ulong found = ~(marks.Sacked | marks.Lost | marks.EverResent) & Mask(word, first, end);
            if (found != 0)
            {
                return (word << WordShift) + BitOperations.TrailingZeroCount(found);
            }
        }

        return end;
    }

    /// <summary>The segment beyond a hole that arrived and has so many, itself counted, at or behind it.</summary>
    /// <param name="count">At least 1.</param>
    /// <param name="first">The first in flight.</param>
    /// <param name="end">Behind the last that arrived.</param>
    /// <returns><paramref name="first"/> when there are fewer.</returns>
    public readonly int FindSacked(int count, int first, int end)
    {
        for (int word = (end - 1) >> WordShift; first < end && word >= first >> WordShift; word--)
        {
            ulong sacked = _words![word & (_words.Length - 1)].Sacked & Mask(word, first, end);
            int here = BitOperations.PopCount(sacked);
            if (here < count)
            {
                count -= here;
                continue;
            }

            for (; count > 1; count--)
            {
                sacked &= ~(1UL << (WordBits - 1 - BitOperations.LeadingZeroCount(sacked)));
            }

            return (word << WordShift) + WordBits - 1 - BitOperations.LeadingZeroCount(sacked);
        }

        return first;
    }

    /// <summary>Fails when the counts are not those of the marks; for tests.</summary>
    public readonly void AssertConsistent(int first, int end, bool isSack)
    {
        int sacked = 0, lost = 0, resent = 0;
        for (int segment = first; segment < end; segment++)
        {
            SegmentMarks marks = this[segment];
            ulong bit = Bit(segment);
            sacked += (marks.Sacked & bit) != 0 ? 1 : 0;
            lost += (marks.Lost & bit) != 0 ? 1 : 0;
            resent += (marks.Resent & bit) != 0 ? 1 : 0;
            if ((marks.Sacked & (marks.Lost | marks.Resent) & bit) != 0)
            {
                throw new InvalidOperationException($"segment {segment} arrived, and is lost or sent again");
            }
        }

        int all = 0;
        foreach (SegmentMarks marks in _words!)
        {
            all += BitOperations.PopCount(marks.Sacked) + BitOperations.PopCount(marks.Lost) + BitOperations.PopCount(marks.Resent);
        }

        if ((isSack && sacked != Sacked) || lost != Lost || resent != Resent || all != sacked + lost + resent)
        {
            throw new InvalidOperationException(
                $"{first} to {end}: counted {Sacked}, {Lost}, {Resent}; marked {sacked}, {lost}, {resent}, of all {all}");
        }
    }
}
