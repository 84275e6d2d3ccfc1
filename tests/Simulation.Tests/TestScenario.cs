using Trunkline.Scenarios;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;

namespace Trunkline.Simulation.Tests;

/// <summary>Scenarios for tests: those that are built in, changed, and such as a test writes.</summary>
internal static class TestScenario
{
    /// <summary>A built-in one.</summary>
    public static Scenario BuiltIn(string name, params string[] sets) => Read(BuiltInScenarios.Find(name)!, sets);

    /// <summary>One from its text.</summary>
    public static Scenario Read(string text, params string[] sets)
    {
        ScenarioReading reading = ScenarioReader.Read(text, "test", sets, (path, _) => new FileBeside(path, null, "no such file"));
        Assert.Empty(reading.Faults);
        return reading.Scenario!;
    }
}
