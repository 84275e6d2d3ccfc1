namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>A key of the language: its name, what may stand behind it, what it means.</summary>
/// <param name="Name">As written in the file.</param>
/// <param name="Form">What may stand behind it.</param>
/// <param name="Summary">What it means, in a sentence without its stop.</param>
internal abstract record Key(string Name, Form Form, string Summary)
{
    /// <summary>What holds where the key is left out, as it would be written; null where that is nothing, or is told by the summary.</summary>
    public string? Default { get; init; }

    /// <summary>Whether it must be written.</summary>
    public bool IsRequired { get; init; }
}

/// <summary>A key with values of a type.</summary>
internal sealed record Key<T>(string Name, Form<T> Form, string Summary) : Key(Name, Form, Summary)
{
    /// <summary>What may stand behind it.</summary>
    public new Form<T> Form { get; } = Form;
}
