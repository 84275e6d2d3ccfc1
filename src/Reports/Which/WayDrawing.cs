using System.Globalization;
using Trunkline.Reports.Page;
using Trunkline.Results;

namespace Trunkline.Reports.Which;

/// <summary>The way of a flow as a picture: fields, key, hash, bucket, link; one for each policy, with a choice between them.</summary>
/// <remarks>Boxes of HTML, which wrap where there is little room. Without scripts all policies stand there, one below the other.</remarks>
/// <param name="LinkNames">The links.</param>
/// <param name="Answers">One for each policy.</param>
/// <param name="Tables">The policies' buckets, in the same order.</param>
internal sealed record WayDrawing(IReadOnlyList<string> LinkNames, IReadOnlyList<WhichAnswer> Answers, IReadOnlyList<WhichTable> Tables) : IBlock
{
    private const int Colours = 8;
    private const int LabelledMax = 64;

    /// <inheritdoc/>
    public void Write(HtmlWriter html)
    {
        html.Start("figure", ("class", "ways"), ("data-ways", "")).Start("figcaption").Element("h3", "From fields to link");
        html.Element("p", "The policy takes the fields with a frame, lays them out as a key, hashes that, and the hash picks a bucket, which holds a link. Squares are buckets in the colour and with"
            + " the number of the link that they hold; the one with a frame is this flow's.").End("figcaption");
        html.Start("div", ("class", "controls")).End("div").Line();
        for (int i = 0; i < Answers.Count; i++)
        {
            if (Answers[i].Hash is not null)
            {
                WriteWay(html, Answers[i], Tables[i]);
            }
        }

        html.End("figure");
    }

    private void WriteWay(HtmlWriter html, WhichAnswer answer, WhichTable table)
    {
        html.Start("div", ("class", "way"), ("data-way", answer.Policy));
        html.Element("h4", answer.Policy).Element("p", $"{table.Summary}.", ("class", "note"));
        html.Start("ol", ("class", "steps"));
        WriteFields(html, answer, table);
        Step(html, "Key", $"{answer.Key!.Length / 2} bytes");
        html.Element("code", string.Join(' ', answer.Key.Chunk(2).Select(pair => new string(pair))), ("class", "key")).End("li").Line();
        Step(html, "Hash", null);
        html.Element("code", answer.Hash!, ("class", "hash")).End("li").Line();
        Step(html, "Bucket", $"{Figures.Count(answer.Bucket)} of {Figures.Count(answer.Buckets)}, by {answer.Fill}");
        WriteBuckets(html, answer, table);
        html.End("li").Line();
        Step(html, "Link", WhichWords.Link(answer));
        WriteLinks(html, answer, table);
        WriteOthers(html, answer);
        html.End("li").End("ol").End("div").Line();
    }

    private static void Step(HtmlWriter html, string title, string? about)
    {
        html.Start("li").Element("h5", title);
        if (about is not null)
        {
            html.Element("p", about, ("class", "about"));
        }
    }

    private static void WriteFields(HtmlWriter html, WhichAnswer answer, WhichTable table)
    {
        Step(html, "Fields", null);
        html.Start("dl", ("class", "chips"));
        foreach ((string name, string value) in answer.Fields)
        {
            bool isRead = table.Reads.Contains(name);
            html.Start("div", ("class", isRead ? "chip read" : "chip")).Element("dt", name).Element("dd", value);
            html.Element("dd", isRead ? "read" : "not read", ("class", "aside")).End("div");
        }

        html.End("dl").End("li").Line();
    }

    private void WriteBuckets(HtmlWriter html, WhichAnswer answer, WhichTable table)
    {
        string about = $"{Figures.Count(answer.Buckets)} buckets; {Figures.Count(answer.Bucket)} is this flow's and holds {answer.LinkName ?? "no link"}";
        html.Start("div", ("class", table.Links.Count > LabelledMax ? "buckets many" : "buckets"), ("role", "img"), ("aria-label", about));
        foreach ((int i, int link) in table.Links.Index())
        {
            string colour = link < 0 ? "edge-none" : string.Create(CultureInfo.InvariantCulture, $"edge-{link % Colours}");
            html.Element(
                "span",
                table.Links.Count > LabelledMax || link < 0 ? "" : link.ToString(CultureInfo.InvariantCulture),
                ("class", table.First + i == answer.Bucket ? $"{colour} chosen" : colour),
                ("title", $"bucket {table.First + i}: {(link < 0 ? "none" : LinkNames[link])}"));
        }

        html.End("div");
        if (table.Links.Count < answer.Buckets)
        {
            html.Element("p", $"Shown are {table.Links.Count} of {Figures.Count(answer.Buckets)}, from {Figures.Count(table.First)} on.", ("class", "about"));
        }
    }

    private void WriteLinks(HtmlWriter html, WhichAnswer answer, WhichTable table)
    {
        html.Start("ul", ("class", "links"));
        foreach ((int i, string name) in LinkNames.Index())
        {
            html.Start("li", ("class", answer.Link == i ? "chosen" : null));
            html.Start("span", ("class", string.Create(CultureInfo.InvariantCulture, $"swatch edge-{i % Colours}")), ("aria-hidden", "true"))
                .Text(i.ToString(CultureInfo.InvariantCulture)).End("span");
            html.Element("b", Analyze.AnalyzeReport.LinkName(name));
            html.Element("span", $"{Figures.Count(table.Counts[i])} bucket{(table.Counts[i] == 1 ? "" : "s")}{(answer.Link == i ? ", this flow" : "")}", ("class", "about")).End("li");
        }

        html.End("ul");
    }

    private static void WriteOthers(HtmlWriter html, WhichAnswer answer)
    {
        if (answer.Reverse is { } back)
        {
            html.Element("p", $"Back: {WhichWords.Link(back)} by {back.Policy}, hash {back.Hash}: {(back.Same ? "the same link" : "another link")}.", ("class", "about"));
        }

        if (answer.Without is { } without)
        {
            html.Element("p", $"When the link is gone: {WhichWords.Link(without)}{(without.Same ? ", it stays" : ", it moves")}.", ("class", "about"));
        }
    }
}
