using System.Text.RegularExpressions;
using Trunkline.Testing;

namespace Trunkline.Architecture.Tests;

public sealed partial class TrackedFilesTests
{
    [Fact]
    public void TrackedFiles_Text_NamesNoFolderOfOneMachine() => Assert.Empty(LinesWith(MachineFolder()));

    [Fact]
    public void TrackedFiles_Text_NamesNoPackageHost() => Assert.Empty(LinesWith(PackageHost()));

    [Theory]
    [InlineData("see /wor" + "k/shared", true)]
    [InlineData("cd \"/roo" + "t/.nuget\"", true)]
    [InlineData("--net=/run/netns/a", false)]
    [InlineData("the net/wor" + "k/of links", false)]
    public void MachineFolder_InALine_IsSeen(string line, bool isSeen) => Assert.Equal(isSeen, MachineFolder().IsMatch(line));

    [Theory]
    [InlineData("https://api.nuget" + ".org/v3/index.json", true)]
    [InlineData("deb http://deb.deb" + "ian.org/debian bookworm main", true)]
    [InlineData("https://github.com/a/b", false)]
    public void PackageHost_InALine_IsSeen(string line, bool isSeen) => Assert.Equal(isSeen, PackageHost().IsMatch(line));

    private static IEnumerable<string> LinesWith(Regex pattern) =>
        from path in TrackedFiles.All
        let bytes = File.ReadAllBytes(RepositoryRoot.Combine(path))
        where !bytes.AsSpan().Contains((byte)0)
        from line in System.Text.Encoding.UTF8.GetString(bytes).Split('\n').Index()
        where pattern.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}";

    // The folders are spelled so that this file does not name them.
    [GeneratedRegex(@"(?<![\w.\-}])/(wor[k]|roo[t]|hom[e]/\w+)/")]
    private static partial Regex MachineFolder();

    [GeneratedRegex(@"nuge[t]\.org|debia[n]\.org/|npmj[s]\.|pyp[i]\.org|pkgs\.de[v]\.")]
    private static partial Regex PackageHost();
}
