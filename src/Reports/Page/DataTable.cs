using System.Globalization;

namespace Trunkline.Reports.Page;

/// <summary>A table; with scripts it sorts by any column.</summary>
/// <param name="Caption">What it shows.</param>
/// <param name="Columns">Its columns; the first names the rows.</param>
/// <param name="Rows">Its rows, each with a cell for each column.</param>
public sealed record DataTable(string Caption, IReadOnlyList<Column> Columns, IReadOnlyList<IReadOnlyList<Cell>> Rows) : IBlock
{
    // Names of rows that are no longer than this stand on one line where there is room.
    private const int ShortNameMax = 56;

    /// <summary>Whether the caption is for the ears only, where a title stands above anyway.</summary>
    public bool IsCaptionHidden { get; init; }

    /// <summary>Whether it is too wide for paper.</summary>
    public bool IsForScreens { get; init; }

    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        if (IsForScreens)
        {
            html.Element("p", $"{Caption}: {Columns.Count} columns, too wide for paper. They are in the file.", ("class", "note for-paper"));
        }

        html.Start("div", ("class", IsForScreens ? "scroll for-screens" : "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", Caption));
        bool areShort = Rows.All(row => row[0].Text.Length <= ShortNameMax);
        html.Start("table", ("class", areShort ? "short" : null), ("data-sort", "")).Element("caption", Caption, ("class", IsCaptionHidden ? "aside" : null)).Line();
        html.Start("thead").Start("tr");
        foreach (Column column in Columns)
        {
            html.Element("th", column.Title, ("scope", "col"), ("class", column.IsNumber ? "number" : null), ("title", column.Meaning));
        }

        html.End("tr").End("thead").Line().Start("tbody").Line();
        foreach (IReadOnlyList<Cell> row in Rows)
        {
            html.Start("tr");
            for (int i = 0; i < row.Count; i++)
            {
                WriteCell(html, row[i], Columns[i], isHead: i == 0);
            }

            html.End("tr").Line();
        }

        html.End("tbody").End("table").End("div");
    }

    private static void WriteCell(HtmlWriter html, Cell cell, Column column, bool isHead)
    {
        string tag = isHead ? "th" : "td";
        string? value = cell.Value?.ToString("R", CultureInfo.InvariantCulture);

        // Most cells are numbers: these need no name for their style.
        string? style = cell.IsBest ? "best" : isHead || column.IsNumber ? null : "text";
        html.Start(tag, ("scope", isHead ? "row" : null), ("class", style), ("data-value", value)).Text(cell.Text);
        if (cell.IsBest)
        {
            html.Element("span", " (best)", ("class", "aside"));
        }

        html.End(tag);
    }
}

/// <summary>A column.</summary>
/// <param name="Title">Its head, with the unit where cells have none.</param>
/// <param name="IsNumber">Whether it has numbers, which stand at the right.</param>
/// <param name="Meaning">What it means, for those who point at it; null where the title says it.</param>
public sealed record Column(string Title, bool IsNumber = false, string? Meaning = null);

/// <summary>A cell.</summary>
/// <param name="Text">As it is read.</param>
/// <param name="Value">What it sorts by; null for text, and where there is no number.</param>
/// <param name="IsBest">Whether it is to be marked as the best of its column.</param>
public sealed record Cell(string Text, double? Value = null, bool IsBest = false)
{
    /// <summary>Text.</summary>
    public static implicit operator Cell(string text) => FromString(text);

    /// <summary>Text.</summary>
    public static Cell FromString(string text) => new(text);
}
