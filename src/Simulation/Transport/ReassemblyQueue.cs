using System.Numerics;

namespace Trunkline.Simulation.Transport;

/// <summary>A ring of bits, one for each segment held, and of the offsets behind each range that was added.</summary>
/// <param name="bits">Its size, as a power of two.</param>
internal sealed class ReassemblyRing(int bits)
{
    /// <summary>Its size, as a power of two.</summary>
    public int Bits => bits;

    /// <summary>64 segments a word.</summary>
    public ulong[] Present { get; } = new ulong[(1 << bits) >> ReassemblyQueue.WordShift];

    /// <summary>The offset behind a segment, where a range ended.</summary>
    public uint[] EndOffsets { get; } = new uint[1 << bits];
}

/// <summary>Segments that arrived beyond a hole; has memory, of a pool, while there are some.</summary>
/// <remarks>
/// Filling a hole costs a word for 64 segments. The ring is as large as what lies between the hole and the last segment, which the receive
/// window bounds. A struct that changes: keep it in a field.
/// </remarks>
internal struct ReassemblyQueue(TransportPool pool)
{
    /// <summary>Segments of a word, as a power of two.</summary>
    public const int WordShift = 6;

    private const int WordBits = 64;

    private readonly TransportPool _pool = pool;
    private ReassemblyRing? _ring;
    private int _end;

    /// <summary>Segments held.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        if (Count != 0)
        {
            _ring!.Present.AsSpan().Clear();
            Count = 0;
            GiveBack();
        }

        _end = 0;
    }

    /// <summary>Whether a segment behind the hole is held.</summary>
    public readonly bool Contains(int index) =>
        Count != 0 && index < _end && ((WordOf(_ring!, index >> WordShift) >> index) & 1) != 0;

    /// <summary>How many are held of a range behind the hole.</summary>
    public readonly int CountIn(int first, int end)
    {
        int count = 0;
        end = Math.Min(end, _end);
        for (int word = first >> WordShift; Count != 0 && first < end && word <= (end - 1) >> WordShift; word++)
        {
            count += BitOperations.PopCount(WordOf(_ring!, word) & Scoreboard.Mask(word, first, end));
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
        if (_ring is null || (1 << _ring.Bits) - WordBits < last - next)
        {
            Grow(next, last);
        }

        for (int word = first >> WordShift; word <= (end - 1) >> WordShift; word++)
        {
            ref ulong present = ref WordOf(_ring!, word);
            ulong mask = Scoreboard.Mask(word, first, end);
            Count += BitOperations.PopCount(mask & ~present);
            present |= mask;
        }

        // Only the end of a run is ever asked for, and that is the end of something that was added.
        _ring!.EndOffsets[(end - 1) & (_ring.EndOffsets.Length - 1)] = endOffset;
        _end = last;
    }

    /// <summary>Forgets what is held of a range: it has arrived again, in order.</summary>
    public void Remove(int first, int end)
    {
        end = Math.Min(end, _end);
        for (int word = first >> WordShift; Count != 0 && first < end && word <= (end - 1) >> WordShift; word++)
        {
            ref ulong present = ref WordOf(_ring!, word);
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
            ref ulong present = ref WordOf(_ring!, next >> WordShift);
            int run = BitOperations.TrailingZeroCount(~(present >> next));
            if (run == 0)
            {
                break;
            }

            present &= ~(run == WordBits ? ulong.MaxValue : ((1UL << run) - 1) << next);
            next += run;
            Count -= run;
            endOffset = _ring!.EndOffsets[(next - 1) & (_ring.EndOffsets.Length - 1)];
            if ((next & (WordBits - 1)) != 0)
            {
                break;
            }
        }

        if (Count == 0 && _ring is not null)
        {
            GiveBack();
        }
    }

    private static ref ulong WordOf(ReassemblyRing ring, int word) => ref ring.Present[word & (ring.Present.Length - 1)];

    private void GiveBack()
    {
        _pool.GiveRing(_ring!);
        _ring = null;
    }

    private void Grow(int next, int end)
    {
        ReassemblyRing ring = _pool.TakeRing(BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(end - next + WordBits, 2 * WordBits))));
        for (int index = next; Count != 0 && index < _end; index++)
        {
            if (Contains(index))
            {
                WordOf(ring, index >> WordShift) |= 1UL << index;
                ring.EndOffsets[index & (ring.EndOffsets.Length - 1)] = _ring!.EndOffsets[index & (_ring.EndOffsets.Length - 1)];
            }
        }

        if (_ring is not null)
        {
            _ring.Present.AsSpan().Clear();
            GiveBack();
        }

        _ring = ring;
    }
}
