using System.Text.Json.Serialization;
using Trunkline.Reports.Page;

namespace Trunkline.Reports.Charts;

/// <summary>A chart, or several small ones of one sort side by side.</summary>
/// <remarks>
/// Drawn by scripts. Whoever has none, or cannot see, has the description and the table. Names and numbers come from data and are put into
/// the page as JSON in which nothing can end the element that holds it.
/// </remarks>
public sealed record Chart : IBlock
{
    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>How to read it, in a sentence or two.</summary>
    public required string Caption { get; init; }

    /// <summary>What it shows, for those who cannot see it.</summary>
    public required string Description { get; init; }

    /// <summary>The axis across.</summary>
    public required Axis X { get; init; }

    /// <summary>The axis up.</summary>
    public required Axis Y { get; init; }

    /// <summary>Names of the views that one may choose between, one at least; of a single one the name is not shown.</summary>
    public IReadOnlyList<string> Views { get; init; } = [""];

    /// <summary>What is chosen: <c>Technique</c>.</summary>
    public string ViewLabel { get; init; } = "View";

    /// <summary>The charts, with a title each when there are several.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>Instants or values to mark on the axis across.</summary>
    public IReadOnlyList<Mark> Marks { get; init; } = [];

    /// <summary>Whether the axis across can be zoomed.</summary>
    public bool CanZoom { get; init; }

    /// <summary>Whether areas can also be looked at as lines.</summary>
    public bool CanStack { get; init; }

    /// <summary>Whether it needs more height than others.</summary>
    public bool IsTall { get; init; }

    /// <summary>The same figures as a table.</summary>
    public required DataTable Table { get; init; }

    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        string id = html.NextId();
        bool isGrid = Panels.Count > 1;
        html.Start("figure", ("class", isGrid ? "chart multiples" : IsTall ? "chart tall" : "chart"), ("data-chart", id)).Line();
        html.Start("figcaption").Element("h3", Title).Element("p", Caption).End("figcaption").Line();
        html.Element("p", "The chart needs scripts; its figures are in the table below.", ("class", "note unscripted"));
        html.Start("div", ("class", "plots"));
        foreach (Panel panel in Panels)
        {
            html.Start("div", ("class", "panel"));
            if (isGrid)
            {
                html.Element("h4", panel.Title);
            }

            html.Start("div", ("class", "plot"), ("role", "img"), ("aria-label", isGrid ? $"{panel.Title}: {Description}" : Description)).End("div");
            html.End("div");
        }

        html.End("div").Line();
        html.Start("script", ("type", "application/json"), ("id", id)).Raw(ChartJson.Write(this)).End("script").Line();
        new Details("Figures as a table", [Table with { IsCaptionHidden = true }]).Write(html);
        html.End("figure");
    }
}

/// <summary>An axis.</summary>
/// <param name="Name">What it measures.</param>
/// <param name="Unit">How its values are written.</param>
public sealed record Axis(string Name, Unit Unit = Unit.Ratio)
{
    /// <summary>Whether each step is ten times the one before.</summary>
    public bool IsLog { get; init; }

    /// <summary>What stands along it, when that is not numbers.</summary>
    public IReadOnlyList<string>? Categories { get; init; }

    /// <summary>Where it begins; null for wherever the values do.</summary>
    public double? Min { get; init; }

    /// <summary>Where it ends; null for wherever the values do.</summary>
    public double? Max { get; init; }
}

/// <summary>How a number is written, as <see cref="Figures"/> does.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<Unit>))]
public enum Unit
{
    /// <summary>1.24.</summary>
    Ratio,

    /// <summary>12.5 %, of 0.125.</summary>
    Percent,

    /// <summary>12,994.</summary>
    Count,

    /// <summary>10.2 MB.</summary>
    Bytes,

    /// <summary>9.41 Gb/s.</summary>
    Rate,

    /// <summary>16 us.</summary>
    Seconds,
}

/// <summary>One of several charts.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Views">What is drawn in each view.</param>
public sealed record Panel(string Title, IReadOnlyList<IReadOnlyList<Series>> Views)
{
    /// <summary>A panel with one view.</summary>
    public Panel(string title, IReadOnlyList<Series> series)
        : this(title, [series])
    {
    }

    /// <summary>Values along the axis across, of all series that have none of their own.</summary>
    public IReadOnlyList<double>? X { get; init; }
}

/// <summary>What is drawn alike.</summary>
/// <param name="Name">Its name in the legend; empty for none.</param>
/// <param name="Kind">How it is drawn.</param>
/// <param name="Colour">Which colour of the palette, from 0; what exceeds it comes again with another line or mark. Negative for grey.</param>
public sealed record Series(string Name, SeriesKind Kind, int Colour)
{
    /// <summary>Values along the axis across; of a category its index; null for those of the panel.</summary>
    public IReadOnlyList<double>? X { get; init; }

    /// <summary>Values along the axis up; of a category its index.</summary>
    public IReadOnlyList<double> Y { get; init; } = [];

    /// <summary>Of a range the end of it, along the axis that has no categories; of a heat map the value, in bits per second.</summary>
    public IReadOnlyList<double>? Z { get; init; }

    /// <summary>How wide a cell of a heat map is, along the axis across.</summary>
    public double? Width { get; init; }

    /// <summary>A name for each point; null where the series' name says it.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Whether it is left out until somebody asks for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsHidden { get; init; }
}

/// <summary>How a series is drawn.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<SeriesKind>))]
public enum SeriesKind
{
    /// <summary>A line from point to point.</summary>
    Line,

    /// <summary>A line that goes up in steps.</summary>
    Step,

    /// <summary>An area, on top of those before it.</summary>
    Area,

    /// <summary>A bar for each category.</summary>
    Bar,

    /// <summary>A bar for each category, behind those before it.</summary>
    Stack,

    /// <summary>A line with two ends for each category.</summary>
    Range,

    /// <summary>Points.</summary>
    Scatter,

    /// <summary>A coloured cell for each point, from above it to the next whole number; the colour is by the logarithm of its value.</summary>
    Heat,
}

/// <summary>A mark on the axis across.</summary>
/// <param name="At">Where.</param>
/// <param name="Text">What it is.</param>
public sealed record Mark(double At, string Text);
