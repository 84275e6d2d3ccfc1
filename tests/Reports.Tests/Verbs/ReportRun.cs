using System.Text.Json;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Reports.Tests.Verbs;

/// <summary>One run of a verb that wrote a report and printed its document.</summary>
/// <param name="Status">The exit status.</param>
/// <param name="Html">The report.</param>
/// <param name="Document">The document.</param>
internal sealed record ReportRun(int Status, string Html, JsonElement Document)
{
    public const int BytesMax = 2_000_000;

    /// <summary>Runs a command line in this process, with <c>--html</c> and <c>--json</c>.</summary>
    public static ReportRun Of(params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("trunkline-report").FullName;
        try
        {
            string file = Path.Combine(folder, "report.html");
            using var output = new StringWriter { NewLine = "\n" };
            using var error = new StringWriter { NewLine = "\n" };
            int status = Application.Run([.. arguments, "--html", file, "--json"], output, error);
            Assert.True(File.Exists(file), error.ToString());
            Assert.InRange(new FileInfo(file).Length, 1, BytesMax);
            using JsonDocument document = JsonDocument.Parse(output.ToString());
            return new ReportRun(status, File.ReadAllText(file), document.RootElement.Clone());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
