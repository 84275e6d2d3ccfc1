using System.Globalization;
using System.Text.Json;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Compare;

/// <summary>Traces, as Wireshark's dissectors read them.</summary>
public sealed class TraceTests : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("trunkline-trace").FullName;

    private string Trace => Path.Combine(_folder, "trace.pcapng");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Two senders into one link whose queue is short, so that there are drops: seen at a sender with one port, nothing is missing.</summary>
    [Fact]
    public void Trace_OfAHost_HasRightNumbersChecksumsAndRetransmissions()
    {
        string file = Path.Combine(_folder, "lossy.yaml");
        File.WriteAllText(file, """
            scenario: lossy
            duration: 20ms
            hosts: {a: , b: , c: }
            switches: {s: }
            bundles:
              ab: {between: [[a, b], s], rate: 10Gb/s}
              c: {between: [s, c], rate: 1Gb/s, queue: 60KB}
            measure: c
            traffic: [{name: bulk, kind: elephants, from: [a, b], to: c}]
            """);

        JsonElement result = CommandLineRun.Of(["compare", file, "--techniques", "random", "--seeds", "1", "--trace", Trace, "--trace-at", "a", "--json"]).Json();

        Assert.True(result.GetProperty("techniques")[1].GetProperty("drops").GetInt64() > 0);
        Assert.Equal(0, Count("_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0"));
        Assert.Equal(0, Count("tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment || tcp.analysis.zero_window"));
        Assert.Equal(1, Count("tcp.flags.syn == 1 && tcp.flags.ack == 0"));
        Assert.Equal(1, Count("tcp.flags.syn == 1 && tcp.flags.ack == 1 && tcp.ack == 1 && tcp.options.mss_val == 1460"));
        Assert.True(Count("tcp.options.sack.count > 0") > 0);
        Assert.True(Count("tcp.len == 1448 && frame.len == 1514 && tcp.options.timestamp.tsval > 0") > 100);

        // Wireshark tells a retransmission from reordering by time; here nothing overtakes on the way out, so that both are the same.
        int resent = Count("ip.src == 10.0.0.1 && (tcp.analysis.retransmission || tcp.analysis.out_of_order)");
        Assert.InRange(resent, 1, result.GetProperty("techniques")[1].GetProperty("retransmits").GetInt32());
    }

    [Fact]
    public void Trace_OfALink_HasAnInterfaceForEachDirectionAndIsInTheOrderOfTime()
    {
        CommandLineRun.Of(["compare", "nas", "--set", "duration=21ms", "--seeds", "1", "--techniques", "random", "--trace", Trace, "--json"]).Json();

        Assert.Equal(0, Count("_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0"));
        string[] lines = Tshark("-T", "fields", "-e", "frame.interface_name", "-e", "frame.time_epoch");
        Assert.Equal(["uplinks/0", "uplinks/0 back"], lines.Select(l => l.Split('\t')[0]).Distinct().Order());
        decimal[] times = [.. lines.Select(l => decimal.Parse(l.Split('\t')[1], CultureInfo.InvariantCulture))];
        Assert.Equal(times.Order(), times);
    }

    /// <summary>Streams of datagrams, which nobody answers, to groups.</summary>
    [Fact]
    public void Trace_OfMulticast_HasDatagramsToGroups()
    {
        CommandLineRun.Of(["compare", "multicast", "--set", "duration=20ms", "--seeds", "1", "--techniques", "linux-ecmp/l4", "--trace", Trace, "--json"]).Json();

        Assert.Equal(0, Count("_ws.malformed || udp.checksum.status == 0"));
        Assert.True(Count("udp && ip.dst == 239.1.1.0/24 && eth.dst[0:3] == 01:00:5e") > 0);
    }

    private int Count(string filter) => Tshark("-Y", filter, "-T", "fields", "-e", "frame.number").Length;

    private string[] Tshark(params string[] arguments)
    {
        string[] checks = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
        return Command.Run(Require.Program("tshark"), ["-r", Trace, .. checks, .. arguments], TimeLimit).OrThrow().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
