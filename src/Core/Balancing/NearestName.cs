namespace Trunkline.Core.Balancing;

/// <summary>Finds the name that somebody who mistyped one most likely meant.</summary>
public static class NearestName
{
    /// <summary>The name nearest to a text by insertions, deletions, changes and swaps of neighbours.</summary>
    /// <param name="text">What was written; upper and lower case are alike.</param>
    /// <param name="names">The names that there are.</param>
    /// <returns>The first of the nearest; null when even that differs in more than a third of its letters.</returns>
    public static string? Of(string text, IEnumerable<string> names)
    {
        string? nearest = null;
        int least = int.MaxValue;
        foreach (string name in names)
        {
            int distance = Distance(text, name);
            if (distance < least && distance <= Math.Max(2, name.Length / 3))
            {
                nearest = name;
                least = distance;
            }
        }

        return nearest;
    }

    /// <summary>Optimal string alignment distance, case ignored.</summary>
    internal static int Distance(string left, string right)
    {
        int[] beforeLast = new int[right.Length + 1];
        int[] last = new int[right.Length + 1];
        int[] row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = IsSame(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(last[j - 1] + change, Math.Min(last[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && IsSame(left[i - 1], right[j - 2]) && IsSame(left[i - 2], right[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[right.Length];
    }

    private static bool IsSame(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
