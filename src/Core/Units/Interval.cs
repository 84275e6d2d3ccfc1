using System.Globalization;

namespace Trunkline.Core.Units;

/// <summary>A length of time in whole nanoseconds; 64 bits last 292 years.</summary>
/// <param name="Nanoseconds">May be negative: two instants subtract in either order.</param>
public readonly record struct Interval(long Nanoseconds) : IComparable<Interval>
{
    /// <summary>No time at all.</summary>
    public static readonly Interval Zero;

    /// <summary>The longest interval: what "never" is stored as.</summary>
    public static readonly Interval MaxValue = new(long.MaxValue);

    /// <summary>An interval of whole microseconds.</summary>
    public static Interval FromMicroseconds(long microseconds) => new(checked(microseconds * 1_000));

    /// <summary>An interval of whole milliseconds.</summary>
    public static Interval FromMilliseconds(long milliseconds) => new(checked(milliseconds * 1_000_000));

    /// <summary>An interval of whole seconds.</summary>
    public static Interval FromSeconds(long seconds) => new(checked(seconds * 1_000_000_000));

    /// <summary>The interval in seconds.</summary>
    public double TotalSeconds => Nanoseconds / 1e9;

    /// <summary>Reads "16us", "0.5ms", "10s", "100ns"; the unit must be written, and 0 needs none.</summary>
    /// <returns>False when the text has no number, no unit of ns, us, µs, ms, s, min, or does not fit 64 bits.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Interval interval)
    {
        interval = default;
        if (!UnitText.TrySplit(text, out decimal number, out ReadOnlySpan<char> unit))
        {
            return false;
        }

        decimal scale = unit switch
        {
            "ns" => 1m,
            "us" or "µs" or "μs" => 1_000m,
            "ms" => 1_000_000m,
            "s" => 1_000_000_000m,
            "min" => 60_000_000_000m,
            "" when number == 0 => 1m,
            _ => 0m,
        };
        if (scale == 0m || !UnitText.TryScale(number, scale, out long nanoseconds))
        {
            return false;
        }

        interval = new Interval(nanoseconds);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(Interval other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The interval with the largest unit that keeps it exact: "16us", "1500us", "3s".</summary>
    public override string ToString()
    {
        (long scale, string unit) = Nanoseconds switch
        {
            0 => (1L, "s"),
            _ when Nanoseconds % 1_000_000_000 == 0 => (1_000_000_000L, "s"),
            _ when Nanoseconds % 1_000_000 == 0 => (1_000_000L, "ms"),
            _ when Nanoseconds % 1_000 == 0 => (1_000L, "us"),
            _ => (1L, "ns"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Nanoseconds / scale}{unit}");
    }

    /// <summary>The sum of two intervals.</summary>
    public static Interval operator +(Interval left, Interval right) => new(left.Nanoseconds + right.Nanoseconds);

    /// <summary>The difference of two intervals.</summary>
    public static Interval operator -(Interval left, Interval right) => new(left.Nanoseconds - right.Nanoseconds);

    /// <summary>The interval repeated.</summary>
    public static Interval operator *(Interval left, long times) => new(left.Nanoseconds * times);

    /// <summary>Shorter than.</summary>
    public static bool operator <(Interval left, Interval right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Longer than.</summary>
    public static bool operator >(Interval left, Interval right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Not longer than.</summary>
    public static bool operator <=(Interval left, Interval right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Not shorter than.</summary>
    public static bool operator >=(Interval left, Interval right) => left.Nanoseconds >= right.Nanoseconds;
}
