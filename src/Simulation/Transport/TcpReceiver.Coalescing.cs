namespace Trunkline.Simulation.Transport;

/// <content>Receive coalescing: LRO, RSC and GRO.</content>
internal sealed partial class TcpReceiver
{
    // As many flows' heads as GRO holds in a bucket.
    private const int TrainsMax = 8;

    private Train[] _trains = [];
    private int _trainCount;

    /// <summary>Segments that follow each other and wait for more.</summary>
    private struct Train
    {
        public long StampPs;
        public long FlushAtPs;
        public int First;
        public int End;
        public uint EndOffset;
        public int Bytes;
        public bool IsMarked;
    }

    private void ResetTrains()
    {
        _trainCount = 0;
        int length = _options.Coalescing.FlushOnReordering ? 1 : TrainsMax;
        if (_isCoalescing && _trains.Length < length)
        {
            _trains = new Train[length];
        }
    }

    private void Coalesce(in TcpSegment segment, bool isMarked, long nowPs)
    {
        for (int i = 0; i < _trainCount; i++)
        {
            ref Train train = ref _trains[i];
            if (train.End == segment.Index && train.IsMarked == isMarked && train.Bytes + segment.Bytes <= _options.Coalescing.BytesMax)
            {
                train.End++;
                train.EndOffset += (uint)segment.Bytes;
                train.Bytes += segment.Bytes;
                if (segment.IsPushed || IsFull(in train))
                {
                    Flush(i, nowPs);
                }

                return;
            }
        }

        if (_options.Coalescing.FlushOnReordering && _trainCount > 0)
        {
            bool follows = _trains[0].End == segment.Index;
            Flush(0, nowPs);
            if (!follows)
            {
                HandUp(segment.Index, segment.Index + 1, segment.Offset + (uint)segment.Bytes, segment.StampPs, isMarked, nowPs);
                return;
            }
        }
        else if (_trainCount == TrainsMax)
        {
            Flush(0, nowPs);
        }

        ref Train added = ref _trains[_trainCount++];
        added.StampPs = segment.StampPs;
        added.FlushAtPs = nowPs + _options.CoalescingTimeoutPs;
        added.First = segment.Index;
        added.End = segment.Index + 1;
        added.EndOffset = segment.Offset + (uint)segment.Bytes;
        added.Bytes = segment.Bytes;
        added.IsMarked = isMarked;
        if (segment.IsPushed || IsFull(in added))
        {
            Flush(_trainCount - 1, nowPs);
        }
        else if (_trainCount == 1)
        {
            _trainAtPs = added.FlushAtPs;
        }
    }

    private bool IsFull(in Train train) => train.End - train.First >= _options.Coalescing.SegmentsMax;

    private void Flush(int index, long nowPs)
    {
        Train train = _trains[index];
        _trainCount--;
        for (int i = index; i < _trainCount; i++)
        {
            _trains[i] = _trains[i + 1];
        }

        _trainAtPs = _trainCount == 0 ? long.MaxValue : _trains[0].FlushAtPs;
        HandUp(train.First, train.End, train.EndOffset, train.StampPs, train.IsMarked, nowPs);
    }

    // The oldest is the first.
    private void FlushLate(long nowPs)
    {
        while (_trainCount > 0 && _trains[0].FlushAtPs <= nowPs)
        {
            Flush(0, nowPs);
        }
    }

    private bool IsInTrain(int index)
    {
        for (int i = 0; i < _trainCount; i++)
        {
            if (index >= _trains[i].First && index < _trains[i].End)
            {
                return true;
            }
        }

        return false;
    }

    private int CountInTrains(int index)
    {
        int count = 0;
        for (int i = 0; i < _trainCount; i++)
        {
            count += Math.Max(0, _trains[i].End - Math.Max(index, _trains[i].First));
        }

        return count;
    }
}
