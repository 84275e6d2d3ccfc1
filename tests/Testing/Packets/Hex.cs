using System.Globalization;
using System.Text;

namespace Trunkline.Testing.Packets;

/// <summary>Bytes as people read them.</summary>
public static class Hex
{
    /// <summary>Reads hex digits; blanks are passed over, and <c>#</c> begins a remark that ends with the line.</summary>
    /// <exception cref="FormatException">There is something else, or half a byte.</exception>
    public static byte[] Bytes(string text)
    {
        var digits = new StringBuilder();
        foreach (string line in text.Split('\n'))
        {
            digits.Append(line.Split('#')[0]);
        }

        return Convert.FromHexString(digits.Replace(" ", "").Replace("\r", "").ToString());
    }

    /// <summary>Writes bytes with a blank between them, sixteen to a line.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (int i = 0; i < bytes.Length; i++)
        {
            text.Append(i == 0 ? "" : i % 16 == 0 ? "\n" : " ").Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }
}
