using Trunkline.Testing;

namespace Trunkline.Architecture.Tests;

public sealed class CoreTests
{
    private static readonly AssemblyUse Core = AssemblyUse.Read(SourceProject.All.Single(p => p.Name == "Core").AssemblyPath);

    [Fact]
    public void Core_Built_ReferencesTheRuntimeOnly() => Assert.Empty(Core.Assemblies.Except(House.CoreAssemblies));

    [Fact]
    public void Core_Built_TouchesNoFileClockThreadOrChance() => Assert.Empty(Core.Among(House.CoreForbidden));

    [Fact]
    public void Among_OfAnAssemblyThatReadsFilesAndClocks_NamesThem()
    {
        string[] found = [.. AssemblyUse.Read(typeof(Command).Assembly.Location).Among(House.CoreForbidden)];

        Assert.Contains("System.IO.File", found);
        Assert.Contains("System.IO.File.Exists", found);
        Assert.Contains("System.Diagnostics.Stopwatch", found);
        Assert.Contains("System.Threading.Thread", found);
        Assert.DoesNotContain("System.IOnly", found);
    }

    [Fact]
    public void Among_NamesThatOnlyBeginAlike_LeavesThemOut() =>
        Assert.Equal(["A.B", "A.B.C", "A.B+D"], new AssemblyUse([], ["A", "A.B", "A.B.C", "A.B+D", "A.Bc"]).Among(["A.B"]));
}
