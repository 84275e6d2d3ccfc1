using System.Globalization;
using System.Text.Json.Nodes;
using Trunkline.Core.Balancing;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>A whole number within a range.</summary>
internal sealed class WholeForm(long minimum, long maximum) : ScalarForm<int>
{
    /// <inheritdoc/>
    public override string Wanted => $"{minimum} to {maximum}";

    /// <inheritdoc/>
    public override string? TryRead(string text, out int value)
    {
        value = 0;
        if (!decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number)
            || number != decimal.Truncate(number))
        {
            return $"\"{Shown.Clip(text)}\" is not a whole number; write {Wanted}";
        }

        if (number < minimum || number > maximum)
        {
            return $"{Shown.Clip(text)} is out of range; write {Wanted}";
        }

        value = (int)number;
        return null;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "integer", ["minimum"] = minimum, ["maximum"] = maximum };
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class FlagForm : ScalarForm<bool>
{
    /// <summary>The one.</summary>
    public static readonly FlagForm Instance = new();

    /// <inheritdoc/>
    public override string Wanted => "true or false";

    /// <inheritdoc/>
    public override string? TryRead(string text, out bool value)
    {
        value = text is "true" or "yes" or "on";
        return value || text is "false" or "no" or "off" ? null : $"\"{Shown.Clip(text)}\" is neither; write {Wanted}";
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "boolean" };
}

/// <summary>A key that says all by being there: <c>{at: 50ms, link: up/2, down}</c>.</summary>
internal sealed class MarkForm : Form<bool>
{
    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out bool value)
    {
        value = true;
        return node.IsNothing || FlagForm.Instance.TryRead(node, place, context, out value);
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = new JsonArray("null", "boolean") };
}

/// <summary>One of some words.</summary>
internal sealed class ChoiceForm<T>(params (string Word, T Value)[] choices) : ScalarForm<T>
{
    private const int NearLengthMax = 40;

    /// <summary>The words.</summary>
    public IEnumerable<string> Words => choices.Select(c => c.Word);

    /// <inheritdoc/>
    public override string Wanted => choices.Length == 1
        ? choices[0].Word
        : $"{string.Join(", ", choices.SkipLast(1).Select(c => c.Word))} or {choices[^1].Word}";

    /// <inheritdoc/>
    public override string? TryRead(string text, out T value)
    {
        foreach ((string word, T choice) in choices)
        {
            if (word == text)
            {
                value = choice;
                return null;
            }
        }

        value = default!;
        string hint = text.Length < NearLengthMax && NearestName.Of(text, Words) is string near ? $"did you mean {near}?" : $"write {Wanted}";
        return $"\"{Shown.Clip(text)}\" is none of the words here; {hint}";
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new() { ["enum"] = new JsonArray([.. Words.Select(w => (JsonNode)w)]) };
}

/// <summary>Any text on one line, up to a length.</summary>
internal sealed class TextForm(string wanted, int lengthMax) : ScalarForm<string>
{
    /// <inheritdoc/>
    public override string Wanted => wanted;

    /// <inheritdoc/>
    public override string? TryRead(string text, out string value)
    {
        value = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return value.Length > lengthMax ? $"{value.Length} characters are too many; write at most {lengthMax}"
            : value.Any(char.IsControl) ? "has control characters; write plain text"
            : null;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string", ["maxLength"] = lengthMax };
}

/// <summary>A name that the file gives to something.</summary>
internal sealed class NameForm : ScalarForm<string>
{
    /// <summary>The one.</summary>
    public static readonly NameForm Instance = new();

    private const int LengthMax = 40;

    /// <inheritdoc/>
    public override string Wanted => "a name of letters, digits, - and _ that begins with a letter";

    /// <summary>Whether a text may be a name.</summary>
    public static bool IsName(string text) => text.Length is > 0 and <= LengthMax
        && char.IsAsciiLetter(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <inheritdoc/>
    public override string? TryRead(string text, out string value)
    {
        value = text;
        return IsName(text) ? null : $"\"{Shown.Clip(text)}\" is no name; write {Wanted} (at most {LengthMax})";
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "string", ["pattern"] = $"^[A-Za-z][A-Za-z0-9_-]{{0,{LengthMax - 1}}}$" };
}

/// <summary>A technique as it is written everywhere: <c>rule[/preset][:parameter=value][@policy]</c>.</summary>
internal sealed class TechniqueForm : Form<string>
{
    /// <summary>The one.</summary>
    public static readonly TechniqueForm Instance = new();

    private const int LengthMax = 300;

    private static readonly TextForm Text = new("a technique such as linux-bond/layer3+4 or flowlet/afs", LengthMax);

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out string value)
    {
        if (!Text.TryRead(node, place, context, out value))
        {
            return false;
        }

        if ((TechniqueName.TryParse(value, out _) ?? context.Judge?.Invoke(value)) is string fault)
        {
            context.Fault(node, place, fault);
            return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => Text.Schema(definitions);
}

/// <summary>A word that stands for something else, with its place, to be looked up later.</summary>
internal sealed class WordForm(string wanted) : Form<Written>
{
    private readonly TextForm _text = new(wanted, 300);

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out Written value)
    {
        bool isGood = _text.TryRead(node, place, context, out string text);
        value = new Written(text, node, place);
        return isGood;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = new JsonArray("string", "integer") };
}
