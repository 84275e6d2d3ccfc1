using System.Globalization;
using System.Text.Json;
using Trunkline.Cli.CommandLine;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Captures;

/// <summary>Holds <c>analyze</c> to what Wireshark's programs count in the same captures.</summary>
public sealed class AnalyzeJudgeTests
{
    private const string Shipped = "examples/captures/two-elephants.pcapng";

    /// <summary>Our capture, and all of the shared folder where there is one.</summary>
    public static TheoryData<string> Captures { get; } =
    [
        Shipped, .. SharedFolder.Captures is string folder ? Names(folder) : [],
    ];

    [Theory]
    [MemberData(nameof(Captures))]
    public void Analyze_OfACapture_CountsWhatCapinfosCounts(string name)
    {
        Require.Program("capinfos");
        string file = Find(name);
        string[] counted = Command.Check("capinfos", "-M", "-T", "-r", "-c", "-d", "-u", file).Trim().Split('\t');

        JsonElement capture = Analyze(file).GetProperty("capture");

        Assert.Equal(long.Parse(counted[1], CultureInfo.InvariantCulture), capture.GetProperty("frames").GetInt64());
        Assert.Equal(long.Parse(counted[2], CultureInfo.InvariantCulture), capture.GetProperty("bytes").GetInt64());
        // Its nanoseconds are no fraction of a second: 2 147 483 648 of them, which capinfos takes for a negative number.
        double seconds = name == "tcpdump-invalid-nano.pcap" ? 2.147483649 : double.Parse(counted[3], CultureInfo.InvariantCulture);
        Assert.InRange(capture.GetProperty("seconds").GetDouble(), seconds - 1e-6, seconds + 1e-6);
    }

    [Theory]
    [InlineData(Shipped)]
    [InlineData("local-canonical-17-frames.pcap")]
    [InlineData("ndpi-1kxun.pcap")]
    [InlineData("ndpi-netflix.pcap")]
    [InlineData("suricata-nfs3.pcap")]
    [InlineData("suricata-sll2.pcap")]
    [InlineData("tcpdump-mpls-traceroute.pcap")]
    [InlineData("tcpdump-ospf.pcapng")]
    [InlineData("zeek-gre-within-gre.pcap")]
    [InlineData("zeek-gtp1-fragmentation.pcap")]
    [InlineData("zeek-http-206-bulk.pcap")]
    [InlineData("zeek-ipv4-fragmented.pcap")]
    [InlineData("zeek-ipv6-fragmented-dns.pcap")]
    [InlineData("zeek-mixed-vlan-mpls.pcap")]
    [InlineData("zeek-nfs-write.pcap")]
    [InlineData("zeek-sctp.pcap")]
    [InlineData("zeek-smb3-multichannel.pcap")]
    [InlineData("zeek-vxlan-http.pcap")]
    public void Analyze_OfACapture_FindsTheFlowsThatTsharkFinds(string name)
    {
        Require.Program("tshark");
        string file = Find(name);

        Assert.Equal(TsharkFlows.Count(file), Analyze(file).GetProperty("capture").GetProperty("flows").GetInt64());
    }

    [Fact]
    public void Analyze_OfTheShippedCapture_SaysWhichHashTheKernelRan()
    {
        JsonElement observed = Analyze(Find(Shipped), "linux-bond/layer2,linux-bond/layer3+4,linux-ecmp/l3:seed=25,linux-ecmp/l4:seed=25,crc/crc32")
            .GetProperty("observed");

        JsonElement best = observed.GetProperty("policies")[0];
        Assert.Equal("linux-ecmp/l4:seed=25", best.GetProperty("policy").GetString());
        Assert.Equal(1, best.GetProperty("agreement").GetDouble());
        Assert.InRange(observed.GetProperty("policies")[1].GetProperty("agreement").GetDouble(), 0, 0.6);
        Assert.Equal(
            ["link0 474638", "link1 687354", "link2 8371402", "link3 680628"],
            observed.GetProperty("links").EnumerateArray().Select(l => $"{l.GetProperty("name")} {l.GetProperty("bytes")}"));
        Assert.Equal(0, observed.GetProperty("splitFlows").GetInt64());
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.EnumerateFiles(folder, "*.pcap*").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private static string Find(string name) =>
        name == Shipped ? RepositoryRoot.Combine(name) : Path.Combine(Require.Captures(), name);

    private static JsonElement Analyze(string file, string techniques = "linux-bond/layer3+4")
    {
        // Limits of a capture may be told on standard error; what counts is the document.
        CommandLineRun run = CommandLineRun.Of(["analyze", file, "--links", "4", "--techniques", techniques, "--json"]);
        Assert.Equal((ExitStatus.Done, ""), (run.Status, run.Status == ExitStatus.Done ? "" : run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }
}
