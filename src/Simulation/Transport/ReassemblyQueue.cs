using System.Numerics;

namespace Trunkline.Simulation.Transport;

/// <summary>Segments that arrived beyond a hole; takes memory when the first does.</summary>
/// <remarks>
/// A ring of bits and of the offsets behind each range that was added, so that filling a hole costs a word for 64 segments. It is as
/// large as what lies between the hole and the last segment, which the receive window bounds. A struct that changes: keep it in a field.
/// </remarks>
internal struct ReassemblyQueue
{
    private const int WordShift = 6;
    private const int WordBits = 64;

    private ulong[]? _present;
    private uint[]? _endOffsets;
    private int _end;

    /// <summary>Segments held.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything, and keeps the memory.</summary>
    public void Clear()
    {
        if (Count != 0)
        {
            _present.AsSpan().Clear();
            Count = 0;
        }

        _end = 0;
    }

    /// <summary>Whether a segment behind the hole is held.</summary>
    public readonly bool Contains(int index) =>
        Count != 0 && index < _end && ((_present![(index >> WordShift) & (_present.Length - 1)] >> index) & 1) != 0;

    /// <summary>How many are held of a range behind the hole.</summary>
    public readonly int CountIn(int first, int end)
    {
        int count = 0;
        end = Math.Min(end, _end);
        for (int word = first >> WordShift; Count != 0 && first < end && word <= (end - 1) >> WordShift; word++)
        {
            count += BitOperations.PopCount(_present![word & (_present.Length - 1)] & Scoreboard.Mask(word, first, end));
        }

        return count;
    }

    /// <summary>Holds segments, of which some may be held.</summary>
    /// <param name="next">The hole.</param>
    /// <param name="first">The first of them, behind the hole.</param>
    /// <param name="end">Behind the last of them.</param>
    /// <param name="endOffset">The offset behind the last of them.</param>
    public void Add(int next, int first, int end, uint endOffset)
    {
        int last = Math.Max(_end, end);
        if (_present is null || _endOffsets!.Length - WordBits < last - next)
        {
            Grow(next, last);
        }

        for (int word = first >> WordShift; word <= (end - 1) >> WordShift; word++)
        {
            ref ulong present = ref _present![word & (_present.Length - 1)];
            ulong mask = Scoreboard.Mask(word, first, end);
            Count += BitOperations.PopCount(mask & ~present);
            present |= mask;
        }

        // Only the end of a run is ever asked for, and that is the end of something that was added.
        _endOffsets![(end - 1) & (_endOffsets.Length - 1)] = endOffset;
        _end = last;
    }

    /// <summary>Forgets what is held of a range: it has arrived again, in order.</summary>
    public void Remove(int first, int end)
    {
        end = Math.Min(end, _end);
        for (int word = first >> WordShift; Count != 0 && first < end && word <= (end - 1) >> WordShift; word++)
        {
            ref ulong present = ref _present![word & (_present.Length - 1)];
            ulong mask = Scoreboard.Mask(word, first, end);
            Count -= BitOperations.PopCount(mask & present);
            present &= ~mask;
        }
    }

    /// <summary>Takes out the segments that follow each other without a hole.</summary>
    /// <param name="next">The first; becomes what is behind the last.</param>
    /// <param name="endOffset">The offset behind the last; unchanged when there are none.</param>
    public void TakeRun(ref int next, ref uint endOffset)
    {
        while (Count != 0 && next < _end)
        {
            ref ulong present = ref _present![(next >> WordShift) & (_present.Length - 1)];
            int run = BitOperations.TrailingZeroCount(~(present >> next));
            if (run == 0)
            {
                return;
            }

            present &= ~(run == WordBits ? ulong.MaxValue : ((1UL << run) - 1) << next);
            next += run;
            Count -= run;
            endOffset = _endOffsets![(next - 1) & (_endOffsets.Length - 1)];
            if ((next & (WordBits - 1)) != 0)
            {
                return;
            }
        }
    }

    private void Grow(int next, int end)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(end - next + WordBits, 2 * WordBits));
        var present = new ulong[size >> WordShift];
        var endOffsets = new uint[size];
        for (int index = next; Count != 0 && index < _end; index++)
        {
            if (Contains(index))
            {
                present[(index >> WordShift) & (present.Length - 1)] |= 1UL << index;
                endOffsets[index & (size - 1)] = _endOffsets![index & (_endOffsets.Length - 1)];
            }
        }

        _present = present;
        _endOffsets = endOffsets;
    }
}
