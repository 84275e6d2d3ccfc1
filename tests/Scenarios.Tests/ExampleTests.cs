using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;
using Trunkline.Scenarios.Tests.Reading;
using Trunkline.Testing;

namespace Trunkline.Scenarios.Tests;

/// <summary>The scenarios in <c>examples</c>.</summary>
public sealed class ExampleTests
{
    private static readonly string[] Folders = ["examples/scenarios", "examples/bench"];

    public static TheoryData<string> Files =>
        [.. Folders.SelectMany(f => Directory.GetFiles(RepositoryRoot.Combine(f), "*.yaml").Order(StringComparer.Ordinal).Select(p => $"{f}/{Path.GetFileName(p)}"))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Example_Read_HasNoFault(string file)
    {
        Scenario scenario = Read(file);

        Assert.Equal(Path.GetFileNameWithoutExtension(file), scenario.Name);
        Assert.NotEqual("", scenario.Summary);
        Assert.NotEmpty(scenario.Techniques);
    }

    private static Scenario Read(string file)
    {
        ScenarioReading reading = ScenarioReader.Read(File.ReadAllText(RepositoryRoot.Combine(file)), file, [], TestReader.Open);
        Assert.Equal("", string.Join('\n', reading.Faults));
        return reading.Scenario!;
    }
}
