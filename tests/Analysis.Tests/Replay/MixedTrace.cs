using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Analysis.Tests.Replay;

/// <summary>A made-up capture of many kinds of frames, and what a naive reader makes of it frame by frame.</summary>
internal sealed class MixedTrace
{
    private readonly List<(long NowNs, byte[] Frame, int Length)> _frames = [];

    public IReadOnlyList<(long NowNs, byte[] Frame, int Length)> Frames => _frames;

    public long Bytes => _frames.Sum(frame => (long)frame.Length);

    /// <summary>Frames of some flows that come often, of many that hardly do, and of no flow.</summary>
    public static MixedTrace Random(int frames, ulong seed)
    {
        var trace = new MixedTrace();
        var random = new RandomSource(seed);
        long nowNs = 1_700_000_000_000_000_000;
        for (int i = 0; i < frames; i++)
        {
            int port = (int)(random.Below(4) == 0 ? random.Below(3000) : random.Below(40));
            byte[] frame = random.Below(8) switch
            {
                0 => TestFrames.TcpV6(port, source: $"fd00::{1 + random.Below(9)}"),
                1 => SamplePackets.All[(int)random.Below((uint)SamplePackets.All.Count)].Frame,
                _ => TestFrames.Tcp(port, source: $"10.0.0.{1 + random.Below(9)}"),
            };
            nowNs += random.Below(1u << (int)random.Below(20));
            trace.Add(nowNs, frame, random.Below(50) == 0 ? 0 : frame.Length + (int)random.Below(1400));
        }

        return trace;
    }

    public MixedTrace Add(long nowNs, byte[] frame, int length)
    {
        _frames.Add((nowNs, frame, length));
        return this;
    }

    public CaptureRun Play(CaptureRun run)
    {
        foreach ((long nowNs, byte[] frame, int length) in _frames)
        {
            run.At(nowNs, frame, length);
        }

        return run;
    }

    /// <summary>Adds up bytes and frames by the link that each frame's own headers give.</summary>
    public (long[] Bytes, long[] Frames) Sum(int links, Func<PacketHeaders, int> linkOf)
    {
        var (sumBytes, sumFrames) = (new long[links], new long[links]);
        foreach ((_, byte[] frame, int length) in _frames)
        {
            PacketHeaders headers = default;
            HeaderParser.Parse(LinkType.Ethernet, frame, ref headers);
            int link = linkOf(headers);
            sumBytes[link] += length;
            sumFrames[link]++;
        }

        return (sumBytes, sumFrames);
    }
}
