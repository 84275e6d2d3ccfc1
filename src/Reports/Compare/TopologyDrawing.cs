using System.Globalization;
using Trunkline.Reports.Charts;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>A drawing of the network: how much of a link a technique uses is its width, its colour and the number at it.</summary>
/// <param name="Topology">The network.</param>
/// <param name="Ran">The techniques to choose between.</param>
internal sealed record TopologyDrawing(CompareTopology Topology, IReadOnlyList<CompareTechnique> Ran) : IBlock
{
    private const int Steps = 7;
    private const double WidthMin = 1.5;
    private const double WidthSpan = 6;
    private const int LabelsMax = 16;
    private const double Letter = 7.6;
    private const double BaseLine = 4.5;

    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        var layout = TopologyLayout.Of(Topology);
        CompareTechnique[] shown = [.. Ran.Where(t => t.Name != CompareTechnique.OneFatLink)];
        double?[][] forth = [.. shown.Select(t => UsesOf(layout, t.Links))];
        double?[][] back = [.. shown.Select(t => UsesOf(layout, t.LinksBack))];
        string id = html.NextId();
        html.Start("figure", ("class", "topology"), ("data-topology", id));
        html.Start("figcaption").Element("h3", "Use of the links");
        html.Element("p", "Share of each link's speed, as a mean over the measured time and the seeds, of the busier direction. The busier a link, the wider and warmer its line;"
            + " a dotted line is of a link that was not measured.").End("figcaption");
        html.Start("div", ("class", "controls"));
        WriteScale(html);
        html.End("div");
        if (shown.Length > 0)
        {
            html.Element("p", $"Drawn for {shown[0].Name}.", ("class", "note drawn-for"));
        }

        html.Start("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Drawing of the network"));
        html.Start(
            "svg",
            ("viewBox", Invariant($"0 0 {layout.Width:0} {layout.Height:0}")),
            ("width", Invariant($"{layout.Width:0}")),
            ("height", Invariant($"{layout.Height:0}")),
            ("role", "img"),
            ("aria-label", Description(layout))).Line();
        int measured = forth.FirstOrDefault()?.Count(use => use is not null) ?? 0;
        for (int i = 0; i < layout.Lines.Count; i++)
        {
            WriteLine(html, layout.Lines[i], i, forth.FirstOrDefault()?[i], back.FirstOrDefault()?[i], measured <= LabelsMax);
        }

        foreach (TopologyBox box in layout.Boxes)
        {
            WriteBox(html, box, layout.BoxHeight);
        }

        html.End("svg").End("div").Line();
        html.Start("script", ("type", "application/json"), ("id", id))
            .Raw(ChartJson.Write(new TopologyUses([.. shown.Select(t => t.Name)], forth, back)))
            .End("script").End("figure");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string Description(TopologyLayout layout) =>
        $"{Topology.Nodes.Count(n => n.IsHost)} hosts, {Topology.Nodes.Count(n => !n.IsHost)} switches and {Topology.Links.Count} links"
        + $" in {layout.Boxes.Count} boxes. The use of each link is in the table of links.";

    /// <summary>What each line's links were used, on average; null where none was measured.</summary>
    private double?[] UsesOf(TopologyLayout layout, IReadOnlyList<CompareLink>? links)
    {
        Dictionary<string, double> uses = (links ?? []).ToDictionary(l => l.Name, l => l.Utilization);
        return
        [
            .. layout.Lines.Select(line =>
            {
                double[] known = [.. line.Links.Select(l => Topology.Links[l].Name).Where(uses.ContainsKey).Select(name => uses[name])];
                return known.Length == 0 ? (double?)null : known.Average();
            }),
        ];
    }

    private static void WriteScale(HtmlWriter html)
    {
        html.Start("span", ("class", "scale")).Text("0 %");
        html.Start("svg", ("viewBox", "0 0 140 12"), ("width", "140"), ("height", "12"), ("aria-hidden", "true"));
        for (int i = 0; i < Steps; i++)
        {
            html.Start("rect", ("x", Invariant($"{i * 20}")), ("width", "20"), ("height", "12"), ("class", Invariant($"scale-{i}"))).End("rect");
        }

        html.End("svg").Text("100 %").End("span");
    }

    private static void WriteLine(HtmlWriter html, TopologyLine line, int index, double? forth, double? back, bool hasLabel)
    {
        double? use = forth is null ? null : Math.Max(forth.Value, back ?? 0);
        string title = use is null ? $"{line.Name}: not measured" : $"{line.Name}: {Figures.Percent(forth)} forth, {Figures.Percent(back)} back";
        html.Start("g", ("class", "link"), ("data-wire", Invariant($"{index}")), ("data-name", line.Name)).Element("title", title);
        html.Start(
            "line",
            ("class", use is double share ? Invariant($"wire use-{Math.Min(Steps - 1, (int)(share * Steps))}") : "wire unmeasured"),
            ("stroke-width", Invariant($"{WidthMin + (WidthSpan * Math.Min(1, use ?? 0)):0.00}")),
            ("x1", Invariant($"{line.X1:0.#}")),
            ("y1", Invariant($"{line.Y1:0.#}")),
            ("x2", Invariant($"{line.X2:0.#}")),
            ("y2", Invariant($"{line.Y2:0.#}"))).End("line");
        if (use is double labelled && hasLabel)
        {
            html.Element(
                "text",
                Invariant($"{Math.Round(100 * labelled)} %"),
                ("x", Invariant($"{line.X1 + ((line.X2 - line.X1) * line.LabelAt):0.#}")),
                ("y", Invariant($"{line.Y1 + ((line.Y2 - line.Y1) * line.LabelAt) + BaseLine:0.#}")));
        }

        html.End("g").Line();
    }

    private static void WriteBox(HtmlWriter html, TopologyBox box, double height)
    {
        int letters = (int)((box.Width - 12) / Letter);
        string name = box.Name.Length <= letters ? box.Name : $"{box.Name[..Math.Max(1, letters - 1)]}…";
        html.Start("g", ("class", box.IsHost ? "node host" : "node")).Element("title", box.Title);
        html.Start(
            "rect",
            ("x", Invariant($"{box.X:0.#}")),
            ("y", Invariant($"{box.Y:0.#}")),
            ("width", Invariant($"{box.Width:0.#}")),
            ("height", Invariant($"{height:0}")),
            ("rx", box.IsHost ? "4" : "12")).End("rect");
        html.Element(
            "text",
            name,
            ("x", Invariant($"{box.X + (box.Width / 2):0.#}")),
            ("y", Invariant($"{box.Y + (height / 2) + BaseLine:0.#}")));
        html.End("g").Line();
    }
}

/// <summary>What the script needs to draw another technique: the use of each line, forth and back.</summary>
internal sealed record TopologyUses(
    IReadOnlyList<string> Techniques, IReadOnlyList<IReadOnlyList<double?>> Forth, IReadOnlyList<IReadOnlyList<double?>> Back);
