using System.Buffers.Binary;
using System.Diagnostics;
using Trunkline.Analysis;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;
using Trunkline.Testing.Packets;

namespace Trunkline.Fuzz.Targets;

/// <summary>The analyzer. An input is a sequence of frames, each with a head that gives its link type, interface, time and lengths.</summary>
public sealed class AnalyzerTarget : IFuzzTarget
{
    private const int HeadBytes = 12;
    private const int FramesMax = 200;

    private static readonly LinkType[] LinkTypes = [LinkType.Ethernet, LinkType.Raw, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.Ppp, LinkType.Null];

    private static readonly AnalysisOptions Options = new()
    {
        Links = [new Link("a", Link.DefaultRate), new Link("b", new BitRate(1_000)), new Link("c", Link.DefaultRate) { Weight = 0 }],
        Techniques =
        [
            "linux-bond/layer3+4", "linux-ecmp/l3-inner", "custom", "round-robin", "shortest-queue", "flowlet/afs", "rebalance/ovs", "idle-rebalance",
            "keep-order@crc/crc32",
        ],
        Without = [new LinkId(0)],
        LinkCounts = [5],
        UseSecondThread = false,
    };

    /// <inheritdoc/>
    public string Name => "analyzer";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            byte[] tcp = Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(50_000, 443).Payload(20).ToFrame();
            byte[] vxlan = Packet.Ipv4("10.0.0.1", "10.0.0.2").Udp(9, 4789).Vxlan(7).Ethernet().Ipv6("2001:db8::1", "2001:db8::2").Udp(1, 2).Payload(4).ToFrame();
            byte[] arp = [.. new byte[12], 8, 6, .. new byte[28]];
            yield return new("one", Frame(tcp, 0, 0, 0));
            yield return new("flowlets", [.. Frame(tcp, 0, 0, 0), .. Frame(tcp, 0, 1_000, 100), .. Frame(tcp, 0, 60_000_000, 1400), .. Frame(tcp, 0, 2_000_000_000, 0)]);
            yield return new("members", [.. Frame(tcp, 1, 5, 0), .. Frame(tcp, 2, 5, 0), .. Frame(vxlan, 3, 5, 0), .. Frame(arp, 1, 5, 0)]);
            yield return new("back-in-time", [.. Frame(tcp, 0, 1_000_000, 0), .. Frame(vxlan, 0, uint.MaxValue, 0), .. Frame(tcp, 0, 0x8000_0000, 60_000)]);
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        var faults = new List<string>();
        using CaptureAnalyzer? analyzer = CaptureAnalyzer.Create(Options, faults);
        Hold(analyzer is not null && faults.Count == 0, "the options are good");
        (long frames, long bytes, long nowNs) = (0, 0, 0);
        while (input.Length >= HeadBytes && frames < FramesMax)
        {
            // Head: link type, interface, frame length (2), what the wire had more (4), time since the frame before (4, signed).
            int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input[2..]), input.Length - HeadBytes);
            long wireLength = length + BinaryPrimitives.ReadUInt32LittleEndian(input[4..]);
            nowNs += (long)BinaryPrimitives.ReadInt32LittleEndian(input[8..]) << (input[1] >> 3);
            var record = new CaptureRecord(LinkTypes[input[0] % LinkTypes.Length], new Timestamp(nowNs), wireLength, input.Slice(HeadBytes, length));
            analyzer!.OnFrame(in record, input[1] & 7);
            frames++;
            bytes += Math.Min(wireLength, int.MaxValue);
            input = input[(HeadBytes + length)..];
        }

        AnalyzeResult result = analyzer!.Finish(["input"], [.. Enumerable.Range(0, 8).Select(i => $"{i}")]);
        Hold(result.Capture.Frames == frames && result.Capture.Bytes == bytes, "every frame is counted");
        Hold(result.Techniques.Count == Options.Techniques.Count, "every technique has its say");
        foreach (AnalyzeTechnique technique in result.Techniques)
        {
            Hold(technique.Links!.Sum(l => l.Frames) == frames, "every frame has a link");
            Hold(technique.Links!.Sum(l => l.Bytes) == bytes, "every byte has a link");
            Hold(technique.Links![2].Frames == 0, "a drained link carries nothing");
            Hold(
                technique.Imbalance is >= 0.999 and <= 10_000_002 && technique.Jain is > 0 and <= 1.000001,
                $"figures are within their ranges: {technique.Name} {technique.Imbalance} {technique.Jain}");
            Hold(technique.UnsafeMoves <= technique.Moves, "no more unsafe moves than moves");
        }

        Hold(ResultJson.Write(result).Length > 0, "the document can be written");
        return Sort(result);
    }

    private static ulong Sort(AnalyzeResult result)
    {
        ulong sort = (ulong)Math.Min(result.Capture.Flows, 8);
        sort = (sort * 31) + (ulong)Math.Min(result.Capture.UnreadFrames, 4);
        sort = (sort * 31) + (ulong)result.Limits.Count;
        sort = (sort * 31) + (ulong)(result.Tunnels?.Count ?? 0);
        sort = (sort * 31) + (ulong)Math.Min(result.Flowlets.Sum(f => f.Count), 16);
        return (sort * 31) + (ulong)result.Techniques.Count(t => t.Moves > 0);
    }

    private static byte[] Frame(ReadOnlySpan<byte> frame, byte member, uint sinceNs, uint cutBytes)
    {
        byte[] bytes = new byte[HeadBytes + frame.Length];
        bytes[1] = member;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)frame.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), cutBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), sinceNs);
        frame.CopyTo(bytes.AsSpan(HeadBytes));
        return bytes;
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
