using System.Diagnostics;
using Trunkline.Core.Wire;
using Trunkline.Testing.Captures;

namespace Trunkline.Fuzz.Targets;

/// <summary>The pcapng reader. An input is a file, which is read whole and in pieces.</summary>
public sealed class PcapngTarget : IFuzzTarget
{
    private const int SortedFrames = 6;

    /// <inheritdoc/>
    public string Name => "pcapng";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            byte[] frame = [.. Enumerable.Range(0, 21).Select(i => (byte)i)];
            foreach (bool isBigEndian in (bool[])[false, true])
            {
                PcapngBuilder New() => new PcapngBuilder(isBigEndian).Section();
                string order = isBigEndian ? "big" : "little";
                PcapngBuilder file = New();
                yield return new($"frames-{order}", file.Interface().Packet(0, 1_700_000_000_000_000, frame, 1500).Packet(0, 2, []).ToBytes());
                yield return new($"options-{order}", New()
                    .Interface(options: [.. file.Option(1, [1]), .. file.Name("eth0"), .. file.Speed(1_000_000_000), .. file.Resolution(9), .. file.Offset(5), .. file.Option(0, [])])
                    .Packet(0, 1, frame, options: file.Option(2, [0, 0, 0, 1]))
                    .ToBytes());
                yield return new($"powers-of-two-{order}", New().Interface(options: file.Resolution(0xa0)).Packet(0, 7ul << 32, frame).ToBytes());
                yield return new($"kinds-{order}", New().Interface(snapLength: 8).SimplePacket(frame).ObsoletePacket(0, 9, frame).Block(5, frame).ToBytes());
                yield return new($"interfaces-{order}", New().Interface().Interface(LinkType.Raw).Packet(1, 1, frame).Interface().Packet(2, 2, frame).ToBytes());
                yield return new($"sections-{order}", [.. New().Interface().Packet(0, 1, frame).ToBytes(), .. new PcapngBuilder(!isBigEndian).Section().Interface().Packet(0, 2, frame).ToBytes()]);
            }
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        var whole = new PcapngReader();
        var pieces = new PcapngReader();
        (int start, int end) = (0, 0);
        int piece = 1 + (input.Length % 37);
        ReadOnlySpan<byte> left = input;
        ulong sort = 0;
        for (int frames = 0; ; frames++)
        {
            CaptureStatus status = whole.TryRead(left, out CaptureRecord record, out int number, out int consumed);
            Hold(consumed >= 0 && consumed <= left.Length, "what was read is there");
            Hold(status == CaptureStatus.Ok ? number >= 0 && number < whole.InterfaceCount : number == -1, "a frame has an interface");
            Hold(whole.InterfaceCount <= PcapngReader.InterfacesMax, "interfaces are bounded");
            left = left[consumed..];

            CaptureStatus ofPieces;
            CaptureRecord same;
            int sameNumber;
            while (true)
            {
                ofPieces = pieces.TryRead(input[start..end], out same, out sameNumber, out int taken);
                start += taken;
                if (ofPieces != CaptureStatus.NeedMoreBytes || end == input.Length)
                {
                    break;
                }

                Hold(end - start <= PcapngReader.BlockBytesMax, "no more than one block is held back");
                end = Math.Min(end + piece, input.Length);
            }

            Hold(status == ofPieces && number == sameNumber, "pieces do not matter");
            Hold(record.Time == same.Time && record.WireLength == same.WireLength && record.Frame.SequenceEqual(same.Frame), "pieces change no frame");
            if (status != CaptureStatus.Ok)
            {
                Hold(start == input.Length - left.Length && whole.IsInsideBlock == pieces.IsInsideBlock, "pieces end at the same place");
                return (((sort * 31) + (ulong)status) * 31) + (ulong)Math.Min(whole.InterfaceCount, 4);
            }

            Hold(consumed > 0 && record.Frame.Length <= PcapReader.FrameBytesMax, "a frame is part of what was read");
            sort = frames < SortedFrames ? (sort * 31) + ((ulong)Math.Min(number, 3) << 1) + (record.IsCut ? 2u : 1u) : sort;
        }
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
