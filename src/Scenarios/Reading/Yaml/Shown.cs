namespace Trunkline.Scenarios.Reading.Yaml;

/// <summary>Text from a file as a message may show it.</summary>
internal static class Shown
{
    private const int LengthMax = 60;

    /// <summary>At most 60 characters, none of which moves the cursor.</summary>
    public static string Clip(string text) => Plain(text.Length > LengthMax ? $"{text[..LengthMax]}…" : text);

    /// <summary>The text with nothing in it that moves the cursor.</summary>
    public static string Plain(string text) =>
        text.Any(IsStrange) ? string.Concat(text.Select(c => IsStrange(c) ? '?' : c)) : text;

    private static bool IsStrange(char c) => char.IsControl(c) || char.IsSurrogate(c);
}
