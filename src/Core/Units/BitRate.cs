using System.Globalization;

namespace Trunkline.Core.Units;

/// <summary>A speed in bits per second.</summary>
/// <param name="BitsPerSecond">0 up to 8 × 10¹², where one byte takes one picosecond; 0 is a link that carries nothing.</param>
public readonly record struct BitRate(long BitsPerSecond) : IComparable<BitRate>
{
    /// <summary>The fastest speed: one byte takes one picosecond.</summary>
    public static readonly BitRate MaxValue = new(8_000_000_000_000);

    /// <summary>Picoseconds that one byte takes, rounded up (at least 1). Every Ethernet rate from 1 Gb/s to 1.6 Tb/s is exact.</summary>
    /// <remarks>A rate of 0 gives <see cref="long.MaxValue"/> ÷ 2²⁰, so that a jumbo frame's time still fits 64 bits.</remarks>
    public long PicosecondsPerByte =>
        BitsPerSecond <= 0
            ? long.MaxValue >> 20
            : Math.Max(1, ((8_000_000_000_000 - 1) / BitsPerSecond) + 1);

    /// <summary>Reads "10Gb/s", "25Gbps", "2.5Gbit/s", "100Mb/s"; the unit must be written.</summary>
    /// <returns>False when the text has no number, an unknown unit, is negative or above <see cref="MaxValue"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out BitRate rate)
    {
        rate = default;
        if (!UnitText.TrySplit(text, out decimal number, out ReadOnlySpan<char> unit))
        {
            return false;
        }

        decimal scale = unit switch
        {
            "b/s" or "bps" or "bit/s" => 1m,
            "kb/s" or "kbps" or "kbit/s" or "Kb/s" or "Kbps" => 1_000m,
            "Mb/s" or "Mbps" or "Mbit/s" => 1_000_000m,
            "Gb/s" or "Gbps" or "Gbit/s" => 1_000_000_000m,
            "Tb/s" or "Tbps" or "Tbit/s" => 1_000_000_000_000m,
            _ => 0m,
        };
        if (scale == 0m || number < 0 || !UnitText.TryScale(number, scale, out long bits) || bits > MaxValue.BitsPerSecond)
        {
            return false;
        }

        rate = new BitRate(bits);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(BitRate other) => BitsPerSecond.CompareTo(other.BitsPerSecond);

    /// <summary>The speed in the largest unit that keeps it short: "10Gb/s", "2.5Gb/s", "100Mb/s".</summary>
    public override string ToString()
    {
        (decimal scale, string unit) = BitsPerSecond switch
        {
            >= 1_000_000_000_000 => (1e12m, "Tb/s"),
            >= 1_000_000_000 => (1e9m, "Gb/s"),
            >= 1_000_000 => (1e6m, "Mb/s"),
            >= 1_000 => (1e3m, "kb/s"),
            _ => (1m, "b/s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{BitsPerSecond / scale}{unit}");
    }

    /// <summary>Slower than.</summary>
    public static bool operator <(BitRate left, BitRate right) => left.BitsPerSecond < right.BitsPerSecond;

    /// <summary>Faster than.</summary>
    public static bool operator >(BitRate left, BitRate right) => left.BitsPerSecond > right.BitsPerSecond;

    /// <summary>Not faster than.</summary>
    public static bool operator <=(BitRate left, BitRate right) => left.BitsPerSecond <= right.BitsPerSecond;

    /// <summary>Not slower than.</summary>
    public static bool operator >=(BitRate left, BitRate right) => left.BitsPerSecond >= right.BitsPerSecond;
}
