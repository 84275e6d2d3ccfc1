using System.Globalization;
using Trunkline.Testing;
using Trunkline.Testing.Captures;

namespace Trunkline.Cli.Tests.Input;

/// <summary>What Wireshark's programs say of the same files.</summary>
public sealed class SharedCaptureTests : IDisposable
{
    /// <summary>Its last frame has a fraction of 2³¹ ns, of which Wireshark makes a negative one.</summary>
    private const string InvalidFraction = "tcpdump-invalid-nano.pcap";

    private readonly CaptureFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void EveryCapture_HasTheFramesBytesAndTimesOfCapinfos()
    {
        string program = Require.Program("capinfos");
        string[] paths = [.. Directory.GetFiles(Require.Captures(), "*.pcap*").Order()];
        Assert.True(paths.Length >= 35);

        string[] table = Command.Run(program, ["-T", "-r", "-M", "-m", "-S", "-c", "-d", "-a", "-e", .. paths]).OrThrow().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(paths.Length, table.Length);
        foreach ((string path, string line) in paths.Zip(table))
        {
            string[] cells = line.Split(',');
            IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(path);
            string name = Path.GetFileName(path);
            Assert.Equal((name, cells[1], cells[2]), (name, $"{frames.Count}", $"{frames.Sum(f => f.WireLength)}"));
            Assert.Equal((name, Nanoseconds(cells[3])), (name, frames.Min(f => f.TimeNs)));
            Assert.Equal((name, name == InvalidFraction ? 1_418_145_372_147_483_648 : Nanoseconds(cells[4])), (name, frames.Max(f => f.TimeNs)));
        }
    }

    [Theory]
    [InlineData("ndpi-nano.pcapng")]
    [InlineData("tcpdump-ospf.pcapng")]
    [InlineData("tcpdump-time-2106.pcapng")]
    [InlineData("zeek-irc-dcc-send.pcapng")]
    [InlineData("tcpdump-nanosecond.pcap")]
    [InlineData("ndpi-1kxun.pcap")]
    public void Capture_FrameByFrame_IsAsTsharkSays(string name) => AssertAsTshark(Path.Combine(Require.Captures(), name));

    [Fact]
    public void Capture_WithAnInvalidFraction_CountsItIntoTheNextSeconds()
    {
        IReadOnlyList<SeenFrame> frames = CaptureFiles.ReadAll(Path.Combine(Require.Captures(), InvalidFraction));

        Assert.Equal([1_418_145_369_999_999_999, 1_418_145_371_000_000_000, 1_418_145_372_147_483_648], frames.Select(f => f.TimeNs));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CaptureOfOurs_WithEveryClock_IsAsTsharkSays(bool isBigEndian)
    {
        var file = new PcapngBuilder(isBigEndian);
        byte[] frame = [.. new byte[12], 0x88, 0xb5, .. new byte[46]];
        file.Section();
        uint id = 0;
        foreach (byte resolution in (byte[])[0, 3, 6, 8, 9, 0x80, 0x8a, 0x94, 0x9d, 0xa0])
        {
            ulong unitsPerSecond = (ulong)(resolution >= 0x80 ? Math.Pow(2, resolution & 0x7f) : Math.Pow(10, resolution));
            file.Interface(options: file.Resolution(resolution)).Packet(id++, (unitsPerSecond * 1_700_000_000) + (unitsPerSecond * 5 / 7), frame, 1500);
        }

        file.Interface(options: file.Offset(1_600_000_000)).Packet(id, 5, frame).ObsoletePacket((ushort)id, 7, frame);

        AssertAsTshark(_files.Write("ours.pcapng", file.ToBytes()));
    }

    [Fact]
    public void Captures_MergedByTime_AreAsMergecapSays()
    {
        string program = Require.Program("mergecap");
        string folder = Require.Captures();
        string[] paths = [.. ((string[])["zeek-sctp.pcap", "zeek-vxlan-http.pcap", "zeek-irc-dcc-send.pcapng", "suricata-nfs4.pcap", "local-ovs31-lacp-fast.pcap"])
            .Select(n => Path.Combine(folder, n))];
        string[] twice = [.. paths, .. paths];
        string merged = _files.PathOf("merged.pcapng");

        Command.Run(program, ["-w", merged, .. twice]).OrThrow();

        static IEnumerable<SeenFrame> Comparable(IReadOnlyList<SeenFrame> frames) => frames.Select(f => f with { Interface = 0 });
        Assert.Equal(Comparable(CaptureFiles.ReadAll(merged)), Comparable(CaptureFiles.ReadAll(twice)));
    }

    private static void AssertAsTshark(string path)
    {
        string program = Require.Program("tshark");
        string[] fields = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_id"];
        string[] lines = Command.Run(program, ["-n", "-r", path, "-T", "fields", .. fields.SelectMany(f => (string[])["-e", f])]).OrThrow().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

        IEnumerable<(long, long, int, int)> theirs = lines.Select(l => l.Split('\t'))
            .Select(c => (Nanoseconds(c[0]), long.Parse(c[1], CultureInfo.InvariantCulture), int.Parse(c[2], CultureInfo.InvariantCulture), c[3].Length == 0 ? 0 : int.Parse(c[3], CultureInfo.InvariantCulture)));

        Assert.Equal(theirs, CaptureFiles.ReadAll(path).Select(f => (f.TimeNs, f.WireLength, f.Bytes.Length / 2, f.Interface)));
    }

    private static long Nanoseconds(string seconds) => (long)(decimal.Parse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * 1_000_000_000m);
}
