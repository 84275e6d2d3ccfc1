using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Trunkline.Scenarios.Reading;
using Trunkline.Testing;

namespace Trunkline.Scenarios.Tests.Reading;

public sealed partial class SchemaTests
{
    /// <summary>A document in which there is each section, to put a key into.</summary>
    private static readonly Dictionary<string, string> Documents = new()
    {
        ["scenario"] = "{KEY}",
        ["host"] = "{hosts: {a: {KEY}}}",
        ["switch"] = "{switches: {a: {KEY}}}",
        ["bundle"] = "{hosts: [a, b], bundles: {u: {KEY}}}",
        ["link"] = "{hosts: [a, b], bundles: {u: {between: [a, b], overrides: {0: {KEY}}}}}",
        ["queue"] = "{hosts: [a, b], bundles: {u: {between: [a, b], queue: {KEY}}}}",
        ["ecn"] = "{hosts: [a, b], bundles: {u: {between: [a, b], queue: {ecn: {KEY}}}}}",
        ["topology"] = "{topology: {KEY}}",
        ["leaf-spine"] = "{topology: {leaf-spine: {KEY}}}",
        ["fat-tree"] = "{topology: {fat-tree: {KEY}}}",
        ["dumbbell"] = "{topology: {dumbbell: {KEY}}}",
        ["event"] = "{events: [{KEY}]}",
        ["transport"] = "{transport: {KEY}}",
        ["coalescing"] = "{transport: {coalescing: {KEY}}}",
    };

    private static readonly JsonObject Schema = (JsonObject)JsonNode.Parse(ScenarioSchema.Write())!;

    [Fact]
    public void Keys_OfTheSchema_AreReadByTheReader()
    {
        // Nothing takes a list in a list in a list, so that whoever reads the key must say so.
        IEnumerable<string> unread = from k in Keys()
                                     let faults = Regex.Replace(TestReader.Faults(Document(k.Section, $"{k.Key}: [[[0]]]")), @"(\[0\])+:", ":")
                                     where !faults.Contains($"{k.Key}: ", StringComparison.Ordinal) || faults.Contains($"no key \"{k.Key}\"", StringComparison.Ordinal)
                                     select $"{k.Section}.{k.Key}";

        Assert.Empty(unread);
        Assert.All(Keys(), k => Assert.DoesNotMatch(@"\.$", k.Description));
    }

    [Fact]
    public void Keys_WithTheirDefaults_AreGood()
    {
        IEnumerable<string> bad = from k in Keys()
                                  where k.Key != "times"
                                  let match = Default().Match(k.Description)
                                  where match.Success && Regex.IsMatch(TestReader.Faults(Document(k.Section, $"{k.Key}: {match.Groups[1].Value}")), $@"[ .]{k.Key}: ")
                                  select $"{k.Section}.{k.Key}: {match.Groups[1].Value}";

        Assert.Empty(bad);
    }

    [Fact]
    public void Keys_OfTheSchema_AreInTheDescriptionOfTheFormat()
    {
        string page = File.ReadAllText(RepositoryRoot.Combine("docs/formats/scenario.md"));

        Assert.Empty(Keys().Select(k => k.Key).Where(k => k != "on" && !page.Contains($"`{k}`", StringComparison.Ordinal) && !page.Contains($"`{k}: ", StringComparison.Ordinal)).Distinct());
    }

    [Theory]
    [MemberData(nameof(ExampleTests.Files), MemberType = typeof(ExampleTests))]
    public void Schema_OfAnExample_TakesIt(string file) =>
        Assert.Empty(new SchemaChecker(Schema).Check(File.ReadAllText(RepositoryRoot.Combine(file))));

    [Theory]
    [InlineData("{scenario: x}", ": traffic is missing")]
    [InlineData("{scenario: x, traffic: [], durations: 5s}", ": no key durations")]
    [InlineData("{scenario: x, traffic: [], duration: 5}", "")]
    [InlineData("{scenario: x, traffic: [], duration: 5 sec}", ".duration: 5 sec is not like ^(0|[0-9.]+\\s*(ns|us|µs|ms|s|min))$")]
    [InlineData("{scenario: x, traffic: [{kind: permutation, from: all, to: all}]}", ".traffic[0]: oneOf: .traffic[0].kind: is not elephants")]
    [InlineData("{scenario: x, traffic: [], topology: {fat-tree: {k: 1}}}", ".topology.fat-tree.k: 1 is out of range")]
    public void Schema_OfADocument_RejectsWhatTheReaderDoes(string text, string expected) =>
        Assert.Equal(expected, string.Join('\n', new SchemaChecker(Schema).Check(text)));

    /// <summary>Every key of every section of the schema, with its description.</summary>
    private static IEnumerable<(string Section, string Key, string Description)> Keys() =>
        from definition in ((JsonObject)Schema["$defs"]!).Append(KeyValuePair.Create("scenario", (JsonNode?)Schema))
        from key in (JsonObject)(definition.Value!["properties"] ?? definition.Value["anyOf"]![0]!["properties"])!
        select (definition.Key, key.Key, key.Value!["description"]!.GetValue<string>());

    private static string Document(string section, string entry) => Documents.TryGetValue(section, out string? document)
        ? document.Replace("KEY", entry, StringComparison.Ordinal)
        : $"{{hosts: [a, b], traffic: [{{{(entry.StartsWith("kind:", StringComparison.Ordinal) ? "" : $"kind: {section}, ")}{entry}}}]}}";

    [GeneratedRegex(@" \(default (.*)\)$")]
    private static partial Regex Default();
}
