using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;

namespace Trunkline.Reports.Tests.Page;

public sealed class BlockTests
{
    private const string Hostile = "</script><img src=x onerror='a()'>\"&";

    [Theory]
    [InlineData(Hostile)]
    [InlineData("<!--")]
    [InlineData("' onmouseover='x")]
    public void Text_AndAttributes_AreEscaped(string text)
    {
        string html = Write(new Verbatim(text, text));

        Assert.DoesNotContain(text, html, StringComparison.Ordinal);
        Assert.Contains(text, System.Net.WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_WithHostileNames_KeepsThemWithinItsData()
    {
        var chart = new Chart
        {
            Title = "t",
            Caption = "c",
            Description = "d",
            X = new Axis(Hostile),
            Y = new Axis("y"),
            Marks = [new Mark(1, Hostile)],
            Panels = [new Panel(Hostile, [new Series(Hostile, SeriesKind.Line, 0) { X = [1, 2], Y = [1, double.NaN] }])],
            Table = new DataTable("t", [new Column("x")], []),
        };

        string html = Write(chart);

        Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
        Assert.Equal(1, html.Split("</script>").Length - 1);
        Assert.Contains("""
            "y":[1,null]
            """, html, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_WithHeadsAndCells_SaysWhatIsWhat() => Assert.Equal(
        """
        <div class="scroll" tabindex="0" role="region" aria-label="C"><table class="short" data-sort><caption>C</caption>
        <thead><tr><th scope="col">name</th><th scope="col" class="number" title="how many">n</th></tr></thead>
        <tbody>
        <tr><th scope="row">a</th><td class="best" data-value="1234.5">1,234<span class="aside"> (best)</span></td></tr>
        <tr><th scope="row">b</th><td>–</td></tr>
        </tbody></table></div>
        """,
        Write(new DataTable(
            "C",
            [new Column("name"), new Column("n", IsNumber: true, "how many")],
            [["a", new Cell("1,234", 1234.5, IsBest: true)], ["b", new Cell("–")]])).Replace("&#8211;", "–", StringComparison.Ordinal));

    [Theory]
    [InlineData("One sentence.", "<p>One sentence.</p>")]
    [InlineData("a is best (1; 2); b is worst.", "<ul><li>a is best (1; 2).</li><li>b is worst.</li></ul>")]
    [InlineData("a);(b; c", "<ul><li>a).</li><li>(b; c.</li></ul>")]
    public void Finding_WithSemicolons_IsAList(string text, string expected) =>
        Assert.Equal($"""<div class="finding" role="note" aria-label="Finding">{expected}</div>""", Write(new Finding(text)));

    private static string Write(IBlock block)
    {
        using var output = new StringWriter { NewLine = "\n" };
        block.Write(new HtmlWriter(output));
        return output.ToString();
    }
}
