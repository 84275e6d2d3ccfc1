using System.Text;
using Trunkline.Testing;

namespace Trunkline.Scenarios.Tests.Reading;

/// <summary>Bad files and exactly what is said of them, in <c>Faults.txt</c>; with <c>RENEW=1</c> the file is written anew.</summary>
/// <remarks>
/// A line of it says where a text goes (top: behind a good scenario, bundle: into its bundles, traffic: for its traffic, whole: alone) and
/// the text; the faults follow.
/// </remarks>
public sealed class FaultTests
{
    private static readonly string File = RepositoryRoot.Combine("tests/Scenarios.Tests/Reading/Faults.txt");

    [Fact]
    public void BadFiles_Read_SayWhereAndWhatToWrite()
    {
        string table = System.IO.File.ReadAllText(File);
        var told = new StringBuilder();
        foreach (string head in table.Split('\n').Where(l => l.Contains(" | ", StringComparison.Ordinal)))
        {
            string[] parts = head.Split(" | ", 2);
            string text = parts[1].Replace("\\n", "\n", StringComparison.Ordinal);
            told.Append(told.Length > 0 ? "\n" : "").Append(head).Append('\n').Append(TestReader.Faults(Whole(parts[0], text))).Append('\n');
        }

        if (Environment.GetEnvironmentVariable("RENEW") == "1")
        {
            System.IO.File.WriteAllText(File, told.ToString());
        }

        Assert.Equal(table.Split('\n'), told.ToString().Split('\n'));
    }

    private static string Whole(string place, string text) => place switch
    {
        "top" => $"{TestReader.Network}{TestReader.Elephant}{text}",
        "bundle" => $"{TestReader.Network}  {text}\n{TestReader.Elephant}",
        "traffic" => $"{TestReader.Network}traffic:\n  - {text}",
        _ => text,
    };
}
