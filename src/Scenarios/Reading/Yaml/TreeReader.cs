using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Trunkline.Scenarios.Reading.Yaml;

/// <summary>Makes a tree of a YAML text, and keeps it small whatever the text is.</summary>
/// <remarks>
/// One document. Anchors, aliases and merge keys (<c>&lt;&lt;</c>) work within bounds; tags are ignored: what a value means is said by
/// its key. Stops at the first fault of YAML itself, behind which nothing can be read.
/// </remarks>
internal sealed class TreeReader
{
    /// <summary>The longest text, in characters.</summary>
    public const int TextLengthMax = 1 << 20;

    /// <summary>Nodes within each other; a scenario needs six.</summary>
    public const int DepthMax = 24;

    /// <summary>Nodes in all, with those that aliases repeat.</summary>
    public const int NodesMax = 200_000;

    private const string MergeKey = "<<";

    private readonly string _source;
    private readonly bool _isWithPosition;
    private readonly ICollection<ScenarioFault> _faults;
    private readonly Dictionary<string, Node> _anchors = [];
    private readonly Parser _parser;
    private long _nodes;

    private TreeReader(string text, string source, bool isWithPosition, ICollection<ScenarioFault> faults)
    {
        (_source, _isWithPosition, _faults) = (source, isWithPosition, faults);
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">What to call it.</param>
    /// <param name="isWithPosition">Whether lines and columns say something to the user.</param>
    /// <param name="faults">Told what is wrong.</param>
    /// <returns>Null with a fault of the YAML; with faults such as a key written twice still a tree.</returns>
    public static Node? Read(string text, string source, bool isWithPosition, ICollection<ScenarioFault> faults)
    {
        if (text.Length > TextLengthMax)
        {
            string message = $"{text.Length:N0} characters are more than a scenario may have ({TextLengthMax:N0}); "
                + "leave out what repeats: count: and patterns stand for many hosts";
            faults.Add(new ScenarioFault(source, 0, 0, "", message));
            return null;
        }

        var reader = new TreeReader(text, source, isWithPosition, faults);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException exception)
        {
            Origin origin = reader.At(exception.Start);
            string reason = exception.Message.TrimEnd('.');
            faults.Add(Fault(origin, $"this is no YAML: {char.ToLowerInvariant(reason.FirstOrDefault('?'))}{(reason.Length > 1 ? reason[1..] : "")}"));
        }
        catch (Exception exception)
            when (exception is ArgumentException or InvalidOperationException or FormatException or IndexOutOfRangeException or OverflowException)
        {
            // The scanner trips over some malformed texts instead of saying what is wrong with them.
            faults.Add(Fault(reader.At(reader._parser.Current?.Start ?? Mark.Empty), "this is no YAML, somewhere behind here"));
        }

        return null;
    }

    private Node? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            return new ScalarNode(new Origin(_source, _isWithPosition ? 1 : 0, _isWithPosition ? 1 : 0), "", isPlain: true);
        }

        _parser.Consume<DocumentStart>();
        Node? root = ReadNode(0);
        if (root is null)
        {
            return null;
        }

        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out _))
        {
            _faults.Add(Fault(At(_parser.Current!.Start), "a second document begins; write one scenario a file"));
        }

        return root;
    }

    /// <summary>Reads a node; null when a bound was met and reading is to end.</summary>
    private Node? ReadNode(int depth)
    {
        ParsingEvent next = _parser.Consume<ParsingEvent>();
        Origin origin = At(next.Start);
        if (depth > DepthMax || ++_nodes > NodesMax)
        {
            string what = depth > DepthMax ? $"nested more than {DepthMax} deep" : $"more than {NodesMax:N0} values";
            _faults.Add(Fault(origin, $"{what}; no scenario needs that"));
            return null;
        }

        switch (next)
        {
            case AnchorAlias alias:
                return ReadAlias(alias, origin);
            case Scalar scalar:
                return Anchored(scalar, new ScalarNode(origin, scalar.Value, scalar.Style is ScalarStyle.Plain or ScalarStyle.Any));
            case SequenceStart start:
                return ReadList(depth, origin) is ListNode list ? Anchored(start, list) : null;
            case MappingStart start:
                return ReadMap(depth, origin) is MapNode map ? Anchored(start, map) : null;
            default:
                _faults.Add(Fault(origin, "this is no YAML: a value is missing"));
                return null;
        }
    }

    private Node? ReadAlias(AnchorAlias alias, Origin origin)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out Node? node))
        {
            _faults.Add(Fault(origin, $"*{alias.Value.Value} stands for no earlier &{alias.Value.Value}"));
            return new ScalarNode(origin, "", isPlain: true);
        }

        _nodes += node.Size;
        if (_nodes > NodesMax)
        {
            _faults.Add(Fault(origin, $"aliases make more than {NodesMax:N0} values of the document; no scenario needs that"));
            return null;
        }

        return node;
    }

    private ListNode? ReadList(int depth, Origin origin)
    {
        var items = new List<Node>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            if (ReadNode(depth + 1) is not Node item)
            {
                return null;
            }

            items.Add(item);
        }

        return new ListNode(origin, items);
    }

    private MapNode? ReadMap(int depth, Origin origin)
    {
        var entries = new List<KeyValuePair<ScalarNode, Node>>();
        var merged = new List<MapNode>();
        var keys = new Dictionary<string, ScalarNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (ReadNode(depth + 1) is not Node key || ReadNode(depth + 1) is not Node value)
            {
                return null;
            }

            if (key is not ScalarNode name)
            {
                _faults.Add(Fault(key.Origin, $"a key is {key.Noun}; write a word"));
            }
            else if (name.Text == MergeKey)
            {
                merged.AddRange(value is ListNode list ? list.Items.OfType<MapNode>() : value is MapNode map ? [map] : []);
            }
            else if (keys.TryGetValue(name.Text, out ScalarNode? first))
            {
                string message = $"the key is written twice (first in line {first.Origin.Line}); leave one";
                _faults.Add(Fault(name.Origin, message) with { Path = Shown.Clip(name.Text) });
            }
            else
            {
                keys.Add(name.Text, name);
                entries.Add(new(name, value));
            }
        }

        entries.AddRange(merged.SelectMany(m => m.Entries).Where(e => keys.TryAdd(e.Key.Text, e.Key)));
        return new MapNode(origin, entries);
    }

    private Node Anchored(NodeEvent start, Node node)
    {
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = node;
        }

        return node;
    }

    private Origin At(Mark mark) => _isWithPosition ? new Origin(_source, (int)mark.Line, (int)mark.Column) : new Origin(_source, 0, 0);

    private static ScenarioFault Fault(Origin origin, string message) => new(origin.Source, origin.Line, origin.Column, "", message);
}
