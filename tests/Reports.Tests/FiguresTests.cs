using System.Globalization;
using System.Text.Json;
using Trunkline.Testing;

namespace Trunkline.Reports.Tests;

public sealed class FiguresTests
{
    private static readonly double[] Values =
        [0, 1e-9, 4.2e-8, 9.9995e-7, 1.6e-5, 0.0004137, 0.0123456, 0.5, 0.99949, 1, 1.5, 9.994, 9.996, 12.25, 99.94, 99.96, 999.4, 999.6, 1234.5, 12_994, 1e6, 9.41e9, 4e10, 1.28e12, 3e15];

    [Fact]
    public void Script_WritingNumbers_WritesWhatTablesDo()
    {
        string node = Require.Program("node");
        string module = new Uri(RepositoryRoot.Combine("src/Reports/Web/scripts/figures.js")).AbsoluteUri;
        string script = $$"""
            const { figure } = await import('{{module}}');
            const values = {{JsonSerializer.Serialize(Values)}};
            const units = ['ratio', 'percent', 'count', 'bytes', 'rate', 'seconds'];
            console.log(JSON.stringify(units.map(u => values.map(v => figure(v, u)))));
            """;

        string[][] written = JsonSerializer.Deserialize<string[][]>(Command.Check(node, "--no-warnings", "--input-type=module", "--eval", script))!;

        Func<double, string>[] expected =
            [v => Figures.Ratio(v), v => Figures.Percent(v), v => Figures.Count((long)v), Figures.Bytes, v => Figures.Rate(v), Figures.Seconds];
        for (int unit = 0; unit < expected.Length; unit++)
        {
            // Counts are whole numbers.
            double[] of = [.. Values.Where(v => unit != 2 || v == Math.Floor(v))];
            Assert.Equal(
                of.Select(v => $"{v.ToString(CultureInfo.InvariantCulture)}: {expected[unit](v)}"),
                of.Select(v => $"{v.ToString(CultureInfo.InvariantCulture)}: {written[unit][Array.IndexOf(Values, v)]}"));
        }
    }
}
