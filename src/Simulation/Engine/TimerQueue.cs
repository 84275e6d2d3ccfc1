namespace Trunkline.Simulation.Engine;

/// <summary>Events that are not of links: timers, arrivals of flows, changes of links. A binary heap; ties by insertion.</summary>
internal sealed class TimerQueue
{
    private Entry[] _entries = new Entry[64];
    private int _count;
    private long _inserted;

    /// <summary>When the earliest is; <see cref="SimTime.NeverPs"/> when there is none.</summary>
    public long NextPs { get; private set; } = SimTime.NeverPs;

    /// <summary>Adds a timer.</summary>
    /// <param name="ps">When.</param>
    /// <param name="id">What, as the caller numbers it.</param>
    public void Add(long ps, int id)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        int place = _count++;
        var entry = new Entry(ps, _inserted++, id);
        while (place > 0 && entry.IsBefore(in _entries[(place - 1) >> 1]))
        {
            _entries[place] = _entries[(place - 1) >> 1];
            place = (place - 1) >> 1;
        }

        _entries[place] = entry;
        NextPs = _entries[0].Ps;
    }

    /// <summary>Takes the earliest out; there must be one.</summary>
    public int Take()
    {
        int id = _entries[0].Id;
        Entry last = _entries[--_count];
        int place = 0;
        for (int child = 1; child < _count; child = (place << 1) + 1)
        {
            child += child + 1 < _count && _entries[child + 1].IsBefore(in _entries[child]) ? 1 : 0;
            if (!_entries[child].IsBefore(in last))
            {
                break;
            }

            _entries[place] = _entries[child];
            place = child;
        }

        _entries[place] = last;
        NextPs = _count == 0 ? SimTime.NeverPs : _entries[0].Ps;
        return id;
    }

    private readonly record struct Entry(long Ps, long Order, int Id)
    {
        public bool IsBefore(in Entry other) => Ps < other.Ps || (Ps == other.Ps && Order < other.Order);
    }
}
