using System.Numerics;

namespace Trunkline.Simulation.Transport;

/// <summary>Segments that arrived beyond a hole; takes memory when the first does.</summary>
/// <remarks>
/// A ring of bits and of the offsets behind each segment, so that filling a hole costs a word for 64 segments. It is as large as what
/// lies between the hole and the last segment, which the receive window bounds. A struct that changes: keep it in a field.
/// </remarks>
internal struct ReassemblyQueue
{
    private const int WordShift = 6;
    private const int WordBits = 64;

    private ulong[]? _present;
    private uint[]? _endOffsets;

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
    }

    /// <summary>Whether a segment is held; asked of those between the hole and the last.</summary>
    public readonly bool Contains(int index) =>
        Count != 0 && (_present![(index >> WordShift) & (_present.Length - 1)] >> index & 1) != 0
        && index < _end;

    /// <summary>How many are held of a range.</summary>
    public readonly int CountFrom(int first, int end)
    {
        int count = 0;
        end = Math.Min(end, _end);
        for (int word = first >> WordShift; Count != 0 && first < end && word <= (end - 1) >> WordShift; word++)
        {
            count += BitOperations.PopCount(_present![word & (_present.Length - 1)] & Scoreboard.Mask(word, first, end));
        }

        return count;
    }

    private int _end;

    /// <summary>Holds a segment that is not held.</summary>
    /// <param name="next">The hole.</param>
    /// <param name="index">The segment, behind the hole.</param>
    /// <param name="endOffset">The offset behind it.</param>
    /// <param name="end">Behind the last segment that has arrived.</param>
    public void Add(int next, int index, uint endOffset, int end)
    {
        if (_present is null || (_endOffsets!.Length - WordBits) < end - next)
        {
            Grow(next, end);
        }

        _present![(index >> WordShift) & (_present.Length - 1)] |= 1UL << index;
        _endOffsets![index & (_endOffsets.Length - 1)] = endOffset;
        _end = end;
        Count++;
    }

    /// <summary>Takes out the segments that follow each other without a hole.</summary>
    /// <param name="next">The first; becomes what is behind the last.</param>
    /// <param name="endOffset">The offset behind the last.</param>
    /// <returns>False when there are none.</returns>
    public bool TakeRun(ref int next, out uint endOffset)
    {
        endOffset = 0;
        int first = next;
        while (Count != 0)
        {
            ref ulong word = ref _present![(next >> WordShift) & (_present.Length - 1)];
            int run = BitOperations.TrailingZeroCount(~(word >> next));
            run = Math.Min(run, WordBits - (next & (WordBits - 1)));
            if (run == 0)
            {
                break;
            }

            word &= ~(run == WordBits ? ulong.MaxValue : ((1UL << run) - 1) << next);
            next += run;
            Count -= run;
            endOffset = _endOffsets![(next - 1) & (_endOffsets.Length - 1)];
            if ((next & (WordBits - 1)) != 0)
            {
                break;
            }
        }

        return next != first;
    }

    private void Grow(int next, int end)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)(end - next + WordBits));
        size = Math.Max(size, 2 * WordBits);
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
