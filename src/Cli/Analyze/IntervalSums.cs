namespace Trunkline.Cli.Analyze;

/// <summary>Sums by intervals of one length that grows with the capture, so that there are never more than so many.</summary>
/// <param name="rows">Sums for each interval.</param>
/// <param name="intervalsMax">Most intervals, an even number; at least half as many remain of a long capture.</param>
internal sealed class IntervalSums(int rows, int intervalsMax)
{
    private readonly double[] _sums = new double[rows * intervalsMax];

    /// <summary>Windows that an interval holds.</summary>
    public long Windows { get; private set; } = 1;

    /// <summary>Intervals up to the last with anything in it.</summary>
    public int Count { get; private set; }

    /// <summary>The interval of a window, and of those after it until the next call.</summary>
    /// <param name="window">The window's number, never less than the last.</param>
    public int Enter(long window)
    {
        while (window / Windows >= intervalsMax)
        {
            Halve();
        }

        int interval = (int)(window / Windows);
        Count = interval + 1;
        return interval;
    }

    /// <summary>Adds to a sum.</summary>
    public void Add(int interval, int row, double value) => _sums[(interval * rows) + row] += value;

    /// <summary>A sum.</summary>
    public double this[int interval, int row] => _sums[(interval * rows) + row];

    /// <summary>Makes one of each two.</summary>
    private void Halve()
    {
        for (int to = 0; to < intervalsMax; to++)
        {
            for (int row = 0; row < rows; row++)
            {
                int from = 2 * to;
                _sums[(to * rows) + row] = from < intervalsMax ? this[from, row] + this[from + 1, row] : 0;
            }
        }

        Windows *= 2;
        Count = (Count + 1) / 2;
    }
}
