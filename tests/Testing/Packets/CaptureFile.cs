using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>One frame of a capture file, with bytes of its own.</summary>
public sealed record CapturedFrame(LinkType LinkType, Timestamp Time, long WireLength, byte[] Frame);

/// <summary>Whole capture files, for tests.</summary>
public static class CaptureFile
{
    /// <summary>Reads a pcap file.</summary>
    /// <exception cref="InvalidDataException">It is none, or broken or cut short.</exception>
    public static IReadOnlyList<CapturedFrame> Read(string path) => Read(File.ReadAllBytes(path));

    /// <summary>Reads the bytes of a pcap file.</summary>
    /// <exception cref="InvalidDataException">It is none, or broken or cut short.</exception>
    public static IReadOnlyList<CapturedFrame> Read(ReadOnlySpan<byte> bytes)
    {
        CaptureStatus status = PcapReader.TryOpen(bytes, out PcapReader reader, out int consumed);
        var frames = new List<CapturedFrame>();
        while (status == CaptureStatus.Ok)
        {
            bytes = bytes[consumed..];
            status = reader.TryRead(bytes, out CaptureRecord record, out consumed);
            if (status == CaptureStatus.Ok)
            {
                frames.Add(new CapturedFrame(record.LinkType, record.Time, record.WireLength, record.Frame.ToArray()));
            }
        }

        return status == CaptureStatus.NeedMoreBytes && bytes.IsEmpty
            ? frames
            : throw new InvalidDataException($"{status} after {frames.Count} frames");
    }

    /// <summary>Writes frames as a pcap file, a microsecond apart.</summary>
    public static byte[] Write(LinkType linkType, IEnumerable<byte[]> frames)
    {
        var file = new MemoryStream();
        byte[] buffer = new byte[PcapReader.RecordBytesMax];
        file.Write(buffer, 0, PcapWriter.WriteFileHeader(buffer, linkType));
        long time = 1_700_000_000_000_000_000;
        foreach (byte[] frame in frames)
        {
            file.Write(buffer, 0, PcapWriter.WriteRecord(buffer, new Timestamp(time += 1_000), frame));
        }

        return file.ToArray();
    }
}
