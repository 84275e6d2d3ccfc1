using System.Text.RegularExpressions;
using Trunkline.Results;

namespace Trunkline.Reports.Tests.Compare;

public sealed partial class SizeTests
{
    private const int BytesMax = 2_000_000;

    [Theory]
    [InlineData(4, 4, 200)]
    [InlineData(40, 16, 18)]
    [InlineData(100, 4, 29)]
    [InlineData(100, 1_000, 29)]
    public void Report_OfManyTechniquesAndLinks_IsBelowTwoMegabytes(int techniques, int links, int points)
    {
        CompareResult result = Samples.Result(techniques, links);

        string html = Samples.Html(result, Samples.Detail(result, points: points));

        Assert.True(html.Length < BytesMax, $"{html.Length} bytes; {string.Join(", ", Script().Matches(html).Select(m => m.Length))} of them data");
    }

    [GeneratedRegex("""<script type="application/json"[^>]*>[^<]*</script>""")]
    private static partial Regex Script();
}
