using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Wire;

/// <summary>One frame as it was read.</summary>
internal sealed record PcapngFrame(int Interface, LinkType LinkType, Timestamp Time, long WireLength, string Bytes);

/// <summary>What reading a pcapng file to its end gave.</summary>
internal sealed record PcapngRun(IReadOnlyList<PcapngFrame> Frames, CaptureStatus End, int Left, PcapngReader Reader)
{
    /// <summary>Whether the file ended behind a block.</summary>
    public bool IsWhole => End == CaptureStatus.NeedMoreBytes && Left == 0 && !Reader.IsInsideBlock;

    /// <summary>Reads a file that is all there.</summary>
    public static PcapngRun Of(byte[] file) => Of(file, file.Length);

    /// <summary>Reads a file that comes in pieces.</summary>
    public static PcapngRun Of(byte[] file, int pieceLength)
    {
        var reader = new PcapngReader();
        var frames = new List<PcapngFrame>();
        (int start, int end) = (0, 0);
        while (true)
        {
            CaptureStatus status = reader.TryRead(file.AsSpan(start..end), out CaptureRecord record, out int interfaceIndex, out int consumed);
            Assert.InRange(consumed, 0, end - start);
            start += consumed;
            if (status == CaptureStatus.Ok)
            {
                Assert.True(consumed > 0);
                Assert.InRange(interfaceIndex, 0, reader.Interfaces.Count - 1);
                frames.Add(new(interfaceIndex, record.LinkType, record.Time, record.WireLength, Convert.ToHexString(record.Frame)));
            }
            else if (status != CaptureStatus.NeedMoreBytes || end == file.Length)
            {
                Assert.Equal(-1, interfaceIndex);
                return new PcapngRun(frames, status, end - start, reader);
            }
            else
            {
                end = Math.Min(end + pieceLength, file.Length);
            }
        }
    }
}
