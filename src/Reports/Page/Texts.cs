namespace Trunkline.Reports.Page;

/// <summary>A paragraph.</summary>
/// <param name="Text">Its text.</param>
public sealed record Paragraph(string Text) : IBlock
{
    /// <inheritdoc/>
    public void Write(HtmlWriter html) => html.Element("p", Text);
}

/// <summary>A list.</summary>
/// <param name="Points">Its points, a sentence each.</param>
public sealed record Bullets(IReadOnlyList<string> Points) : IBlock
{
    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        html.Start("ul");
        foreach (string point in Points)
        {
            html.Element("li", point);
        }

        html.End("ul");
    }
}

/// <summary>What the figures say, set apart.</summary>
/// <param name="Text">A sentence; what semicolons part becomes a list.</param>
public sealed record Finding(string Text) : IBlock
{
    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        html.Start("div", ("class", "finding"), ("role", "note"), ("aria-label", "Finding"));
        List<string> points = Split(Text);
        if (points.Count == 1)
        {
            html.Element("p", Text);
        }
        else
        {
            html.Start("ul");
            foreach (string point in points)
            {
                string end = point.EndsWith('.') ? "" : ".";
                html.Element("li", $"{point}{end}");
            }

            html.End("ul");
        }

        html.End("div");
    }

    /// <summary>Parts between semicolons that stand in no parentheses.</summary>
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        (int depth, int start) = (0, 0);
        for (int i = 0; i < text.Length; i++)
        {
            depth = Math.Max(0, depth + text[i] switch { '(' => 1, ')' => -1, _ => 0 });
            if (text[i] == ';' && depth == 0 && text[(i + 1)..].Trim().Length > 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        return [.. parts.Where(p => p.Length > 0), text[start..].Trim()];
    }
}

/// <summary>A remark on figures.</summary>
/// <param name="Text">Its text.</param>
/// <param name="IsWarning">Whether it says that figures are not whole.</param>
public sealed record Note(string Text, bool IsWarning = false) : IBlock
{
    /// <inheritdoc/>
    public void Write(HtmlWriter html) => html.Element("p", Text, ("class", IsWarning ? "note warning" : "note"));
}

/// <summary>Text that is to be copied as it is: a command, a file.</summary>
/// <param name="Text">The text.</param>
/// <param name="Label">What it is.</param>
public sealed record Verbatim(string Text, string Label) : IBlock
{
    /// <inheritdoc/>
    public void Write(HtmlWriter html) => html
        .Start("div", ("class", Text.Contains('\n') ? "verbatim" : "verbatim wraps"))
        .Start("pre", ("tabindex", "0"), ("role", "region"), ("aria-label", Label)).Element("code", Text).End("pre")
        .End("div");
}

/// <summary>What is shown on demand.</summary>
/// <param name="Title">What stands there before.</param>
/// <param name="Blocks">What is shown.</param>
public sealed record Details(string Title, IReadOnlyList<IBlock> Blocks) : IBlock
{
    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        html.Start("details").Element("summary", Title);
        foreach (IBlock block in Blocks)
        {
            block.Write(html);
        }

        html.End("details");
    }
}
