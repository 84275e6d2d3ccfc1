using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Trunkline.Scenarios.Reading;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Tests.Reading;

/// <summary>As much of JSON Schema as the scenario's schema uses, over documents of YAML's core schema.</summary>
internal sealed class SchemaChecker(JsonObject root)
{
    private static readonly string[] Known =
        ["$schema", "title", "description", "examples", "$defs", "$ref", "type", "properties", "additionalProperties", "required", "anyOf", "oneOf", "enum", "const", "pattern", "minimum", "maximum", "maxLength", "items", "maxItems"];

    /// <summary>What of a YAML text the schema rejects; empty when it takes all.</summary>
    public IReadOnlyList<string> Check(string yaml)
    {
        var faults = new List<ScenarioFault>();
        JsonNode? document = Json(TreeReader.Read(yaml, "f.yaml", isWithPosition: true, faults)!);
        Assert.Empty(faults);
        return [.. Check(root, document, "")];
    }

    private static JsonNode? Json(Node node) => node switch
    {
        ListNode list => new JsonArray([.. list.Items.Select(Json)]),
        MapNode map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key.Text, Json(e.Value)))),
        ScalarNode { IsNothing: true } => null,
        ScalarNode { Text: "true" or "false" } scalar => scalar.Text == "true",
        ScalarNode scalar => decimal.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) ? number : scalar.Text,
        _ => throw new InvalidOperationException(),
    };

    private IEnumerable<string> Check(JsonObject schema, JsonNode? value, string path)
    {
        Assert.All(schema, p => Assert.Contains(p.Key, Known));
        if (schema["$ref"] is JsonNode reference)
        {
            schema = (JsonObject)root["$defs"]![reference.GetValue<string>().Split('/')[^1]]!;
        }

        foreach ((string word, Func<int, bool> isGood) in new (string, Func<int, bool>)[] { ("anyOf", n => n >= 1), ("oneOf", n => n == 1) })
        {
            if (schema[word] is JsonArray choices)
            {
                string[][] rejected = [.. choices.Select(c => Check((JsonObject)c!, value, path).ToArray())];
                if (!isGood(rejected.Count(r => r.Length == 0)))
                {
                    yield return $"{path}: {word}: {string.Join(" / ", rejected.Where(r => r.Length > 0).MinBy(r => r.Length) ?? [])}";
                }
            }
        }

        string type = value switch { null => "null", JsonArray => "array", JsonObject => "object", _ => value.GetValueKind() switch { System.Text.Json.JsonValueKind.Number => "number", System.Text.Json.JsonValueKind.String => "string", _ => "boolean" } };
        string[] types = schema["type"] switch { JsonArray several => [.. several.Select(t => t!.GetValue<string>())], JsonNode one => [one.GetValue<string>()], _ => [] };
        if (types.Length > 0 && !types.Contains(type) && !(type == "number" && types.Contains("integer")))
        {
            yield return $"{path}: is {type}, not {string.Join(" or ", types)}";
        }

        if (schema["const"] is JsonNode constant && !JsonNode.DeepEquals(constant, value))
        {
            yield return $"{path}: is not {constant}";
        }

        if (schema["enum"] is JsonArray words && !words.Any(w => JsonNode.DeepEquals(w, value)))
        {
            yield return $"{path}: is no word of {words.ToJsonString()}";
        }

        if (schema["pattern"] is JsonNode pattern && type == "string" && !Regex.IsMatch(value!.GetValue<string>(), pattern.GetValue<string>()))
        {
            yield return $"{path}: {value} is not like {pattern}";
        }

        if (type == "number" && (schema["minimum"] is JsonNode minimum && value!.GetValue<decimal>() < minimum.GetValue<long>() || schema["maximum"] is JsonNode maximum && value!.GetValue<decimal>() > maximum.GetValue<long>()))
        {
            yield return $"{path}: {value} is out of range";
        }

        if (value is JsonArray list && schema["items"] is JsonObject items)
        {
            foreach (string fault in list.SelectMany((item, i) => Check(items, item, $"{path}[{i}]")))
            {
                yield return fault;
            }
        }

        if (value is JsonObject map)
        {
            foreach (string fault in CheckMap(schema, map, path))
            {
                yield return fault;
            }
        }
    }

    private IEnumerable<string> CheckMap(JsonObject schema, JsonObject map, string path)
    {
        var properties = schema["properties"] as JsonObject;
        foreach ((string key, JsonNode? under) in map)
        {
            if (properties?[key] is JsonObject known)
            {
                foreach (string fault in Check(known, under, $"{path}.{key}"))
                {
                    yield return fault;
                }
            }
            else if (schema["additionalProperties"] is JsonObject others)
            {
                foreach (string fault in Check(others, under, $"{path}.{key}"))
                {
                    yield return fault;
                }
            }
            else if (schema["additionalProperties"] is not null)
            {
                yield return $"{path}: no key {key}";
            }
        }

        foreach (JsonNode? key in schema["required"] as JsonArray ?? [])
        {
            if (!map.ContainsKey(key!.GetValue<string>()))
            {
                yield return $"{path}: {key} is missing";
            }
        }
    }
}
