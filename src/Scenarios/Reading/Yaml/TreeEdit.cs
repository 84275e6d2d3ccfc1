using System.Globalization;

namespace Trunkline.Scenarios.Reading.Yaml;

/// <summary>Puts a value into a tree. What is not there yet is made; the old tree stays as it was.</summary>
internal static class TreeEdit
{
    /// <summary>The tree with a value at a path.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="set">What to put where.</param>
    /// <param name="faults">Told when the path leads nowhere.</param>
    /// <returns>The new tree; the old one with a fault.</returns>
    public static Node Apply(Node root, ScenarioSet set, ICollection<ScenarioFault> faults)
    {
        string source = SourceOf(set);
        var found = new List<ScenarioFault>();
        Node? value = TreeReader.Read(set.Value, source, isWithPosition: false, found);
        if (value is null || found.Count > 0)
        {
            value = new ScalarNode(new Origin(source, 0, 0), set.Value, isPlain: true);
        }

        return Put(root, set, 0, value, faults) ?? root;
    }

    /// <summary>What faults of it are named by.</summary>
    public static string SourceOf(ScenarioSet set) => $"--set {Shown.Clip(set.Text)}";

    private static Node? Put(Node node, ScenarioSet set, int depth, Node value, ICollection<ScenarioFault> faults)
    {
        if (depth == set.Path.Count)
        {
            return value;
        }

        if (depth > TreeReader.DepthMax)
        {
            return Fail(set, depth, "no scenario is nested that deep", faults);
        }

        string step = set.Path[depth];
        switch (node)
        {
            case MapNode map:
                return PutIntoMap(map, step, set, depth, value, faults);
            case ListNode list:
                int index = IndexOf(list, step);
                if (index < 0)
                {
                    return Fail(set, depth, $"no item \"{Shown.Clip(step)}\"; write {Items(list)}", faults);
                }

                Node? item = Put(list.Items[index], set, depth + 1, value, faults);
                return item is null ? null : new ListNode(list.Origin, [.. list.Items.Select((n, i) => i == index ? item : n)]);
            case { IsNothing: true }:
                return PutIntoMap(new MapNode(value.Origin, []), step, set, depth, value, faults);
            case ScalarNode when depth > 0 && set.Path[depth - 1] is var key && HasShorthand(key) is string inner:
                // queue: 500KB is short for queue: {bound: 500KB}, so that queue.ecn can be set behind it.
                var written = new MapNode(node.Origin, [new(new ScalarNode(node.Origin, inner, isPlain: true), node)]);
                return PutIntoMap(written, step, set, depth, value, faults);
            default:
                return Fail(set, depth, "is a single value, which has no keys", faults);
        }
    }

    private static string? HasShorthand(string key) => key switch
    {
        "queue" or "queue-back" or "host-queue" => "bound",
        "ecn" => "step",
        _ => null,
    };

    private static MapNode? PutIntoMap(MapNode map, string step, ScenarioSet set, int depth, Node value, ICollection<ScenarioFault> faults)
    {
        var entries = map.Entries.ToList();
        int at = entries.FindIndex(e => e.Key.Text == step);
        Node old = at >= 0 ? entries[at].Value : new ScalarNode(value.Origin, "", isPlain: true);
        if (Put(old, set, depth + 1, value, faults) is not Node changed)
        {
            return null;
        }

        ScalarNode key = at >= 0 ? entries[at].Key : new ScalarNode(value.Origin, step, isPlain: true);
        var entry = new KeyValuePair<ScalarNode, Node>(key, changed);
        if (at >= 0)
        {
            entries[at] = entry;
        }
        else
        {
            entries.Add(entry);
        }

        return new MapNode(map.Origin, entries);
    }

    private static int IndexOf(ListNode list, string step)
    {
        if (int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            return index < list.Items.Count ? index : -1;
        }

        string?[] names = [.. list.Items.Select(NameOf)];
        return Array.IndexOf(names, step);
    }

    /// <summary>An item's name; of one that has none, its kind.</summary>
    private static string? NameOf(Node item)
    {
        if (item is not MapNode map)
        {
            return null;
        }

        string? Text(string key) => map.Entries.Where(e => e.Key.Text == key).Select(e => (e.Value as ScalarNode)?.Text).FirstOrDefault();
        return Text("name") ?? Text("kind");
    }

    private static string Items(ListNode list)
    {
        string[] names = [.. list.Items.Select(NameOf).OfType<string>().Select(Shown.Clip)];
        string numbers = list.Items.Count switch { 0 => "items into the file first", 1 => "0", _ => $"0 to {list.Items.Count - 1}" };
        return names.Length == 0 ? numbers : $"{numbers}, or {string.Join(", ", names.Take(10))}";
    }

    private static Node? Fail(ScenarioSet set, int depth, string message, ICollection<ScenarioFault> faults)
    {
        faults.Add(new ScenarioFault(SourceOf(set), 0, 0, string.Join('.', set.Path.Take(depth).Select(Shown.Clip)), message));
        return null;
    }
}
