namespace Trunkline.Docs.Tests;

public sealed class ConsoleBlockTests
{
    private static readonly string[] Document =
    [
        "# A page",
        "```sh",
        "$ ./trunkline not-this",
        "```",
        "```console",
        "$ ./trunkline one \\",
        "    --two",
        "first",
        "",
        "third  ",
        "",
        "$ ./dev check",
        "whatever",
        "```",
        "```console exit=2",
        "$ ./trunkline bad",
        "```",
    ];

    [Fact]
    public void Find_InADocument_TakesConsoleBlocksApart() => Assert.Collection(
        ConsoleBlock.Find(Document),
        first =>
        {
            Assert.Equal("./trunkline one --two", first.CommandLine);
            Assert.Equal(["first", "", "third"], first.Shown);
            Assert.Equal(7, first.FirstLine);
            Assert.Equal(0, first.ExitStatus);
            Assert.True(first.IsRunnable);
        },
        second => Assert.False(second.IsRunnable),
        third =>
        {
            Assert.Empty(third.Shown);
            Assert.Equal(2, third.ExitStatus);
        });

    [Theory]
    [InlineData("a|b", "a|b", true)]
    [InlineData("a|b", "a", false)]
    [InlineData("a", "a|b", false)]
    [InlineData("a", "A", false)]
    [InlineData("…", "", true)]
    [InlineData("a|…|d", "a|b|c|d", true)]
    [InlineData("a|…|d", "a|d", true)]
    [InlineData("a|…|d", "a|b|c", false)]
    [InlineData("…|b|…|d", "b|a|b|d", true)]
    [InlineData("a|…", "b|a", false)]
    [InlineData("{\"a\": 1…", "{\"a\": 1, \"b\": 2}", true)]
    [InlineData("{\"a\": 1…", "{\"a\": 2}", false)]
    public void IsShownAs_WithEllipses_LeavesOutOnlyWhatTheyCover(string shown, string printed, bool isTrue)
    {
        var command = new ConsoleCommand("./trunkline", 0, 0, shown.Split('|'));

        Assert.Equal(isTrue, command.IsShownAs(printed.Split('|', StringSplitOptions.RemoveEmptyEntries)));
    }
}
