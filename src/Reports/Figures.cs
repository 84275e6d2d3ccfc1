using System.Globalization;

namespace Trunkline.Reports;

/// <summary>Numbers as people read them.</summary>
public static class Figures
{
    private const string Dash = "–";
    private static readonly string[] Prefixes = ["", "k", "M", "G", "T", "P"];

    /// <summary>A ratio: <c>1.24</c>; a dash for none.</summary>
    public static string Ratio(double? value) => value is double number ? Text($"{number:0.00}") : Dash;

    /// <summary>A share: <c>12.5 %</c>; a dash for none.</summary>
    public static string Percent(double? share) => share is double number ? Text($"{100 * number:0.0} %") : Dash;

    /// <summary>A whole number with its thousands apart: <c>12,994</c>; a dash for none.</summary>
    public static string Count(long? value) =>
        value is long number ? number.ToString("N0", CultureInfo.InvariantCulture) : Dash;

    /// <summary>Bytes in the unit that leaves three figures: <c>10.2 MB</c>.</summary>
    public static string Bytes(double bytes) => Scaled(bytes, "B");

    /// <summary>A speed likewise: <c>9.41 Gb/s</c>; a dash for none.</summary>
    public static string Rate(double? bitsPerSecond) => bitsPerSecond is double rate ? Scaled(rate, "b/s") : Dash;

    /// <summary>A time in the unit that leaves it readable: <c>16 us</c>, <c>3.01 s</c>.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        0 => "0 s",
        < 1e-6 => Text($"{seconds * 1e9:0.###} ns"),
        < 1e-3 => Text($"{seconds * 1e6:0.###} us"),
        < 1 => Text($"{seconds * 1e3:0.###} ms"),
        < 1e4 => Text($"{seconds:0.##} s"),
        _ => $"{Count((long)seconds)} s",
    };

    private static string Scaled(double value, string unit)
    {
        int prefix = 0;
        while (value >= 999.5 && prefix < Prefixes.Length - 1)
        {
            value /= 1000;
            prefix++;
        }

        string digits = prefix == 0 || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {Prefixes[prefix]}{unit}";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
