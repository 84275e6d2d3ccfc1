using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>Segments that receive offloads hold, each in its place until it is taken; places are used again.</summary>
internal sealed class HeldSegments
{
    private const int StartLength = 64;

    private Place[] _places = new Place[StartLength];
    private int _free = -1;
    private int _used;

    /// <summary>Where the next is kept.</summary>
    public int Next => _free >= 0 ? _free : _used;

    /// <summary>Segments kept.</summary>
    public int Count { get; private set; }

    /// <summary>Keeps one at <see cref="Next"/>.</summary>
    public void Keep(in TcpSegment segment, bool isMarked)
    {
        int place = Next;
        if (place == _places.Length)
        {
            Array.Resize(ref _places, 2 * _places.Length);
        }

        if (place == _used)
        {
            _used++;
        }
        else
        {
            _free = _places[place].NextFree;
        }

        _places[place] = new Place { Segment = segment, IsMarked = isMarked };
        Count++;
    }

    /// <summary>Takes one out.</summary>
    public TcpSegment Take(int place, out bool isMarked)
    {
        ref Place taken = ref _places[place];
        isMarked = taken.IsMarked;
        TcpSegment segment = taken.Segment;
        taken.NextFree = _free;
        _free = place;
        Count--;
        return segment;
    }

    private struct Place
    {
        public TcpSegment Segment;
        public bool IsMarked;
        public int NextFree;
    }
}
