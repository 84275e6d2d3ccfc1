using System.Globalization;
using System.Text;

namespace Trunkline.Hosting;

/// <summary>Writes figures as OpenMetrics text (version 1.0.0), which Prometheus reads.</summary>
public sealed class OpenMetrics
{
    /// <summary>What the text is, for HTTP.</summary>
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Begins a figure that goes up and down.</summary>
    public OpenMetrics Gauge(string name, string help) => Begin(name, "gauge", help);

    /// <summary>Begins a figure that only grows; its values bear the name with <c>_total</c>.</summary>
    public OpenMetrics Counter(string name, string help) => Begin(name, "counter", help);

    /// <summary>A value of the figure that was begun.</summary>
    /// <param name="name">The figure's name; of a counter with <c>_total</c>.</param>
    /// <param name="value">The value.</param>
    /// <param name="labels">Names and values.</param>
    public OpenMetrics Value(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(name);
        for (int i = 0; i < labels.Length; i++)
        {
            string escaped = labels[i].Value
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal);
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(escaped).Append('"');
        }

        _text.Append(labels.Length > 0 ? "} " : " ").Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        return this;
    }

    /// <summary>The whole text, with its end mark.</summary>
    public override string ToString() => $"{_text}# EOF\n";

    private OpenMetrics Begin(string name, string type, string help)
    {
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        return this;
    }
}
