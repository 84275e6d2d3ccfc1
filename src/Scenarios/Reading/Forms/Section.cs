using System.Text.Json.Nodes;
using Trunkline.Core.Balancing;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>A map with known keys. Reading one says which keys it does not know; their values are read when they are asked for.</summary>
/// <param name="name">Its name in the schema.</param>
/// <param name="summary">What it describes.</param>
/// <param name="keys">Its keys.</param>
internal sealed class Section(string name, string summary, IReadOnlyList<Key> keys) : Form<Fields>
{
    /// <summary>A word longer than this is no mistyped key.</summary>
    private const int NearLengthMax = 40;

    /// <summary>Its name in the schema.</summary>
    public string Name => name;

    /// <summary>Its keys.</summary>
    public IReadOnlyList<Key> Keys => keys;

    /// <summary>The key that a single value stands for: <c>queue: 500KB</c>; null where a map must be written.</summary>
    public Key? Shorthand { get; init; }

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out Fields value)
    {
        value = null!;
        var found = new Dictionary<string, Node>();
        if (node is MapNode map)
        {
            foreach ((ScalarNode key, Node under) in map.Entries)
            {
                if (keys.Any(k => k.Name == key.Text))
                {
                    found.Add(key.Text, under);
                }
                else
                {
                    context.Fault(key, place, $"no key \"{Shown.Clip(key.Text)}\" here; {Hint(key.Text)}");
                }
            }
        }
        else if (Shorthand is not null && node is ScalarNode { IsNothing: false })
        {
            found.Add(Shorthand.Name, node);
        }
        else if (!node.IsNothing)
        {
            context.Fault(node, place, $"is {node.Noun}; write keys and values: {Example()}");
            return false;
        }

        value = new Fields(this, node, place, context, found);
        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions)
    {
        if (!definitions.ContainsKey(name))
        {
            definitions.Add(name, new JsonObject());
            definitions[name] = Definition(definitions);
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    /// <summary>The map itself, without a name.</summary>
    public JsonObject Definition(JsonObject definitions)
    {
        var properties = new JsonObject();
        foreach (Key key in keys)
        {
            JsonObject schema = key.Form.Schema(definitions);
            schema["description"] = key.Default is null ? key.Summary : $"{key.Summary} (default {key.Default})";
            properties.Add(key.Name, schema);
        }

        var whole = new JsonObject
        {
            ["description"] = summary,
            ["type"] = keys.Any(k => k.IsRequired) ? "object" : new JsonArray("object", "null"),
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
        if (keys.Any(k => k.IsRequired))
        {
            whole["required"] = new JsonArray([.. keys.Where(k => k.IsRequired).Select(k => (JsonNode)k.Name)]);
        }

        return Shorthand is null ? whole : new JsonObject { ["anyOf"] = new JsonArray(whole, Shorthand.Form.Schema(definitions)) };
    }

    private string Example() => Shorthand is null ? $"{{{keys[0].Name}: …}}" : $"{{{Shorthand.Name}: …}}";

    private string Hint(string text) => (text.Length > NearLengthMax ? null : NearestName.Of(text, keys.Select(k => k.Name))) is string near
        ? $"did you mean {near}?"
        : $"write one of {string.Join(", ", keys.Select(k => k.Name))}";
}
