namespace Trunkline.Scenarios.Reading.Yaml;

/// <summary>Where a node was written.</summary>
/// <param name="Source">The file, or the <c>--set</c> as written.</param>
/// <param name="Line">From 1; 0 for a <c>--set</c>.</param>
/// <param name="Column">From 1; 0 for a <c>--set</c>.</param>
internal readonly record struct Origin(string Source, int Line, int Column);

/// <summary>A node of a document, with where it was written. Never changes: an alias shares the node of its anchor.</summary>
internal abstract class Node(Origin origin, long size)
{
    /// <summary>Where it begins.</summary>
    public Origin Origin { get; } = origin;

    /// <summary>Nodes in it and below, those shared by aliases counted each time.</summary>
    public long Size { get; } = size;

    /// <summary>What people call it.</summary>
    public abstract string Noun { get; }

    /// <summary>Whether nothing was written: <c>key:</c>, or <c>~</c>.</summary>
    public virtual bool IsNothing => false;
}

/// <summary>A single value.</summary>
internal sealed class ScalarNode(Origin origin, string text, bool isPlain) : Node(origin, 1)
{
    /// <summary>Its text.</summary>
    public string Text { get; } = text;

    /// <inheritdoc/>
    public override bool IsNothing => isPlain && Text is "" or "~" or "null";

    /// <inheritdoc/>
    public override string Noun => IsNothing ? "nothing" : "one value";
}

/// <summary>A list.</summary>
internal sealed class ListNode(Origin origin, IReadOnlyList<Node> items) : Node(origin, 1 + items.Sum(i => i.Size))
{
    /// <summary>Its items.</summary>
    public IReadOnlyList<Node> Items { get; } = items;

    /// <inheritdoc/>
    public override string Noun => "a list";
}

/// <summary>A map from keys to nodes, in the order written.</summary>
internal sealed class MapNode(Origin origin, IReadOnlyList<KeyValuePair<ScalarNode, Node>> entries)
    : Node(origin, 1 + entries.Sum(e => 1 + e.Value.Size))
{
    /// <summary>Its entries; no key twice.</summary>
    public IReadOnlyList<KeyValuePair<ScalarNode, Node>> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Noun => "a map of keys";
}
