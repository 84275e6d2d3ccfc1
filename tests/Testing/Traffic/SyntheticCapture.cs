using System.Collections;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Traffic;

/// <summary>Writes large captures that no network made: pcap with nanoseconds, seeded, for speed and for known answers.</summary>
/// <remarks>
/// Conversations are drawn by Zipf's law and send in interleaved bursts. Full frames are 758 bytes long in the mean. Lengths,
/// IPv4 checksums and TCP sequence numbers are right; transport checksums are 0, and connections neither begin nor end.
/// </remarks>
public static class SyntheticCapture
{
    private const int BufferBytes = 1 << 20;
    private const int FrameBytesMax = 1514;
    private const int SmallFrameBytes = 66;
    private const int SnapLengthMin = 54;

    // Of 2³² draws, so many full frames carry less than they could.
    private const uint PartialShare = 644_245_094;

    private static readonly DateTime Start = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Writes a capture.</summary>
    /// <param name="file">Where to; stays open.</param>
    /// <param name="options">What it is like.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static SyntheticSummary Write(Stream file, SyntheticCaptureOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Flows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Flows, 1 << 24);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Frames);
        int snapLength = options.SnapLength == 0 ? FrameBytesMax : options.SnapLength;
        ArgumentOutOfRangeException.ThrowIfLessThan(snapLength, SnapLengthMin, nameof(options));

        var schedule = new BurstSchedule(options);
        var random = new RandomSource(~options.Seed);
        uint[] sent = new uint[options.Flows + 1];
        var seen = new FlowCount(options.Flows);
        long psPerByte = options.Rate.PicosecondsPerByte;
        long startNs = (Start - DateTime.UnixEpoch).Ticks * 100;
        long psNow = 0, psLast = 0, wireBytes = 0, fileBytes = 0;

        byte[] frame = MakeFrame();
        byte[] buffer = new byte[BufferBytes];
        int filled = PcapWriter.WriteFileHeader(buffer, LinkType.Ethernet);
        for (long i = 0; i < options.Frames; i++)
        {
            int number = schedule.Next(out bool isForward, out bool endsBurst);
            var conversation = new SyntheticConversation(number, options);
            int flow = (2 * number) + (isForward ? 0 : 1);
            seen.Add(in conversation, flow, isForward);

            int length = isForward ? DataLength(ref random) : SmallFrameBytes;
            length = Math.Clamp(length, conversation.HeaderBytes, conversation.FrameBytesMax);
            int headers = conversation.WriteHeaders(frame, isForward, length, sent[flow], sent[flow ^ 1]);
            sent[flow] += (uint)(length - headers);
            int kept = Math.Min(length, snapLength);
            if (filled + PcapReader.RecordHeaderLength + kept > buffer.Length)
            {
                file.Write(buffer, 0, filled);
                fileBytes += filled;
                filled = 0;
            }

            var time = new Timestamp(startNs + (psNow / 1_000));
            filled += PcapWriter.WriteRecord(buffer.AsSpan(filled), time, frame.AsSpan(0, kept), length);
            Refill(frame, headers);
            wireBytes += length;
            psLast = psNow;
            psNow += length * psPerByte;
            if (endsBurst)
            {
                // As long in the mean as a burst takes: 17 frames of 758 bytes.
                psNow += psPerByte * random.Below(2 * 17 * 758);
            }
        }

        file.Write(buffer, 0, filled);
        fileBytes += filled;
        return new SyntheticSummary(options.Frames, wireBytes, fileBytes, seen.Count, new Interval(psLast / 1_000));
    }

    private static int DataLength(ref RandomSource random)
    {
        ulong bits = random.Next();
        return (uint)bits >= PartialShare
            ? FrameBytesMax
            : SmallFrameBytes + 1 + (int)(((bits >> 32) * (FrameBytesMax - SmallFrameBytes - 1)) >> 32);
    }

    private static byte[] MakeFrame()
    {
        byte[] frame = new byte[FrameBytesMax];
        Refill(frame, frame.Length);
        return frame;
    }

    /// <summary>Puts the payload back where headers stood.</summary>
    private static void Refill(byte[] frame, int headers) => frame.AsSpan(0, headers).Fill((byte)'x');

    /// <summary>Counts 5-tuples; queue pairs share theirs.</summary>
    private sealed class FlowCount(int flows)
    {
        private readonly BitArray _flows = new(flows + 1);
        private readonly BitArray _shared = new(2 * SyntheticConversation.RoceHostPairs);

        public int Count { get; private set; }

        public void Add(in SyntheticConversation conversation, int flow, bool isForward)
        {
            bool isShared = conversation.RoceHostPair >= 0;
            BitArray bits = isShared ? _shared : _flows;
            int bit = isShared ? (2 * conversation.RoceHostPair) + (isForward ? 0 : 1) : flow;
            if (!bits[bit])
            {
                bits[bit] = true;
                Count++;
            }
        }
    }
}
