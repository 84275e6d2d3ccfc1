namespace Trunkline.Core.Balancing;

/// <summary>A technique's name taken apart: <c>rule[/preset][:parameter=value…][@policy[:parameter=value…]]</c>.</summary>
/// <remarks>
/// Purely of the text; whether the names exist is the catalog's to say. One part alone is a rule or a policy.
/// </remarks>
/// <param name="Head">The part before the @.</param>
/// <param name="Policy">The part behind it; null where there is none.</param>
public sealed record TechniqueName(TechniqueName.Part Head, TechniqueName.Part? Policy)
{
    /// <summary>A name with the parameters written behind it.</summary>
    public sealed record Part(string Name, IReadOnlyList<KeyValuePair<string, string>> Parameters)
    {
        /// <summary>The same with one parameter set, whatever it was before.</summary>
        public Part With(string name, string value) =>
            this with { Parameters = [.. Parameters.Where(p => p.Key != name), KeyValuePair.Create(name, value)] };

        /// <summary>The part as it is written.</summary>
        public override string ToString() => string.Concat([Name, .. Parameters.Select(p => $":{p.Key}={p.Value}")]);
    }

    /// <summary>Takes a name apart.</summary>
    /// <param name="text">The name as written.</param>
    /// <param name="name">The parts, when there is no fault.</param>
    /// <returns>Null when it is good, else what is wrong and what to write.</returns>
    public static string? TryParse(string text, out TechniqueName? name)
    {
        name = null;
        string[] halves = text.Split('@');
        if (halves.Length > 2)
        {
            return $"{text}: more than one @; write rule@policy";
        }

        if (TryParsePart(text, halves[0], out Part? head) is string headFault)
        {
            return headFault;
        }

        Part? policy = null;
        if (halves.Length == 2 && TryParsePart(text, halves[1], out policy) is string policyFault)
        {
            return policyFault;
        }

        name = new TechniqueName(head!, policy);
        return null;
    }

    /// <summary>Takes apart a name without a policy, as of a fill.</summary>
    /// <returns>Null when it is good, else what is wrong and what to write.</returns>
    public static string? TryParsePart(string text, out Part? part) => TryParsePart(text, text, out part);

    private static string? TryParsePart(string whole, string text, out Part? part)
    {
        part = null;
        string[] pieces = text.Split(':');
        if (pieces[0].Trim().Length == 0)
        {
            return $"\"{whole}\": a name is missing; write rule, rule/preset, policy or rule@policy";
        }

        var parameters = new List<KeyValuePair<string, string>>();
        foreach (string piece in pieces.Skip(1))
        {
            int equals = piece.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                return $"{whole}: \"{piece}\" is no parameter; write :name=value";
            }

            parameters.Add(KeyValuePair.Create(piece[..equals].Trim(), piece[(equals + 1)..].Trim()));
        }

        part = new Part(pieces[0].Trim(), parameters);
        return null;
    }
}
