using System.Text;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>Renders what follows each state at each input as a table; a dot for no change.</summary>
internal static class StateTable
{
    public static string Render<TState, TInput>(IEnumerable<TState> states, IEnumerable<TInput> inputs, Func<TState, TInput, TState> next)
        where TState : notnull
        where TInput : notnull
    {
        TState[] columns = [.. states];
        var rows = new List<string[]>();
        rows.Add(["", .. columns.Select(state => $"{state}")]);
        foreach (TInput input in inputs)
        {
            rows.Add([$"{input}", .. columns.Select(state => next(state, input) is var to && to.Equals(state) ? "." : $"{to}")]);
        }

        int[] widths = [.. Enumerable.Range(0, columns.Length + 1).Select(i => rows.Max(row => row[i].Length))];
        var text = new StringBuilder();
        foreach (string[] row in rows)
        {
            text.Append(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd()).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }
}
