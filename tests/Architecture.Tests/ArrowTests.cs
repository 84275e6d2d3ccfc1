using System.Xml.Linq;
using Trunkline.Testing;

namespace Trunkline.Architecture.Tests;

public sealed class ArrowTests
{
    private const string Product = "Trunkline.";

    [Fact]
    public void Projects_UnderSrc_AreInTheTable() =>
        Assert.Empty(SourceProject.All.Select(p => p.Name).Except(House.Arrows.Keys));

    [Fact]
    public void Arrows_OfTheTable_PointOneWay()
    {
        // A project comes after all that it may know, so no chain of arrows leads back.
        string[] order = [.. House.Arrows.Keys];
        Assert.All(House.Arrows, arrow => Assert.All(
            arrow.Value, to => Assert.InRange(Array.IndexOf(order, to), 0, Array.IndexOf(order, arrow.Key) - 1)));
    }

    [Fact]
    public void ProjectReferences_InProjectFiles_AreAllowed() => Assert.Empty(
        from project in SourceProject.All
        from reference in project.References
        where !House.Arrows[project.Name].Contains(reference)
        select $"{project.Name} may not reference {reference}");

    [Fact]
    public void AssemblyReferences_OfBuiltAssemblies_AreAllowed() => Assert.Empty(
        from project in SourceProject.All
        from assembly in AssemblyUse.Read(project.AssemblyPath).Assemblies
        where assembly.StartsWith(Product, StringComparison.Ordinal)
        where !House.Arrows[project.Name].Contains(assembly[Product.Length..])
        select $"{project.Name} may not use {assembly}");

    [Fact]
    public void Packages_OfProjectsWithout_AreNone() => Assert.Empty(
        from project in SourceProject.All
        where House.WithoutPackages.Contains(project.Name)
        from package in project.Packages
        select $"{project.Name} may not use the package {package}");

    [Fact]
    public void Packages_OfOneOwner_AreUsedByItAlone() => Assert.Empty(
        from project in SourceProject.All
        from package in project.Packages
        where House.PackageOwners.GetValueOrDefault(package, project.Name) != project.Name
        select $"{project.Name} may not use the package {package}");

    [Fact]
    public void Solution_OfTheRepository_ListsEveryProject()
    {
        IEnumerable<string> listed = XDocument.Load(RepositoryRoot.Combine("Trunkline.slnx"))
            .Descendants("Project").Select(project => project.Attribute("Path")!.Value);
        IEnumerable<string> existing = TrackedFiles.All.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

        Assert.Equal(existing.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }
}
