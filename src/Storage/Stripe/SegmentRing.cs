namespace Trunkline.Storage.Stripe;

/// <summary>A piece of a block that waits for a socket.</summary>
internal record struct Segment(Block Block, int From, int To);

/// <summary>Pieces in the order in which they are sent. Takes memory only while it grows.</summary>
internal sealed class SegmentRing
{
    private Segment[] _segments = new Segment[16];
    private int _first;

    public int Count { get; private set; }

    public ref Segment First => ref _segments[_first];

    public ref Segment Last => ref _segments[(_first + Count - 1) & (_segments.Length - 1)];

    public void Add(Segment segment)
    {
        if (Count == _segments.Length)
        {
            var larger = new Segment[2 * Count];
            for (int i = 0; i < Count; i++)
            {
                larger[i] = _segments[(_first + i) & (Count - 1)];
            }

            (_segments, _first) = (larger, 0);
        }

        Count++;
        Last = segment;
    }

    public void RemoveFirst()
    {
        First = default;
        _first = (_first + 1) & (_segments.Length - 1);
        Count--;
    }
}
