using System.Globalization;
using System.Net;

namespace Trunkline.Reports.Page;

/// <summary>Writes HTML. Whatever comes from data goes through <see cref="Text"/> or an attribute, which escape it.</summary>
public sealed class HtmlWriter
{
    private readonly TextWriter _output;
    private int _lastId;

    /// <summary>Writes to a text.</summary>
    public HtmlWriter(TextWriter output) => _output = output;

    /// <summary>A name that no other element of the page has.</summary>
    public string NextId() => string.Create(CultureInfo.InvariantCulture, $"part{++_lastId}");

    /// <summary>Begins an element.</summary>
    /// <param name="tag">Its name, not from data.</param>
    /// <param name="attributes">Names, not from data, and values; with null an attribute is left out, with an empty text it stands alone.</param>
    public HtmlWriter Start(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _output.Write('<');
        _output.Write(tag);
        foreach ((string name, string? value) in attributes)
        {
            if (value is not null)
            {
                _output.Write(' ');
                _output.Write(name);
            }

            if (value is { Length: > 0 })
            {
                _output.Write("=\"");
                _output.Write(WebUtility.HtmlEncode(value));
                _output.Write('"');
            }
        }

        _output.Write('>');
        return this;
    }

    /// <summary>Ends an element.</summary>
    public HtmlWriter End(string tag)
    {
        _output.Write("</");
        _output.Write(tag);
        _output.Write('>');
        return this;
    }

    /// <summary>Writes a text, escaped.</summary>
    public HtmlWriter Text(string text)
    {
        _output.Write(WebUtility.HtmlEncode(text));
        return this;
    }

    /// <summary>An element with a text in it.</summary>
    public HtmlWriter Element(string tag, string text, params ReadOnlySpan<(string Name, string? Value)> attributes) =>
        Start(tag, attributes).Text(text).End(tag);

    /// <summary>A line break, for those who read the source.</summary>
    public HtmlWriter Line()
    {
        _output.Write('\n');
        return this;
    }

    /// <summary>Writes what is HTML, a script or a style already: never data.</summary>
    internal HtmlWriter Raw(string trusted)
    {
        _output.Write(trusted);
        return this;
    }
}
