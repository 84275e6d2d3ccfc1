using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Trunkline.Reports.Page;

/// <summary>A report: one HTML file that needs nothing beside it.</summary>
/// <remarks>
/// Its security policy lets in nothing but its own script and style, by their hashes: no request, no image, no frame, no form. What
/// scripts add (charts, sorting) is beside what stands in tables, so that the page is whole without them.
/// </remarks>
public sealed record ReportPage
{
    private static readonly string Script = ReadAsset("report.js");
    private static readonly string Style = ReadAsset("report.css");

    /// <summary>The title.</summary>
    public required string Title { get; init; }

    /// <summary>A sentence below the title; empty for none.</summary>
    public string Subtitle { get; init; } = "";

    /// <summary>What the report is about, in short: names and values.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; init; } = [];

    /// <summary>The sections.</summary>
    public required IReadOnlyList<Section> Sections { get; init; }

    /// <summary>Writes the page.</summary>
    public void Write(TextWriter output)
    {
        var html = new HtmlWriter(output);
        html.Raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        string policy = $"default-src 'none'; script-src '{HashOf(Script)}'; style-src '{HashOf(Style)}'; base-uri 'none'; form-action 'none'";
        html.Start("meta", ("http-equiv", "Content-Security-Policy"), ("content", policy)).Line();
        html.Start("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1")).Line();
        html.Start("meta", ("name", "color-scheme"), ("content", "light dark")).Line();
        html.Start("meta", ("name", "generator"), ("content", "Trunkline")).Line();
        html.Element("title", Title).Line();
        html.Start("style").Raw(Style).End("style").Line();
        html.End("head").Line().Start("body").Line();
        html.Element("a", "Skip to the report", ("class", "skip"), ("href", "#report")).Line();
        WriteHeader(html);
        html.Start("main", ("id", "report"), ("tabindex", "-1")).Line();
        string[] ids = [.. Sections.Select(_ => html.NextId())];
        WriteContents(html, ids);
        foreach ((int i, Section section) in Sections.Index())
        {
            html.Start("section", ("aria-labelledby", ids[i])).Line();
            html.Element("h2", section.Title, ("id", ids[i])).Line();
            foreach (IBlock block in section.Blocks)
            {
                block.Write(html);
                html.Line();
            }

            html.End("section").Line();
        }

        html.End("main").Line();
        html.Start("script").Raw(Script).End("script").Line();
        html.End("body").Line().End("html").Line();
    }

    private void WriteHeader(HtmlWriter html)
    {
        html.Start("header").Line().Start("div", ("class", "bar"));
        html.Element("p", "Trunkline", ("class", "brand"));
        html.Start("label", ("class", "theme"), ("hidden", "")).Text("Theme ").Start("select", ("id", "theme"));
        foreach (string theme in (string[])["system", "light", "dark"])
        {
            html.Element("option", theme, ("value", theme));
        }

        html.End("select").End("label").End("div").Line();
        html.Element("h1", Title).Line();
        if (Subtitle.Length > 0)
        {
            html.Element("p", Subtitle, ("class", "subtitle")).Line();
        }

        if (Facts.Count > 0)
        {
            html.Start("dl", ("class", "facts"));
            foreach ((string name, string value) in Facts)
            {
                html.Start("div").Element("dt", name).Element("dd", value).End("div");
            }

            html.End("dl").Line();
        }

        html.End("header").Line();
    }

    private void WriteContents(HtmlWriter html, string[] ids)
    {
        html.Start("nav", ("aria-label", "Sections")).Start("ul");
        foreach ((int i, Section section) in Sections.Index())
        {
            html.Start("li").Element("a", section.Title, ("href", $"#{ids[i]}")).End("li");
        }

        html.End("ul").End("nav").Line();
    }

    /// <summary>As a security policy names a script or a style by what it says (CSP level 3, §2.3.1).</summary>
    private static string HashOf(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string ReadAsset(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

/// <summary>A section of a report.</summary>
/// <param name="Title">Its title.</param>
/// <param name="Blocks">What is in it.</param>
public sealed record Section(string Title, IReadOnlyList<IBlock> Blocks);
