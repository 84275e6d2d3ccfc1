using System.Globalization;

namespace Trunkline.Core.Units;

/// <summary>An amount of data in bytes (octets).</summary>
/// <param name="Bytes">May be negative: amounts subtract.</param>
public readonly record struct ByteCount(long Bytes) : IComparable<ByteCount>
{
    /// <summary>No data.</summary>
    public static readonly ByteCount Zero;

    /// <summary>Reads "1500B", "100KB" (1000 bytes), "64KiB" (1024 bytes), up to TB and TiB; the unit must be written.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ByteCount count)
    {
        count = default;
        if (!UnitText.TrySplit(text, out decimal number, out ReadOnlySpan<char> unit))
        {
            return false;
        }

        decimal scale = unit switch
        {
            "B" => 1m,
            "kB" or "KB" => 1_000m,
            "MB" => 1_000_000m,
            "GB" => 1_000_000_000m,
            "TB" => 1_000_000_000_000m,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            "TiB" => 1L << 40,
            "" when number == 0 => 1m,
            _ => 0m,
        };
        if (scale == 0m || !UnitText.TryScale(number, scale, out long bytes))
        {
            return false;
        }

        count = new ByteCount(bytes);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ByteCount other) => Bytes.CompareTo(other.Bytes);

    /// <summary>The amount in the largest decimal unit that keeps it exact: "1500B", "100KB".</summary>
    public override string ToString()
    {
        (long scale, string unit) = Bytes switch
        {
            0 => (1L, "B"),
            _ when Bytes % 1_000_000_000 == 0 => (1_000_000_000L, "GB"),
            _ when Bytes % 1_000_000 == 0 => (1_000_000L, "MB"),
            _ when Bytes % 1_000 == 0 => (1_000L, "KB"),
            _ => (1L, "B"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Bytes / scale}{unit}");
    }

    /// <summary>The sum of two amounts.</summary>
    public static ByteCount operator +(ByteCount left, ByteCount right) => new(left.Bytes + right.Bytes);

    /// <summary>The difference of two amounts.</summary>
    public static ByteCount operator -(ByteCount left, ByteCount right) => new(left.Bytes - right.Bytes);

    /// <summary>Less than.</summary>
    public static bool operator <(ByteCount left, ByteCount right) => left.Bytes < right.Bytes;

    /// <summary>More than.</summary>
    public static bool operator >(ByteCount left, ByteCount right) => left.Bytes > right.Bytes;

    /// <summary>Not more than.</summary>
    public static bool operator <=(ByteCount left, ByteCount right) => left.Bytes <= right.Bytes;

    /// <summary>Not less than.</summary>
    public static bool operator >=(ByteCount left, ByteCount right) => left.Bytes >= right.Bytes;
}
