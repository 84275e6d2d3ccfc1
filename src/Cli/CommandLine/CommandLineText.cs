using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;

namespace Trunkline.Cli.CommandLine;

/// <summary>A command line as one would type it in a shell.</summary>
internal static class CommandLineText
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-");

    /// <summary>What was typed, without options that change nothing of the answer.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="without">The options to leave out, with their values.</param>
    /// <param name="rename">What to write for a word; null for the word itself.</param>
    public static string Of(ParseResult parsed, IReadOnlyList<Option> without, Func<string, string>? rename = null)
    {
        var words = new List<string> { "trunkline" };
        Option? left = null;
        foreach (Token token in parsed.Tokens)
        {
            if (token.Type == TokenType.Option)
            {
                left = without.FirstOrDefault(o => o.Name == token.Value || o.Aliases.Contains(token.Value));
            }

            if (left is null)
            {
                words.Add(Quote(rename is null ? token.Value : rename(token.Value)));
            }
            else if (token.Type != TokenType.Option || left.Arity.MaximumNumberOfValues == 0 || left.ValueType == typeof(bool))
            {
                // Its value was the last word to leave out.
                left = null;
            }
        }

        return string.Join(' ', words);
    }

    private static string Quote(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
