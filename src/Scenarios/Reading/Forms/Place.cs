namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>The keys that lead to a value: <c>traffic[2].load</c>.</summary>
internal sealed class Place
{
    /// <summary>The whole document.</summary>
    public static readonly Place Root = new(null, "");

    private readonly Place? _parent;
    private readonly string _step;

    private Place(Place? parent, string step) => (_parent, _step) = (parent, step);

    /// <summary>The place of a key below.</summary>
    public Place Key(string key) => new(this, _parent is null ? Yaml.Shown.Clip(key) : $".{Yaml.Shown.Clip(key)}");

    /// <summary>The place of an item below.</summary>
    public Place Item(int index) => new(this, $"[{index}]");

    /// <inheritdoc/>
    public override string ToString() => _parent is null ? "" : $"{_parent}{_step}";
}
