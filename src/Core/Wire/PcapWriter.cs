using System.Buffers.Binary;
using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>Writes classic pcap files with nanoseconds, lowest byte first, into spans.</summary>
public static class PcapWriter
{
    /// <summary>Writes the file header.</summary>
    /// <param name="bytes">At least <see cref="PcapReader.FileHeaderLength"/> bytes.</param>
    /// <param name="linkType">What frames begin with.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int WriteFileHeader(Span<byte> bytes, LinkType linkType)
    {
        bytes = bytes[..PcapReader.FileHeaderLength];
        bytes.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0xa1b23c4d);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], 262_144);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], (uint)linkType);
        return bytes.Length;
    }

    /// <summary>Writes one record.</summary>
    /// <param name="bytes">At least <see cref="PcapReader.RecordHeaderLength"/> bytes and the frame.</param>
    /// <param name="time">When it was captured, from 1970 to 2106.</param>
    /// <param name="frame">The bytes kept.</param>
    /// <param name="wireLength">Bytes that it had on the wire; when not given, as many as are kept.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The bytes are too few.</exception>
    public static int WriteRecord(Span<byte> bytes, Timestamp time, ReadOnlySpan<byte> frame, int? wireLength = null)
    {
        (long seconds, long nanoseconds) = Math.DivRem(time.Nanoseconds, 1_000_000_000);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], wireLength ?? frame.Length);
        frame.CopyTo(bytes[PcapReader.RecordHeaderLength..]);
        return PcapReader.RecordHeaderLength + frame.Length;
    }
}
