namespace Trunkline.Scenarios.Reading.Yaml;

/// <summary>Text from a file as a message may show it.</summary>
internal static class Shown
{
    private const int LengthMax = 60;

    /// <summary>At most 60 characters, none of which moves the cursor.</summary>
    public static string Clip(string text)
    {
        string shown = text.Length > LengthMax ? $"{text[..LengthMax]}…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
