using System.Globalization;
using Trunkline.Scenarios.Model;

namespace Trunkline.Scenarios.Workloads;

/// <summary>Reads a distribution of flow sizes from CSV: a head <c>bytes,cdf</c>, then sizes and the share of flows up to each.</summary>
public static class SizeTableReader
{
    /// <summary>Points that a table may have.</summary>
    public const int PointsMax = 10_000;

    private const string Head = "bytes,cdf";
    private const long BytesMax = 1_000_000_000_000;
    private const decimal Billion = 1_000_000_000m;

    /// <summary>Reads a table.</summary>
    /// <param name="text">The CSV.</param>
    /// <param name="name">What to call it.</param>
    /// <param name="table">The table, when there is no fault.</param>
    /// <returns>Null when it is good, else the first thing that is wrong and what to write.</returns>
    public static string? Read(string text, string name, out SizeTable? table)
    {
        table = null;
        var points = new List<SizePoint>();
        int number = 0;
        foreach (ReadOnlySpan<char> each in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = each.Trim().TrimStart('\ufeff');
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (points.Count == 0 && line.SequenceEqual(Head))
            {
                continue;
            }

            if (!TryPoint(line, out SizePoint point))
            {
                return $"{name}:{number}: is no point; write bytes,cdf with a whole number and a share from 0 to 1, such as 10000,0.15";
            }

            if (points.Count > 0 && (point.Bytes < points[^1].Bytes || point.Billionths < points[^1].Billionths))
            {
                return $"{name}:{number}: less than the line before; write sizes and shares that never fall";
            }

            points.Add(point);
            if (points.Count > PointsMax)
            {
                return $"{name}:{number}: more than {PointsMax:N0} points; write fewer";
            }
        }

        if (points.Count == 0 || points[^1].Billionths != Billion)
        {
            return $"{name}: the last share is not 1; write a last line such as 30000000,1";
        }

        table = new SizeTable(name, points);
        return null;
    }

    private static bool TryPoint(ReadOnlySpan<char> line, out SizePoint point)
    {
        point = default;
        int comma = line.IndexOf(',');
        if (comma < 0
            || !long.TryParse(line[..comma].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes)
            || bytes > BytesMax
            || !decimal.TryParse(line[(comma + 1)..].Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal share)
            || share > 1)
        {
            return false;
        }

        point = new SizePoint(bytes, (long)decimal.Round(share * Billion));
        return true;
    }
}
