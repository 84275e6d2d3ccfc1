using System.Diagnostics;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>The keys that a map of the file has, and their values, each read once.</summary>
internal sealed class Fields
{
    private readonly ReadingContext _context;
    private readonly Dictionary<string, Node> _found;
    private readonly Dictionary<string, (bool IsGood, object? Value)> _read = [];

    /// <summary>The keys that were found.</summary>
    public Fields(Section section, Node node, Place place, ReadingContext context, Dictionary<string, Node> found)
    {
        (Section, Node, Place, _context, _found) = (section, node, place, context, found);
    }

    /// <summary>What the map describes.</summary>
    public Section Section { get; }

    /// <summary>The map.</summary>
    public Node Node { get; }

    /// <summary>The keys that lead to it.</summary>
    public Place Place { get; }

    /// <summary>Whether a key is written.</summary>
    public bool Has(Key key) => _found.ContainsKey(key.Name);

    /// <summary>The key of a name, where it is written.</summary>
    public Key? Find(string name) => _found.ContainsKey(name) ? Section.Keys.FirstOrDefault(k => k.Name == name) : null;

    /// <summary>The value of a key.</summary>
    /// <returns>False when it is not written, or has a fault.</returns>
    public bool TryGet<T>(Key<T> key, out T value)
    {
        Debug.Assert(Section.Keys.Contains(key), $"{key.Name} is no key of {Section.Name}");
        value = default!;
        if (!_found.TryGetValue(key.Name, out Node? node))
        {
            return false;
        }

        if (!_read.TryGetValue(key.Name, out (bool IsGood, object? Value) read))
        {
            read.IsGood = key.Form.TryRead(node, Place.Key(key.Name), _context, out value);
            read.Value = value;
            _read.Add(key.Name, read);
        }

        value = (T)read.Value!;
        return read.IsGood;
    }

    /// <summary>The value of a key, or what holds without it.</summary>
    public T Get<T>(Key<T> key, T otherwise) => TryGet(key, out T value) ? value : otherwise;

    /// <summary>The value of a key, or nothing.</summary>
    public T? Find<T>(Key<T> key)
        where T : struct => TryGet(key, out T value) ? value : null;

    /// <summary>The text of a key, or nothing.</summary>
    public string? FindText(Key<string> key) => TryGet(key, out string value) ? value : null;

    /// <summary>The fields of the map behind a key; null without it.</summary>
    public Fields? Below(Key<Fields> key) => TryGet(key, out Fields value) ? value : null;

    /// <summary>The value of a key that must be written.</summary>
    /// <returns>False, with a fault when it is not.</returns>
    public bool TryRequire<T>(Key<T> key, string example, out T value)
    {
        if (!Has(key))
        {
            Fault($"{key.Name} is missing; write {key.Name}: {example}");
        }

        return TryGet(key, out value);
    }

    /// <summary>Notes a fault of the whole map.</summary>
    public void Fault(string message) => _context.Fault(Node, Place, message);

    /// <summary>Notes a fault of a key, or of the whole where the key is not written.</summary>
    public void Fault(Key key, string message)
    {
        bool isWritten = _found.TryGetValue(key.Name, out Node? node);
        _context.Fault(node ?? Node, isWritten ? Place.Key(key.Name) : Place, message);
    }
}
