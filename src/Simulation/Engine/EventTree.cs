using System.Runtime.CompilerServices;

namespace Trunkline.Simulation.Engine;

/// <summary>Which of many sources has the earliest event: a tournament tree with one leaf a source.</summary>
/// <remarks>
/// A source has at most one event, its next: of a line of packets only the first is here. A key is the time relative to a base, 43
/// bits of picoseconds (8.8 s), above the source's number, 20 bits: one comparison decides time and, between equals, the lower
/// number. The base moves along, so runs may be as long as they like. Setting a source's event plays its games anew up to the
/// root: without a branch, for who wins is a coin toss, and the same work wherever the event falls.
/// </remarks>
internal sealed class EventTree
{
    /// <summary>Most sources.</summary>
    public const int SourcesMax = 1 << SourceBits;

    /// <summary>How far ahead of the current instant an event may be, in picoseconds: 4.4 s.</summary>
    public const long HorizonPs = 1L << 42;

    private const int SourceBits = 20;
    private const long None = long.MaxValue;

    // Node 1 is the root, the children of i are 2i and 2i + 1, the leaves are the second half.
    private readonly long[] _keys;
    private readonly int _leaves;
    private long _basePs;

    /// <summary>No source has an event.</summary>
    /// <param name="sources">1 to <see cref="SourcesMax"/>.</param>
    public EventTree(int sources)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sources, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sources, SourcesMax);
        _leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, sources));
        _keys = new long[_leaves * 2];
        Array.Fill(_keys, None);
    }

    /// <summary>When the earliest event is; later than any instant when there is none.</summary>
    public long NextPs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _keys[1] == None ? SimTime.NeverPs : (_keys[1] >> SourceBits) + _basePs;
    }

    /// <summary>Whose it is; of equally early ones the lowest number. There must be one.</summary>
    public int NextSource
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (int)(_keys[1] & (SourcesMax - 1));
    }

    /// <summary>Sets when a source's event is.</summary>
    /// <param name="source">The source.</param>
    /// <param name="ps">Not before the current instant, and less than <see cref="HorizonPs"/> after it.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int source, long ps) => Play(source, ((ps - _basePs) << SourceBits) | (uint)source);

    /// <summary>Takes a source's event away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear(int source) => Play(source, None);

    /// <summary>Moves the base to the current instant; to be called at least every <see cref="HorizonPs"/>.</summary>
    /// <param name="nowPs">Not after the earliest event.</param>
    public void Rebase(long nowPs)
    {
        long shift = (nowPs - _basePs) << SourceBits;
        _basePs = nowPs;
        for (int i = 1; i < _keys.Length; i++)
        {
            _keys[i] -= _keys[i] == None ? 0 : shift;
        }
    }

    private void Play(int source, long key)
    {
        long[] keys = _keys;
        int node = _leaves + source;
        keys[node] = key;
        while (node > 1)
        {
            // The lesser of two that are not negative.
            long other = keys[node ^ 1];
            long difference = key - other;
            key = other + (difference & (difference >> 63));
            node >>= 1;
            keys[node] = key;
        }
    }
}
