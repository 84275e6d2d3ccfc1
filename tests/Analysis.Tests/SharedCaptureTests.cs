using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;
using Trunkline.Results;
using Trunkline.Testing;

namespace Trunkline.Analysis.Tests;

/// <summary>Real captures against figures that were counted by other means.</summary>
public class SharedCaptureTests
{
    [Theory]
    [InlineData("zeek-smb3-multichannel.pcap", 1448, 9, 0.453, "1386 1235 926 816 73")]
    [InlineData("zeek-smb2.pcap", 1178, 2, 0.992, "408 201 157 111 3")]
    [InlineData("zeek-http-206-bulk.pcap", 1556, 4, 0.831, "1076 935 410 289 23")]
    // 45.8 % of what is IP.
    [InlineData("zeek-nfs-write.pcap", 153, 20, 0.457, "151 149 85 58 26")]
    public void Capture_OfKnownTraffic_HasItsFlowsAndFlowlets(string name, long frames, long flows, double topShare, string flowlets)
    {
        using var run = new CaptureRun(CaptureRun.Options(4, "16us", "50us", "256us", "500us", "100ms"));

        AnalyzeResult result = run.AddFile(Path.Combine(Require.Captures(), name)).Finish();

        Assert.Equal(frames, result.Capture.Frames);
        Assert.Equal(flows, result.Capture.Flows);
        Assert.Equal(topShare, result.Floor.LargestFlowShare, 0.0005);
        Assert.Equal(flowlets, string.Join(' ', result.Flowlets.Select(f => f.Count)));
        Assert.Equal(0, result.Capture.UnreadFrames);
        Assert.Null(result.Capture.Approximate);
    }

    [Theory]
    [InlineData("zeek-smb3-multichannel.pcap", "103919 2490317 0 483")]
    [InlineData("zeek-smb2.pcap", "0 1585815 0 0")]
    [InlineData("zeek-http-206-bulk.pcap", "0 1244972 220575 0")]
    [InlineData("zeek-nfs-write.pcap", "316 1356 0 20932")]
    public void Entries_HashedOnce_GiveEachLinkItsBytes(string name, string bytes)
    {
        LinkBytes? sink = null;
        using var run = new CaptureRun(sinks: table => [sink = new LinkBytes(table)]);

        run.AddFile(Path.Combine(Require.Captures(), name)).Finish();

        Assert.Equal(bytes, string.Join(' ', sink!.Sum()));
    }

    [Fact]
    public void Captures_OfEveryKind_KeepTheirBooks()
    {
        foreach (string path in Directory.EnumerateFiles(Require.Captures(), "*.pcap").Order(StringComparer.Ordinal))
        {
            LinkBytes? sink = null;
            using var run = new CaptureRun(sinks: table => [sink = new LinkBytes(table)]);

            AnalyzeResult result = run.AddFile(path).Finish();

            Assert.True(result.Capture.Frames > 0, path);
            Assert.True(result.Capture.Bytes == sink!.Sum().Sum(), path);
            Assert.True(result.Capture.Bytes == result.Elephants.Sum(e => e.Bytes) + result.Mice.Bytes, path);
            Assert.True(result.Capture.Flows == result.Elephants.Count + result.Mice.Flows, path);
            Assert.True(result.Flowlets.Zip(result.Flowlets.Skip(1)).All(p => p.First.Count >= p.Second.Count), path);
            Assert.True(result.Flowlets.All(f => f.Count >= result.Capture.Flows && f.MovableShare is >= 0 and <= 1), path);
            Assert.True(result.Floor.Imbalance is >= 1 and <= 4, path);
        }
    }

    /// <summary>Adds up what every entry carries on the link that a policy gives its first frame.</summary>
    private sealed class LinkBytes(FlowTable table) : IPacketSink
    {
        private readonly FlowTable _table = table;
        private readonly Dictionary<int, int> _links = [];
        private readonly IHashPolicy _policy = CreatePolicy();

        public void OnEntry(int entry, in PacketHeaders headers) => _links[entry] = (int)(_policy.Hash(in headers) % 4);

        public void OnPackets(ReadOnlySpan<SeenPacket> packets)
        {
        }


        public long[] Sum()
        {
            var bytes = new long[4];
            foreach ((int entry, int link) in _links)
            {
                bytes[link] += _table.BytesOf(entry);
            }

            return bytes;
        }

        private static IHashPolicy CreatePolicy()
        {
            TechniqueName.TryParsePart("linux-bond/layer3+4", out TechniqueName.Part? part);
            return PolicyCatalog.Create(part!, [])!;
        }
    }
}
