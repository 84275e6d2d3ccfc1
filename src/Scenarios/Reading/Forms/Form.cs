using System.Text.Json.Nodes;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>What may be written somewhere: it reads that, and describes it as JSON schema.</summary>
internal abstract class Form
{
    /// <summary>The form as JSON schema.</summary>
    /// <param name="definitions">Where parts with a name go, once each.</param>
    public abstract JsonObject Schema(JsonObject definitions);
}

/// <summary>A form that gives a value.</summary>
internal abstract class Form<T> : Form
{
    /// <summary>Reads a value.</summary>
    /// <returns>False with a fault in the context.</returns>
    public abstract bool TryRead(Node node, Place place, ReadingContext context, out T value);
}

/// <summary>A single value of which the text says all.</summary>
internal abstract class ScalarForm<T> : Form<T>
{
    /// <summary>What to write, as the end of a sentence: <c>a speed such as 10Gb/s</c>.</summary>
    public abstract string Wanted { get; }

    /// <summary>Reads a text.</summary>
    /// <returns>Null when it is good, else what is wrong; what to write.</returns>
    public abstract string? TryRead(string text, out T value);

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out T value)
    {
        if (node is not ScalarNode { IsNothing: false } scalar)
        {
            value = default!;
            context.Fault(node, place, node.IsNothing ? $"has no value; write {Wanted}" : $"is {node.Noun}; write {Wanted}");
            return false;
        }

        if (TryRead(scalar.Text, out value) is string fault)
        {
            context.Fault(node, place, fault);
            return false;
        }

        return true;
    }
}
