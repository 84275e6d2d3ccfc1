using System.Globalization;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing;

/// <summary>What a parameter's text means and how it is counted.</summary>
public enum ParameterKind
{
    /// <summary>A whole number, decimal or 0x….</summary>
    WholeNumber,

    /// <summary>A time with its unit, counted in nanoseconds: <c>16us</c>.</summary>
    Interval,

    /// <summary>An amount with its unit, counted in bytes: <c>100KB</c>.</summary>
    ByteCount,

    /// <summary>A speed with its unit, counted in bits per second: <c>10Gb/s</c>.</summary>
    BitRate,

    /// <summary>A share, counted in parts per million: <c>5%</c>, <c>12.5%</c>.</summary>
    Percent,

    /// <summary><c>true</c> or <c>false</c>, counted as 1 and 0.</summary>
    Flag,

    /// <summary>One word of a list, counted by its place there.</summary>
    Choice,

    /// <summary>Text that the technique itself reads (a list of fields, a key in hex).</summary>
    Text,
}

/// <summary>One parameter of a technique: its name, default, unit, range and meaning.</summary>
/// <remarks>Ranges are in the kind's base unit: ns, bytes, bits per second, parts per million.</remarks>
public sealed record ParameterDescriptor(string Name, ParameterKind Kind, string Default, string Summary)
{
    /// <summary>Smallest value allowed, in the base unit.</summary>
    public long Minimum { get; init; }

    /// <summary>Largest value allowed, in the base unit.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>The words of a <see cref="ParameterKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The range as people read it: "16us to 32ms", "true or false", "round-robin, random".</summary>
    public string Range => Kind switch
    {
        ParameterKind.Flag => "true or false",
        ParameterKind.Choice => string.Join(", ", Choices),
        ParameterKind.Text => "text",
        _ when Maximum == long.MaxValue => $"{Write(Minimum)} or more",
        _ => $"{Write(Minimum)} to {Write(Maximum)}",
    };

    /// <summary>Reads a value of this parameter.</summary>
    /// <param name="text">The value as written.</param>
    /// <param name="value">The value in the base unit; a choice's place in its list; 0 for text.</param>
    /// <returns>Null when it is good, else what is wrong and what to write.</returns>
    public string? TryRead(string text, out long value)
    {
        value = 0;
        bool isRead = Kind switch
        {
            ParameterKind.WholeNumber => TryReadWholeNumber(text, out value),
            ParameterKind.Interval => Read(Interval.TryParse(text, out Interval interval), interval.Nanoseconds, out value),
            ParameterKind.ByteCount => Read(Units.ByteCount.TryParse(text, out ByteCount count), count.Bytes, out value),
            ParameterKind.BitRate => Read(Units.BitRate.TryParse(text, out BitRate rate), rate.BitsPerSecond, out value),
            ParameterKind.Percent => TryReadPercent(text, out value),
            ParameterKind.Flag => Read(text is "true" or "false", text is "true" ? 1 : 0, out value),
            ParameterKind.Choice => Read(Choices.Contains(text), Choices.ToList().IndexOf(text), out value),
            _ => true,
        };
        if (!isRead)
        {
            return $"\"{text}\" is not {Noun}; write {Range}";
        }

        bool isRanged = Kind is not (ParameterKind.Flag or ParameterKind.Choice or ParameterKind.Text);
        return isRanged && (value < Minimum || value > Maximum) ? $"{text} is out of range; write {Range}" : null;
    }

    /// <summary>A value of this parameter as people write it.</summary>
    public string Write(long value) => Kind switch
    {
        ParameterKind.Interval => new Interval(value).ToString(),
        ParameterKind.ByteCount => new ByteCount(value).ToString(),
        ParameterKind.BitRate => new BitRate(value).ToString(),
        ParameterKind.Percent => string.Create(CultureInfo.InvariantCulture, $"{value / 10_000m:0.####}%"),
        ParameterKind.Flag => value != 0 ? "true" : "false",
        ParameterKind.Choice => Choices[(int)value],
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private string Noun => Kind switch
    {
        ParameterKind.WholeNumber => "a whole number",
        ParameterKind.Interval => "a time with a unit (ns, us, ms, s)",
        ParameterKind.ByteCount => "an amount with a unit (B, KB, KiB, MB)",
        ParameterKind.BitRate => "a speed with a unit (Mb/s, Gb/s)",
        ParameterKind.Percent => "a percentage",
        _ => "one of its words",
    };

    private static bool Read(bool isGood, long read, out long value)
    {
        value = read;
        return isGood;
    }

    private static bool TryReadWholeNumber(string text, out long value) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryReadPercent(string text, out long value)
    {
        value = 0;
        return text.EndsWith('%')
            && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent)
            && percent <= 1_000_000
            && Read(true, (long)(percent * 10_000), out value);
    }
}
