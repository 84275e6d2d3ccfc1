using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Trunkline.Reports.Tests.Browser;

/// <summary>A table of a report as a browser has it.</summary>
public sealed class ShownTable
{
    private readonly string[] _heads;
    private readonly (string Text, string? Value)[][] _rows;

    private ShownTable(string[] heads, (string, string?)[][] rows) => (_heads, _rows) = (heads, rows);

    /// <summary>Rows.</summary>
    public int Count => _rows.Length;

    /// <summary>Reads a table.</summary>
    public static async Task<ShownTable> ReadAsync(ILocator table)
    {
        JsonElement read = await table.EvaluateAsync<JsonElement>(
            """
            t => ({ heads: [...t.tHead.rows[0].cells].map(c => c.textContent),
              rows: [...t.tBodies[0].rows].map(r => [...r.cells].map(c => [c.textContent, c.dataset.value ?? null])) })
            """);
        return new ShownTable(
            [.. read.GetProperty("heads").EnumerateArray().Select(h => h.GetString()!)],
            [.. read.GetProperty("rows").EnumerateArray().Select(r => r.EnumerateArray().Select(c => (c[0].GetString()!, c[1].GetString())).ToArray())]);
    }

    /// <summary>Texts of a column.</summary>
    public string[] Texts(string head) => [.. _rows.Select(row => row[ColumnOf(head)].Text)];

    /// <summary>Numbers of a column, as they sort; null where there is none.</summary>
    public double?[] Numbers(string head) =>
        [.. _rows.Select(row => row[ColumnOf(head)].Value is string value ? double.Parse(value, CultureInfo.InvariantCulture) : (double?)null)];

    private int ColumnOf(string head)
    {
        int column = Array.IndexOf(_heads, head);
        Assert.True(column >= 0, $"no column {head} among {string.Join(", ", _heads)}");
        return column;
    }
}
