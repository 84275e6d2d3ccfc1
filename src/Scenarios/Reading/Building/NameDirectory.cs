using System.Globalization;
using Trunkline.Core.Balancing;
using Trunkline.Scenarios.Reading.Forms;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Building;

/// <summary>Names that the file may refer to, one by one, by group, by range (<c>h1..h8</c>) or by pattern (<c>h*</c>).</summary>
/// <param name="noun">What one of them is called.</param>
internal sealed class NameDirectory(string noun)
{
    private const int DescribedMax = 8;
    private const int NearLengthMin = 4;
    private const int NearLengthMax = 40;
    private const int NearNamesMax = 2_000;

    private readonly List<string> _names = [];
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _groups = [];
    private string? _description;

    /// <summary>The names, in the order they were added.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Adds a name.</summary>
    /// <returns>False when it is there already, or is a group's.</returns>
    public bool TryAdd(string name)
    {
        _description = null;
        if (_groups.ContainsKey(name) || !_known.Add(name))
        {
            return false;
        }

        _names.Add(name);
        return true;
    }

    /// <summary>Adds a name for several.</summary>
    /// <returns>False when it is there already, or is a single one's.</returns>
    public bool TryAddGroup(string name, IReadOnlyList<string> members) => !_known.Contains(name) && _groups.TryAdd(name, members);

    /// <summary>Whether there is one of that name.</summary>
    public bool Contains(string name) => _known.Contains(name);

    /// <summary>Whether the name stands for several.</summary>
    public bool IsGroup(string name) => _groups.ContainsKey(name);

    /// <summary>The names that a word stands for.</summary>
    /// <returns>Null, with a fault, when there are none.</returns>
    public IReadOnlyList<string>? Resolve(Written written, ReadingContext context)
    {
        string text = written.Text.Trim();
        if (_known.Contains(text))
        {
            return [text];
        }

        IReadOnlyList<string>? found = _groups.GetValueOrDefault(text)
            ?? (text.Contains("..", StringComparison.Ordinal) ? ResolveRange(text)
                : text.AsSpan().ContainsAny('*', '?') ? ResolvePattern(written, context)
                : null);
        if (found is null or [])
        {
            context.Fault(written, $"{noun} \"{Shown.Clip(text)}\" is not in the scenario ({Describe()}){Hint(text)}");
            return null;
        }

        return context.TrySpend(found.Count, written) ? found : null;
    }

    /// <summary>The names that words stand for, in their order, each once.</summary>
    public IReadOnlyList<string> ResolveAll(IReadOnlyList<Written> words, ReadingContext context) =>
        [.. words.SelectMany(w => Resolve(w, context) ?? []).Distinct()];

    /// <summary>What there is, in a few words: <c>hosts are h1 to h8, nas</c>.</summary>
    public string Describe()
    {
        if (_description is null)
        {
            string[] spans = [.. Spans().Take(DescribedMax + 1)];
            string more = spans.Length > DescribedMax ? ", …" : "";
            _description = spans.Length switch
            {
                0 => $"there is no {noun}",
                1 when _names.Count == 1 => $"its only {noun} is {spans[0]}",
                _ => $"{noun}{(noun[^1] == 'h' ? "es" : "s")} are {string.Join(", ", spans.Take(DescribedMax))}{more}",
            };
        }

        return _description;
    }

    /// <summary>The name that was meant, where one is near; numbered names are all near each other, and short ones to everything.</summary>
    private string Hint(string text)
    {
        bool isWorthIt = text.Length is >= NearLengthMin and <= NearLengthMax && _names.Count <= NearNamesMax && !IsNumbered(text);
        return isWorthIt && NearestName.Of(text, _names) is string nearest ? $"; did you mean {nearest}?" : "";
    }

    /// <summary>Members of a range in their order; null when one is missing.</summary>
    private List<string>? ResolveRange(string text)
    {
        string[] ends = text.Split("..");
        if (ends.Length != 2 || !TryNumber(ends[0], out string prefix, out int first, out string suffix))
        {
            return null;
        }

        string end = int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out _) ? $"{prefix}{ends[1]}{suffix}" : ends[1];
        if (!TryNumber(end, out string prefixThen, out int last, out string suffixThen)
            || (prefixThen, suffixThen) != (prefix, suffix)
            || last < first
            || last - first >= _names.Count)
        {
            return null;
        }

        var found = new List<string>();
        for (int i = first; i <= last; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i}{suffix}");
            if (!_known.Contains(name))
            {
                return null;
            }

            found.Add(name);
        }

        return found;
    }

    private List<string>? ResolvePattern(Written written, ReadingContext context) =>
        context.TrySpend(_names.Count, written) ? _names.FindAll(n => IsMatch(n, written.Text.Trim())) : null;

    /// <summary>Whether a name is like a pattern, of which * is any text and ? any character.</summary>
    internal static bool IsMatch(ReadOnlySpan<char> name, ReadOnlySpan<char> pattern)
    {
        int star = -1, retry = 0, p = 0, n = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && (pattern[p] == '?' || (pattern[p] == name[n] && pattern[p] != '*')))
            {
                p++;
                n++;
            }
            else if (p < pattern.Length && pattern[p] == '*')
            {
                (star, retry) = (p++, n);
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool IsNumbered(string text) => TryNumber(text, out _, out _, out _);

    /// <summary>Takes a name apart at its last number: <c>leaf</c>, 12, <c>-up</c>.</summary>
    private static bool TryNumber(string name, out string prefix, out int number, out string suffix)
    {
        int end = name.Length;
        while (end > 0 && !char.IsAsciiDigit(name[end - 1]))
        {
            end--;
        }

        int start = end;
        while (start > 0 && char.IsAsciiDigit(name[start - 1]))
        {
            start--;
        }

        (prefix, suffix) = (name[..start], name[end..]);
        return int.TryParse(name.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out number) && start > 0;
    }

    /// <summary>The names, those that count up as one: <c>h1 to h8</c>.</summary>
    private IEnumerable<string> Spans()
    {
        int i = 0;
        while (i < _names.Count)
        {
            int end = i;
            bool isNumbered = TryNumber(_names[i], out string prefix, out int number, out string suffix);
            string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}{suffix}");
            while (isNumbered && end + 1 < _names.Count && _names[end + 1] == Name(number + end + 1 - i))
            {
                end++;
            }

            yield return (end - i) switch { 0 => _names[i], 1 => $"{_names[i]}, {_names[end]}", _ => $"{_names[i]} to {_names[end]}" };
            i = end + 1;
        }
    }
}
