using System.Globalization;
using System.Text.Json.Nodes;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>A number with its unit, within a range.</summary>
/// <param name="example">What a good one looks like.</param>
/// <param name="minimum">The least.</param>
/// <param name="maximum">The most.</param>
internal abstract class QuantityForm<T>(string example, T minimum, T maximum) : ScalarForm<T>
    where T : struct, IComparable<T>
{
    /// <inheritdoc/>
    public override string Wanted => $"{minimum} to {maximum}, such as {example}";

    /// <summary>What it is: <c>a speed</c>.</summary>
    protected abstract string Noun { get; }

    /// <summary>What the text looks like, as a regular expression.</summary>
    protected abstract string Pattern { get; }

    /// <inheritdoc/>
    public sealed override string? TryRead(string text, out T value)
    {
        if (!TryParse(text, out value))
        {
            string number = new([.. text.Trim().TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]);
            bool isWithoutUnit = number.Length > 0 && text.Trim().Length <= number.Length + 1 && Complete(text.Trim(), number) is not null;
            return isWithoutUnit
                ? $"\"{Shown.Clip(text)}\" has no unit; write {Complete(text.Trim(), number)}"
                : $"\"{Shown.Clip(text)}\" is not {Noun}; write one with its unit, such as {example}";
        }

        return value.CompareTo(minimum) < 0 || value.CompareTo(maximum) > 0 ? $"{Shown.Clip(text)} is out of range; write {Wanted}" : null;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new()
    {
        ["type"] = new JsonArray("string", "number"),
        ["pattern"] = Pattern,
        ["examples"] = new JsonArray(example),
    };

    /// <summary>Reads the number and its unit.</summary>
    protected abstract bool TryParse(string text, out T value);

    /// <summary>The text with the unit that was most likely meant; null when nothing is likely.</summary>
    protected abstract string? Complete(string text, string number);
}

/// <summary>A time.</summary>
internal sealed class IntervalForm(string example, Interval minimum, Interval maximum) : QuantityForm<Interval>(example, minimum, maximum)
{
    private readonly string _unit = example.TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '.');

    /// <inheritdoc/>
    protected override string Noun => "a time";

    /// <inheritdoc/>
    protected override string Pattern => @"^(0|[0-9.]+\s*(ns|us|µs|ms|s|min))$";

    /// <inheritdoc/>
    protected override bool TryParse(string text, out Interval value) => Interval.TryParse(text, out value);

    /// <inheritdoc/>
    protected override string? Complete(string text, string number) => text.Length == number.Length ? $"{number}{_unit}" : null;
}

/// <summary>An amount of data.</summary>
/// <param name="example">What a good one looks like.</param>
/// <param name="minimum">The least.</param>
/// <param name="maximum">The most.</param>
/// <param name="isUnitOptional">Whether a number alone means bytes, as people write an MTU.</param>
internal sealed class BytesForm(string example, ByteCount minimum, ByteCount maximum, bool isUnitOptional = false)
    : QuantityForm<ByteCount>(example, minimum, maximum)
{
    /// <inheritdoc/>
    protected override string Noun => "an amount of data";

    /// <inheritdoc/>
    protected override string Pattern => isUnitOptional ? @"^[0-9.]+\s*([kKMGT]?B|[KMGT]iB)?$" : @"^(0|[0-9.]+\s*([kKMGT]?B|[KMGT]iB))$";

    /// <inheritdoc/>
    protected override bool TryParse(string text, out ByteCount value)
    {
        if (isUnitOptional && long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long bytes))
        {
            value = new ByteCount(bytes);
            return true;
        }

        return ByteCount.TryParse(text, out value);
    }

    /// <inheritdoc/>
    protected override string? Complete(string text, string number) => text.Length == number.Length
        ? $"{number}B"
        : text[^1] is 'k' or 'K' or 'M' or 'G' ? $"{number}{char.ToUpperInvariant(text[^1])}B" : null;
}

/// <summary>A speed.</summary>
internal sealed class RateForm(string example, BitRate minimum, BitRate maximum) : QuantityForm<BitRate>(example, minimum, maximum)
{
    /// <inheritdoc/>
    protected override string Noun => "a speed";

    /// <inheritdoc/>
    protected override string Pattern => @"^[0-9.]+\s*[kKMGT]?(b/s|bps|bit/s)$";

    /// <inheritdoc/>
    protected override bool TryParse(string text, out BitRate value) => BitRate.TryParse(text, out value);

    /// <inheritdoc/>
    protected override string? Complete(string text, string number) => text.Length == number.Length
        ? $"{number}Gb/s"
        : text[^1] is 'k' or 'K' or 'M' or 'm' or 'G' or 'g' or 'T' ? $"{number}{char.ToUpperInvariant(text[^1])}b/s" : null;
}

/// <summary>A share in percent, counted in parts per million.</summary>
internal sealed class PercentForm(string example, int minimumPpm, int maximumPpm) : ScalarForm<int>
{
    private const int PpmPerPercent = 10_000;

    /// <inheritdoc/>
    public override string Wanted => string.Create(
        CultureInfo.InvariantCulture, $"{minimumPpm / (decimal)PpmPerPercent}% to {maximumPpm / (decimal)PpmPerPercent}%, such as {example}");

    /// <inheritdoc/>
    public override string? TryRead(string text, out int value)
    {
        value = 0;
        string trimmed = text.Trim();
        string number = trimmed.TrimEnd('%').TrimEnd();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal percent))
        {
            return $"\"{Shown.Clip(text)}\" is not a share; write {Wanted}";
        }

        if (!trimmed.EndsWith('%'))
        {
            // Below 1 it was most likely meant as a part of one.
            decimal meant = percent is > 0 and < 1 ? percent * 100 : percent;
            return $"\"{Shown.Clip(text)}\" has no unit; write {meant.ToString("0.####", CultureInfo.InvariantCulture)}%";
        }

        if (percent > maximumPpm / (decimal)PpmPerPercent || percent < minimumPpm / (decimal)PpmPerPercent)
        {
            return $"{Shown.Clip(text)} is out of range; write {Wanted}";
        }

        value = (int)(percent * PpmPerPercent);
        return value == percent * PpmPerPercent ? null : $"{Shown.Clip(text)} is finer than 0.0001%; write fewer places";
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) => new()
    {
        ["type"] = "string",
        ["pattern"] = @"^[0-9.]+\s*%$",
        ["examples"] = new JsonArray(example),
    };
}
