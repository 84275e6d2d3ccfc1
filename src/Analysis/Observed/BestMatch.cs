namespace Trunkline.Analysis.Observed;

/// <summary>Pairs members with links so that the sum over the pairs is largest: the assignment problem.</summary>
/// <remarks>
/// The Hungarian method by shortest augmenting paths (Kuhn 1955; Munkres 1957; Jonker and Volgenant, Computing 38, 1987): one row after
/// the other, with prices on rows and columns that keep every reduced cost at 0 or above. n³ steps; integers, so exact.
/// </remarks>
internal static class BestMatch
{
    /// <summary>Finds the pairs.</summary>
    /// <param name="gains">What pairing row and column is worth: n × n, row by row; sums below 2⁶².</param>
    /// <param name="columnOf">Room for n: each row's column.</param>
    /// <returns>The sum over the pairs.</returns>
    public static long Find(ReadOnlySpan<long> gains, Span<int> columnOf)
    {
        int n = columnOf.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(gains.Length, n * n, nameof(gains));
        var rowPrice = new long[n];
        var columnPrice = new long[n];
        var rowOf = new int[n];
        Array.Fill(rowOf, -1);
        var distance = new long[n];
        var cameFrom = new int[n];
        var isDone = new bool[n];
        for (int start = 0; start < n; start++)
        {
            // Shortest path from the row without a column to a column without a row, over columns that rows would swap.
            Array.Fill(distance, long.MaxValue);
            Array.Clear(isDone);
            int row = start;
            int column = -1;
            long reached = 0;
            do
            {
                int nearest = -1;
                for (int c = 0; c < n; c++)
                {
                    if (isDone[c])
                    {
                        continue;
                    }

                    long to = reached - gains[(row * n) + c] - rowPrice[row] - columnPrice[c];
                    if (to < distance[c])
                    {
                        (distance[c], cameFrom[c]) = (to, column);
                    }

                    nearest = nearest < 0 || distance[c] < distance[nearest] ? c : nearest;
                }

                column = nearest;
                reached = distance[column];
                isDone[column] = true;
                row = rowOf[column];
            }
            while (row >= 0);

            rowPrice[start] += reached;
            for (int c = 0; c < n; c++)
            {
                if (isDone[c])
                {
                    columnPrice[c] -= reached - distance[c];
                    if (rowOf[c] >= 0)
                    {
                        rowPrice[rowOf[c]] += reached - distance[c];
                    }
                }
            }

            // Every row on the path takes the next column.
            for (; column >= 0; column = cameFrom[column])
            {
                rowOf[column] = cameFrom[column] >= 0 ? rowOf[cameFrom[column]] : start;
            }
        }

        long sum = 0;
        for (int c = 0; c < n; c++)
        {
            columnOf[rowOf[c]] = c;
            sum += gains[(rowOf[c] * n) + c];
        }

        return sum;
    }
}
