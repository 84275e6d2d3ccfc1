using Microsoft.Playwright;
using Trunkline.Cli.CommandLine;
using Trunkline.Reports.Tests.Browser;
using Trunkline.Reports.Tests.Verbs;
using Trunkline.Testing;

namespace Trunkline.Reports.Tests.Pictures;

/// <summary>Run by <c>./dev docs --write</c>: the pictures of the documents, each of a part of a report that a command makes.</summary>
public sealed class DocumentPictures(SystemBrowser browser)
{
    private const string Folder = "docs/guide/pictures";
    private const int BytesMax = 150_000;
    private const string Links = "link0,link1,link2,link3";
    private const int Width = 1_040;
    private const int WideWidth = 1_280;
    private const float Margin = 16;

    /// <summary>Name of the picture, titles of the figures in it, choices to make, and the command.</summary>
    public static TheoryData<string, string, string, string[]> All => new()
    {
        {
            "compare.png", "Use of the links over time", "",
            ["compare", "nas-failure", "--seeds", "1", "--techniques", "linux-bond/layer3+4,idle-rebalance:interval=5ms"]
        },
        {
            "analyze.png", "64 buckets over time", "",
            ["analyze", TestCaptures.Shipped, "--links", Links, "--speed", "20Mb/s", "--techniques", "linux-ecmp/l4:seed=25,linux-bond/layer3+4,idle-rebalance"]
        },
        {
            "which.png", "From fields to link", "",
            ["which", "--policy", "linux-bond/layer3+4", "--links", "eth0,eth1,eth2,eth3", "--src", "192.168.10.21", "--sport", "51515", "--dst", "192.168.10.200", "--dport", "3260", "--proto", "tcp"]
        },
        {
            "full-uplink-load.png", "Load of each link", "Technique=linux-ecmp/l4:seed=25",
            ["analyze", TestCaptures.Shipped, "--links", Links, "--speed", "20Mb/s", "--techniques", "linux-ecmp/l4:seed=25,linux-bond/layer3+4,idle-rebalance"]
        },
        {
            "full-uplink-flows.png", "What fills each link", "",
            ["which", "--capture", TestCaptures.Shipped, "--policy", "linux-ecmp/l4:seed=25", "--links", Links]
        },
        {
            "full-uplink-goodput.png", "Goodput", "",
            ["compare", "nas", "--seeds", "3", "--set", "duration=80ms", "--techniques", "linux-ecmp/l4,idle-rebalance:interval=5ms,flowlet/junos-dlb,keep-order,mptcp,mpio"]
        },
    };

    [Theory(Explicit = true)]
    [MemberData(nameof(All))]
    public async Task Picture_OfAReport_IsWritten(string name, string title, string choice, string[] command)
    {
        string folder = Directory.CreateTempSubdirectory("trunkline-picture").FullName;
        try
        {
            string file = Path.Combine(folder, "report.html");
            using var output = new StringWriter();
            Assert.Equal(ExitStatus.Done, Application.Run([.. command, "--html", file], output, output));
            await using OpenReport report = await browser.OpenAsync(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), new() { Width = name == "which.png" ? WideWidth : Width });
            ILocator figure = report.Figure(title);
            if (choice.Split('=', 2) is [string label, string value])
            {
                await report.Choice(title, label).SelectOptionAsync(value);
            }

            await report.AssertDrawnAsync();
            await figure.ScrollIntoViewIfNeededAsync();
            await report.Page.EvaluateAsync("scrollTo(0, 0)");
            LocatorBoundingBoxResult box = (await figure.BoundingBoxAsync())!;
            byte[] picture = await report.Page.ScreenshotAsync(new()
            {
                FullPage = true,
                Clip = new() { X = box.X - Margin, Y = box.Y - Margin, Width = box.Width + (2 * Margin), Height = box.Height + Margin },
            });
            Assert.InRange(picture.Length, 1_000, BytesMax);
            string path = RepositoryRoot.Combine(Path.Combine(Folder, name));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, picture, TestContext.Current.CancellationToken);
            report.AssertQuiet();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
