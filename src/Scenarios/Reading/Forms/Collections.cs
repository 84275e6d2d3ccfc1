using System.Text.Json.Nodes;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>A list of things; where it has only one, that may be written alone.</summary>
/// <param name="item">Each of them.</param>
/// <param name="countMax">The most.</param>
internal sealed class ListForm<T>(Form<T> item, int countMax) : Form<IReadOnlyList<T>>
{
    /// <summary>Whether one thing may be written without the list around it.</summary>
    public bool MayBeAlone { get; init; } = true;

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out IReadOnlyList<T> value)
    {
        value = [];
        if (node is not ListNode list)
        {
            if (!MayBeAlone && !node.IsNothing)
            {
                context.Fault(node, place, $"is {node.Noun}; write a list: a line with \"- \" before each item");
                return false;
            }

            bool isGood = item.TryRead(node, place, context, out T one);
            value = isGood ? [one] : [];
            return isGood;
        }

        if (list.Items.Count > countMax)
        {
            context.Fault(node, place, $"{list.Items.Count:N0} items are too many; write at most {countMax:N0}");
            return false;
        }

        var items = new List<T>();
        foreach ((int index, Node each) in list.Items.Index())
        {
            if (item.TryRead(each, place.Item(index), context, out T read))
            {
                items.Add(read);
            }
        }

        // A list of nothing but faults is not empty: that would be one fault more, and none of the author's.
        value = items;
        return items.Count > 0 || list.Items.Count == 0;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = item.Schema(definitions), ["maxItems"] = countMax };
        return MayBeAlone ? new JsonObject { ["anyOf"] = new JsonArray(list, item.Schema(definitions)) } : list;
    }
}

/// <summary>A map from names that the file gives to things; where those need no keys, a list of names.</summary>
/// <param name="section">Each of them.</param>
/// <param name="countMax">The most.</param>
internal sealed class NamedForm(Section section, int countMax) : Form<IReadOnlyList<Named>>
{
    /// <summary>Whether the names may be patterns, or indices, of what is there already.</summary>
    public bool MayBePatterns { get; init; }

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out IReadOnlyList<Named> value)
    {
        value = [];
        IEnumerable<(ScalarNode Name, Node Node)>? entries = node switch
        {
            MapNode map => map.Entries.Select(e => (e.Key, e.Value)),
            ListNode list when list.Items.All(i => i is ScalarNode) => list.Items.Cast<ScalarNode>().Select(s => (s, Nothing(s))),
            _ when node.IsNothing => [],
            _ => null,
        };
        if (entries is null)
        {
            context.Fault(node, place, $"is {node.Noun}; write a map from names to what they have");
            return false;
        }

        var read = new List<Named>();
        foreach ((ScalarNode name, Node under) in entries)
        {
            Place below = place.Key(name.Text);
            if (read.Count == countMax)
            {
                context.Fault(name, below, $"there are too many; write at most {countMax:N0}");
                break;
            }

            if (!MayBePatterns && NameForm.Instance.TryRead(name.Text, out _) is string fault)
            {
                context.Fault(name, place, fault);
            }
            else if (section.TryRead(under, below, context, out Fields fields))
            {
                read.Add(new Named(new Written(name.Text, name, below), fields));
            }
        }

        value = read;
        return true;
    }

    private static Node Nothing(ScalarNode at) => new ScalarNode(at.Origin, "", isPlain: true);

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions)
    {
        var map = new JsonObject { ["type"] = new JsonArray("object", "null"), ["additionalProperties"] = section.Schema(definitions) };
        var names = new JsonObject { ["type"] = "array", ["items"] = NameForm.Instance.Schema(definitions) };
        return MayBePatterns ? map : new JsonObject { ["anyOf"] = new JsonArray(map, names) };
    }
}

/// <summary>A map of which one key says what other keys it has.</summary>
/// <param name="key">That key.</param>
/// <param name="variants">The maps, by the word behind the key.</param>
internal sealed class VariantForm(string key, IReadOnlyList<(string Word, Section Section)> variants) : Form<Fields>
{
    /// <summary>The maps.</summary>
    public IReadOnlyList<(string Word, Section Section)> Variants => variants;

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out Fields value)
    {
        value = null!;
        var words = new ChoiceForm<Section>([.. variants]);
        if (node is not MapNode map)
        {
            context.Fault(node, place, $"is {node.Noun}; write keys and values: {{{key}: {variants[0].Word}, …}}");
            return false;
        }

        Node? word = map.Entries.Where(e => e.Key.Text == key).Select(e => e.Value).FirstOrDefault();
        if (word is null)
        {
            context.Fault(node, place, $"{key} is missing; write {key}: and one of {words.Wanted}");
            return false;
        }

        return words.TryRead(word, place.Key(key), context, out Section section) && section.TryRead(node, place, context, out value);
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions)
    {
        var any = new JsonArray();
        foreach ((string word, Section section) in variants)
        {
            any.Add(section.Schema(definitions));
            JsonNode properties = definitions[section.Name]!["properties"]!;
            string description = properties[key]!["description"]!.GetValue<string>();
            properties[key] = new JsonObject { ["const"] = word, ["description"] = description };
        }

        return new JsonObject { ["oneOf"] = any };
    }
}

/// <summary>A map of the author's own words to values.</summary>
internal sealed class MapForm<T>(Form<T> item) : Form<IReadOnlyList<(Written Name, T Value)>>
{
    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out IReadOnlyList<(Written Name, T Value)> value)
    {
        value = [];
        if (node is not MapNode map)
        {
            context.Fault(node, place, $"is {node.Noun}; write keys and values");
            return false;
        }

        var read = new List<(Written Name, T Value)>();
        foreach ((ScalarNode name, Node under) in map.Entries)
        {
            Place below = place.Key(name.Text);
            if (item.TryRead(under, below, context, out T one))
            {
                read.Add((new Written(name.Text, name, below), one));
            }
        }

        value = read;
        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["type"] = "object", ["additionalProperties"] = item.Schema(definitions) };
}
