using System.Text.RegularExpressions;
using Trunkline.Testing;

namespace Trunkline.Docs.Tests;

public sealed partial class LinkTests
{
    [Theory]
    [MemberData(nameof(MarkdownFiles.All), MemberType = typeof(MarkdownFiles))]
    public void Links_ToFilesOfTheRepository_LeadSomewhere(string document) => Assert.Empty(
        from target in Targets(File.ReadAllText(RepositoryRoot.Combine(document)))
        where !Path.Exists(Path.Combine(Path.GetDirectoryName(RepositoryRoot.Combine(document))!, target))
        select target);

    [Fact]
    public void Targets_OfAPage_AreThoseInTheRepository() => Assert.Equal(
        ["a.md", "../b/"], Targets("[a](a.md) [b](../b/#part) [c](https://example.com) [d](#here) ![e](mailto:a@b)"));

    private static IEnumerable<string> Targets(string page) =>
        from Match link in Link().Matches(page)
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        select target;

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
