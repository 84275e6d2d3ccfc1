namespace Trunkline.Analysis.Flows;

/// <summary>Bytes of everything that goes over one link as a whole: the largest one by one, of the others sums.</summary>
/// <remarks>Bounded, however many there are.</remarks>
internal sealed class FlowSizes
{
    /// <summary>So many are kept one by one.</summary>
    public const int LargestMax = 1024;

    // The smallest of the largest comes first, to be pushed out by a larger one.
    private readonly PriorityQueue<long, long> _largest = new();

    /// <summary>Of all.</summary>
    public long Bytes { get; private set; }

    /// <summary>Of those that are not among the largest.</summary>
    public long RestBytes { get; private set; }

    /// <summary>Sum of squares of those that are not among the largest.</summary>
    public double RestSquares { get; private set; }

    /// <summary>The largest, in falling order.</summary>
    public long[] Largest
    {
        get
        {
            var largest = new long[_largest.Count];
            int count = 0;
            foreach ((long bytes, _) in _largest.UnorderedItems)
            {
                largest[count++] = bytes;
            }

            Array.Sort(largest);
            Array.Reverse(largest);
            return largest;
        }
    }

    /// <summary>1 ÷ Σ share²: so many of one size would spread as well; 0 without bytes.</summary>
    public double Effective
    {
        get
        {
            double squares = RestSquares;
            foreach (long bytes in Largest)
            {
                squares += (double)bytes * bytes;
            }

            return squares == 0 ? 0 : (double)Bytes * Bytes / squares;
        }
    }

    /// <summary>Adds one.</summary>
    public void Add(long bytes)
    {
        Bytes += bytes;
        if (_largest.Count < LargestMax)
        {
            _largest.Enqueue(bytes, bytes);
            return;
        }

        long rest = bytes <= _largest.Peek() ? bytes : _largest.EnqueueDequeue(bytes, bytes);
        RestBytes += rest;
        RestSquares += (double)rest * rest;
    }

    /// <summary>Adds all that another has.</summary>
    public void Add(FlowSizes other)
    {
        foreach (long bytes in other.Largest)
        {
            Add(bytes);
        }

        Bytes += other.RestBytes;
        RestBytes += other.RestBytes;
        RestSquares += other.RestSquares;
    }
}
