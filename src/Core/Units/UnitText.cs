using System.Globalization;

namespace Trunkline.Core.Units;

/// <summary>Splits "16.5us" into its number and its unit, exactly, for the units that people write.</summary>
internal static class UnitText
{
    /// <summary>The number in front and the unit behind, with blanks around either cut.</summary>
    public static bool TrySplit(ReadOnlySpan<char> text, out decimal number, out ReadOnlySpan<char> unit)
    {
        text = text.Trim();
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' || (end == 0 && text[end] is '-' or '+')))
        {
            end++;
        }

        unit = text[end..].TrimStart();
        return decimal.TryParse(
            text[..end],
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture,
            out number);
    }

    /// <summary>The number in base units; false when it is not whole there or does not fit.</summary>
    public static bool TryScale(decimal number, decimal scale, out long value)
    {
        value = 0;
        if (Math.Abs(number) > long.MaxValue / scale)
        {
            return false;
        }

        decimal scaled = number * scale;
        value = (long)decimal.Truncate(scaled);
        return scaled == value;
    }
}
