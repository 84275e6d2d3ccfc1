using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;

namespace Trunkline.Scenarios.Tests.Reading;

/// <summary>Reads scenarios that tests write.</summary>
internal static class TestReader
{
    /// <summary>A network that most tests do with: two hosts, four links.</summary>
    public const string Network = """
        scenario: test
        hosts: {a: , b: , h: {count: 8}}
        switches: {sw: }
        bundles:
          uplinks: {between: [a, sw], links: 4, rate: 10Gb/s}
          b: {between: [sw, b]}
          access: {between: [h, sw]}
        """ + "\n";

    /// <summary>Traffic, where it does not matter.</summary>
    public const string Elephant = "traffic: [{kind: elephants, from: a, to: b}]\n";

    /// <summary>The scenario, or the faults as a failure.</summary>
    public static Scenario Good(string text, params string[] sets)
    {
        ScenarioReading reading = Read(text, sets);
        Assert.Equal("", string.Join('\n', reading.Faults));
        return reading.Scenario!;
    }

    /// <summary>The faults, a line each.</summary>
    public static string Faults(string text, params string[] sets)
    {
        ScenarioReading reading = Read(text, sets);
        Assert.True(reading.Faults.Count > 0 == reading.Scenario is null);
        return string.Join('\n', reading.Faults);
    }

    /// <summary>Reads a text beside which there are the files sizes.csv, bad.csv and morning.pcapng.</summary>
    public static ScenarioReading Read(string text, params string[] sets) => ScenarioReader.Read(text, "f.yaml", sets, Open);

    /// <summary>The files beside.</summary>
    public static FileBeside Open(string path, bool withText) => path switch
    {
        "sizes.csv" => new FileBeside("/s/sizes.csv", "bytes,cdf\n1000,0\n3000,1\n", null),
        "bad.csv" => new FileBeside("/s/bad.csv", "bytes,cdf\n1000,0\nx\n", null),
        "morning.pcapng" => new FileBeside("/s/morning.pcapng", null, null),
        _ => new FileBeside($"/s/{path}", null, "no such file"),
    };
}
