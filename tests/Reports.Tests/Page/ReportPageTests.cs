using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Trunkline.Reports.Page;
using Trunkline.Reports.Tests.Compare;

namespace Trunkline.Reports.Tests.Page;

public sealed partial class ReportPageTests
{
    private static readonly string Html = Samples.Html();

    [Fact]
    public void Policy_OfAPage_LetsInItsOwnScriptAndStyleOnly()
    {
        string policy = System.Net.WebUtility.HtmlDecode(Policy().Match(Html).Groups[1].Value);
        string script = Assert.Single(Script().Matches(Html)).Groups[1].Value;
        string style = Assert.Single(Style().Matches(Html)).Groups[1].Value;

        Assert.Equal(
            $"default-src 'none'; script-src '{HashOf(script)}'; style-src '{HashOf(style)}'; base-uri 'none'; form-action 'none'", policy);
    }

    [Fact]
    public void Page_OutsideItsScript_NamesNothingToLoad()
    {
        string markup = Script().Replace(Html, "");

        Assert.DoesNotMatch("""(?i)\s(src|srcset|data|poster|action|background)=""", markup);
        Assert.DoesNotMatch("""(?i)href="[^#]""", markup);
        Assert.DoesNotMatch("""(?i)url\(|@import|<link|<img|<iframe|<object|<embed""", markup);
        Assert.DoesNotMatch("""(?i)\s(style|on\w+)=""", markup);
    }

    [Fact]
    public void Script_OfTheReport_KeepsTheNoticesOfWhatItContains()
    {
        Assert.Contains("Apache License, Version 2.0", Html, StringComparison.Ordinal);
        Assert.Contains("Copyright (c) 2017, Baidu Inc.", Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_WithSections_ListsThemWithTheirHeads()
    {
        var page = new ReportPage { Title = "T", Sections = [new Section("First & only", [new Paragraph("text")])] };
        using var output = new StringWriter();

        page.Write(output);

        Assert.Contains("""<nav aria-label="Sections"><ul><li><a href="#part1">First &amp; only</a></li></ul></nav>""", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("""<h2 id="part1">First &amp; only</h2>""", output.ToString(), StringComparison.Ordinal);
    }

    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    [GeneratedRegex("""http-equiv="Content-Security-Policy" content="([^"]*)">""")]
    private static partial Regex Policy();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
