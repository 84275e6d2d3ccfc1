using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trunkline.Scenarios.Reading.Sections;

namespace Trunkline.Scenarios.Reading;

/// <summary>The language of scenarios as JSON schema, for editors; made of the same keys that the reader uses.</summary>
public static class ScenarioSchema
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema (JSON Schema 2020-12), without a line break at the end.</summary>
    public static string Write()
    {
        var definitions = new JsonObject();
        JsonObject root = ScenarioKeys.Section.Definition(definitions);
        var document = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Trunkline scenario",
        };
        foreach ((string name, JsonNode? value) in root.ToArray())
        {
            root.Remove(name);
            document[name] = value;
        }

        document["$defs"] = definitions;
        return document.ToJsonString(Options);
    }
}
