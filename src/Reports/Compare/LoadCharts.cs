using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>Links over time, a small chart for each technique: how much they were used, and what waited before them.</summary>
internal sealed class LoadCharts
{
    private const double BackShareMin = 0.01;
    private const int RowsMax = 500;

    private readonly CompareResult _result;
    private readonly CompareDetail _detail;
    private readonly Dictionary<string, int> _colours = [];
    private readonly bool _hasBack;
    private readonly Mark[] _marks;

    /// <summary>Charts of a comparison.</summary>
    public LoadCharts(CompareResult result, CompareDetail detail)
    {
        (_result, _detail) = (result, detail);
        foreach (CompareLinkSeries link in detail.Series.Where(s => s.Technique != CompareTechnique.OneFatLink).SelectMany(s => s.Links))
        {
            _colours.TryAdd(link.Name, _colours.Count);
        }

        // Where little but acknowledgements comes back, that direction is not worth a choice.
        _hasBack = detail.Series.SelectMany(s => s.Links).Any(l => l.IsBack && l.Use.Any(use => use >= BackShareMin));
        _marks = [.. detail.Events.Where(e => e.Seconds >= result.WarmUpSeconds && e.Seconds <= result.DurationSeconds).Select(e => new Mark(e.Seconds, e.What))];
    }

    private string[] Views => _hasBack ? ["from the near ends", "towards the near ends"] : [""];

    /// <summary>How much the links were used.</summary>
    public Chart Use() => Create(
        "Use of the links over time",
        "The share of its speed that each measured link sent.",
        new Axis("use of the link", Unit.Percent) { Min = 0, Max = _detail.Series.SelectMany(s => s.Links).Any(l => l.Use.Any(use => use > 1.02)) ? null : 1 },
        link => link.Use,
        value => new Cell(Figures.Percent(value), value));

    /// <summary>What waited before them.</summary>
    public Chart Backlog() => Create(
        "Queues over time",
        "Bytes that waited before each measured link, the frame being sent included.",
        new Axis("backlog", Unit.Bytes) { Min = 0 },
        link => [.. link.BacklogBytes.Select(bytes => (double)bytes)],
        value => new Cell(Figures.Bytes(value), value));

    private Chart Create(string title, string caption, Axis y, Func<CompareLinkSeries, IReadOnlyList<double>> valuesOf, Func<double, Cell> cellOf)
    {
        string many = _colours.ContainsKey("mean") && _colours.Count <= 3 ? " There are too many links for a line each: drawn are the least, the mean and the most of them." : "";
        return new Chart
        {
            Title = title,
            Caption = $"{caption}{many} One chart a technique, of the first seed ({_result.Seeds[0]}); all but {CompareTechnique.OneFatLink} have the same scale.",
            Description = $"{title}. The table below has the mean and the most of each link.",
            X = new Axis("time", Unit.Seconds) { Min = _result.WarmUpSeconds, Max = _result.DurationSeconds },
            Y = y,
            Views = Views,
            ViewLabel = "Direction",
            Marks = _marks,
            CanZoom = true,
            Panels =
            [
                .. _detail.Series.Select(s => new Panel(s.Technique, [.. Views.Select((_, back) => SeriesOf(s, back == 1, valuesOf))]) { X = MiddlesOf(s) }),
            ],
            Table = TableOf($"{title}: mean and most of the intervals", valuesOf, cellOf),
        };
    }

    /// <summary>A row for each link; of very many one for each technique and direction.</summary>
    private DataTable TableOf(string caption, Func<CompareLinkSeries, IReadOnlyList<double>> valuesOf, Func<double, Cell> cellOf)
    {
        (string Technique, CompareLinkSeries Link)[] links =
            [.. _detail.Series.SelectMany(s => s.Links.Where(l => _hasBack || !l.IsBack).Select(l => (s.Technique, l)))];
        IReadOnlyList<Cell> Row(string technique, string link, bool isBack, CompareLinkSeries[] of) =>
            [technique, link, isBack ? "back" : "forth", cellOf(of.Average(l => valuesOf(l).Average())), cellOf(of.Max(l => valuesOf(l).Max()))];
        return new DataTable(
            caption,
            [new Column("technique"), new Column("link"), new Column("direction"), new Column("mean", IsNumber: true), new Column("most", IsNumber: true)],
            links.Length <= RowsMax
                ? [.. links.Select(l => Row(l.Technique, l.Link.Name, l.Link.IsBack, [l.Link]))]
                : [.. links.GroupBy(l => (l.Technique, l.Link.IsBack)).Select(g => Row(g.Key.Technique, "all", g.Key.IsBack, [.. g.Select(l => l.Link)]))]);
    }

    private double[] MiddlesOf(CompareSeries series) =>
        [.. series.EndSeconds.Select((end, i) => ((i == 0 ? _result.WarmUpSeconds : series.EndSeconds[i - 1]) + end) / 2)];

    private IReadOnlyList<Series> SeriesOf(CompareSeries series, bool isBack, Func<CompareLinkSeries, IReadOnlyList<double>> valuesOf)
    {
        bool isFat = series.Technique == CompareTechnique.OneFatLink;
        return
        [
            .. series.Links.Where(l => l.IsBack == isBack).Select(l => new Series(
                isFat ? CompareTechnique.OneFatLink : l.Name, SeriesKind.Line, isFat ? -1 : _colours[l.Name]) { Y = valuesOf(l) }),
        ];
    }
}
