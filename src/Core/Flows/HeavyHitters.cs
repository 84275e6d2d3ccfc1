using System.Numerics;

namespace Trunkline.Core.Flows;

/// <summary>A flow that a <see cref="HeavyHitters{TKey}"/> holds.</summary>
/// <param name="Key">Which flow.</param>
/// <param name="Bytes">No fewer than it sent.</param>
/// <param name="Error">By how much that may be too many: the flow sent at least Bytes − Error.</param>
public readonly record struct HeavyHitter<TKey>(TKey Key, long Bytes, long Error)
{
    /// <summary>What the flow sent for certain.</summary>
    public long BytesCertain => Bytes - Error;
}

/// <summary>Finds the flows that carry most bytes, in memory that does not grow with their number.</summary>
/// <typeparam name="TKey">What tells flows apart. Results do not depend on its hash codes.</typeparam>
/// <remarks>
/// Space-Saving (Metwally, Agrawal and El Abbadi, ICDT 2005), weighted by bytes: k counters; a flow that has none takes the
/// smallest counter over, with its count as error. Counts sum to all bytes N, so no count errs by more than N ÷ k, and every
/// flow with more than N ÷ k bytes has a counter. Of equal counters the one that a flow took first is taken over first.
/// Adding allocates nothing. One thread.
/// </remarks>
public sealed class HeavyHitters<TKey>
    where TKey : struct, IEquatable<TKey>
{
    /// <summary>Counters unless told otherwise: finds every flow with more than 0.1 % of the bytes.</summary>
    public const int CapacityDefault = 1024;

    private readonly Counter[] _counters;

    // A heap of counter numbers, the smallest count on top.
    private readonly int[] _heap;

    // A hash table with linear probing, at most half full: counter number + 1, 0 for free.
    private readonly int[] _slots;
    private long _taken;

    /// <summary>Makes room for a number of flows.</summary>
    /// <param name="capacity">Counters, 1 to 2²⁴.</param>
    public HeavyHitters(int capacity = CapacityDefault)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 24);
        _counters = new Counter[capacity];
        _heap = new int[capacity];
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
    }

    /// <summary>Flows held, at most <see cref="Capacity"/>.</summary>
    public int Count { get; private set; }

    /// <summary>Number of counters.</summary>
    public int Capacity => _counters.Length;

    /// <summary>All bytes added.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>A flow that is not held sent no more than this; nor does any count err by more. 0 until a counter was taken over.</summary>
    public long ErrorMax { get; private set; }

    /// <summary>Adds a packet of a flow.</summary>
    /// <param name="key">The flow.</param>
    /// <param name="bytes">Its length; below 0 counts as 0.</param>
    public void Add(in TKey key, long bytes)
    {
        bytes = Math.Max(0, bytes);
        TotalBytes += bytes;
        int slot = Find(in key);
        int counter = _slots[slot] - 1;
        if (counter >= 0)
        {
            _counters[counter].Bytes += bytes;
            SiftDown(_counters[counter].Place);
            return;
        }

        if (Count < Capacity)
        {
            counter = Count++;
            _counters[counter] = new Counter { Key = key, Bytes = bytes, Taken = _taken++, Place = counter };
            _heap[counter] = counter;
            _slots[slot] = counter + 1;
            SiftUp(counter);
            return;
        }

        counter = _heap[0];
        Free(Find(in _counters[counter].Key));
        long smallest = _counters[counter].Bytes;
        ErrorMax = smallest;
        _counters[counter] = new Counter { Key = key, Bytes = smallest + bytes, Error = smallest, Taken = _taken++, Place = 0 };
        _slots[Find(in key)] = counter + 1;
        SiftDown(0);
    }

    /// <summary>The flows held, from the most to the fewest certain bytes.</summary>
    /// <param name="flows">Room for as many as are wanted.</param>
    /// <returns>How many were written.</returns>
    /// <remarks>Sorts, and allocates for it.</remarks>
    public int CopyLargest(Span<HeavyHitter<TKey>> flows)
    {
        int[] order = [.. _heap.AsSpan(0, Count)];
        Array.Sort(order, Compare);
        int written = Math.Min(Count, flows.Length);
        for (int i = 0; i < written; i++)
        {
            ref Counter counter = ref _counters[order[i]];
            flows[i] = new HeavyHitter<TKey>(counter.Key, counter.Bytes, counter.Error);
        }

        return written;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
        TotalBytes = 0;
        ErrorMax = 0;
        _taken = 0;
    }

    /// <summary>Most certain bytes first, then most bytes, then the longest held: never equal.</summary>
    private int Compare(int left, int right)
    {
        ref Counter one = ref _counters[left];
        ref Counter other = ref _counters[right];
        int certain = (other.Bytes - other.Error).CompareTo(one.Bytes - one.Error);
        int bytes = other.Bytes.CompareTo(one.Bytes);
        return certain != 0 ? certain : bytes != 0 ? bytes : one.Taken.CompareTo(other.Taken);
    }

    /// <summary>The slot that has the key, or the free one where it would go.</summary>
    private int Find(in TKey key)
    {
        int mask = _slots.Length - 1;
        int slot = Home(in key);
        while (_slots[slot] != 0 && !_counters[_slots[slot] - 1].Key.Equals(key))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    // Hash codes of keys may be poor in their low bits; the golden ratio spreads them.
    private int Home(in TKey key) => (int)(((uint)key.GetHashCode() * 0x9e37_79b1u) >> 7) & (_slots.Length - 1);

    /// <summary>Frees a slot and closes the gap behind it.</summary>
    private void Free(int slot)
    {
        int mask = _slots.Length - 1;
        int next = (slot + 1) & mask;
        while (_slots[next] != 0)
        {
            int home = Home(in _counters[_slots[next] - 1].Key);
            if (((next - home) & mask) >= ((next - slot) & mask))
            {
                _slots[slot] = _slots[next];
                slot = next;
            }

            next = (next + 1) & mask;
        }

        _slots[slot] = 0;
    }

    private void SiftUp(int place)
    {
        while (place > 0 && IsLess(_heap[place], _heap[(place - 1) / 2]))
        {
            Swap(place, (place - 1) / 2);
            place = (place - 1) / 2;
        }
    }

    private void SiftDown(int place)
    {
        while (true)
        {
            int least = place;
            int child = (2 * place) + 1;
            least = child < Count && IsLess(_heap[child], _heap[least]) ? child : least;
            child++;
            least = child < Count && IsLess(_heap[child], _heap[least]) ? child : least;
            if (least == place)
            {
                return;
            }

            Swap(place, least);
            place = least;
        }
    }

    private bool IsLess(int left, int right) =>
        _counters[left].Bytes != _counters[right].Bytes
            ? _counters[left].Bytes < _counters[right].Bytes
            : _counters[left].Taken < _counters[right].Taken;

    private void Swap(int left, int right)
    {
        (_heap[left], _heap[right]) = (_heap[right], _heap[left]);
        _counters[_heap[left]].Place = left;
        _counters[_heap[right]].Place = right;
    }

    private struct Counter
    {
        public TKey Key;
        public long Bytes;
        public long Error;
        public long Taken;
        public int Place;
    }
}
