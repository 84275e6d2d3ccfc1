using System.Buffers.Binary;
using System.Text;
using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>Writes pcapng files (draft-ietf-opsawg-pcapng) with nanoseconds, lowest byte first, block by block into spans.</summary>
/// <remarks>A file is a section header, the interfaces, which are numbered from 0, then frames of these in any order.</remarks>
public static class PcapngWriter
{
    /// <summary>Bytes of a section header.</summary>
    public const int SectionHeaderLength = 28;

    /// <summary>Most bytes of an interface description with a name of <see cref="PcapngInterface.NameBytesMax"/>.</summary>
    public const int InterfaceLengthMax = 20 + 4 + PcapngInterface.NameBytesMax + 12 + 8 + 4;

    /// <summary>Bytes of a packet block beside the frame, padding included.</summary>
    public const int PacketOverheadMax = 35;

    private const uint SectionHeader = 0x0a0d0d0a, InterfaceDescription = 1, EnhancedPacket = 6, ByteOrderMagic = 0x1a2b3c4d;
    private const ushort OptionEnd = 0, OptionName = 2, OptionSpeed = 8, OptionTimeResolution = 9;
    private const byte Nanoseconds = 9;
    private const int FixedInterfaceLength = 16, FixedPacketLength = 28, TrailerLength = 4;

    /// <summary>Writes the header of a section whose length nobody knows yet.</summary>
    /// <param name="bytes">At least <see cref="SectionHeaderLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int WriteSectionHeader(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], ByteOrderMagic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[14..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], -1);
        return Close(bytes, SectionHeader, SectionHeaderLength);
    }

    /// <summary>Writes the description of an interface.</summary>
    /// <param name="bytes">At least <see cref="InterfaceLengthMax"/> bytes.</param>
    /// <param name="linkType">What its frames begin with.</param>
    /// <param name="name">Its name; what is beyond <see cref="PcapngInterface.NameBytesMax"/> bytes of UTF-8 is left out.</param>
    /// <param name="speed">Its speed; null where there is none.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public static int WriteInterface(Span<byte> bytes, LinkType linkType, string name, BitRate? speed = null)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], (ushort)linkType);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], 0);
        int length = FixedInterfaceLength;
        Encoding.UTF8.GetEncoder().Convert(name, bytes.Slice(length + 4, PcapngInterface.NameBytesMax), flush: true, out _, out int nameLength, out _);
        length += WriteOption(bytes[length..], OptionName, nameLength);
        if (speed is { } rate)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes[(length + 4)..], rate.BitsPerSecond);
            length += WriteOption(bytes[length..], OptionSpeed, sizeof(long));
        }

        bytes[length + 4] = Nanoseconds;
        length += WriteOption(bytes[length..], OptionTimeResolution, 1);
        length += WriteOption(bytes[length..], OptionEnd, 0);
        return Close(bytes, InterfaceDescription, length + TrailerLength);
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="bytes">At least the frame's bytes and <see cref="PacketOverheadMax"/>.</param>
    /// <param name="interfaceIndex">Its interface, in the order in which they were described.</param>
    /// <param name="time">When it was captured.</param>
    /// <param name="frame">The bytes kept.</param>
    /// <param name="wireLength">Bytes that it had on the wire; when not given, as many as are kept.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentException">The bytes are too few.</exception>
    public static int WritePacket(Span<byte> bytes, int interfaceIndex, Timestamp time, ReadOnlySpan<byte> frame, int? wireLength = null)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], interfaceIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], (uint)(time.Nanoseconds >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], (uint)time.Nanoseconds);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[24..], wireLength ?? frame.Length);
        frame.CopyTo(bytes[FixedPacketLength..]);
        int padded = Pad(bytes[FixedPacketLength..], frame.Length);
        return Close(bytes, EnhancedPacket, FixedPacketLength + padded + TrailerLength);
    }

    /// <summary>Writes the head of an option whose value is in place, and pads it.</summary>
    private static int WriteOption(Span<byte> bytes, ushort code, int length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, code);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)length);
        return 4 + Pad(bytes[4..], length);
    }

    private static int Pad(Span<byte> bytes, int length)
    {
        int padded = (length + 3) & ~3;
        bytes[length..padded].Clear();
        return padded;
    }

    private static int Close(Span<byte> bytes, uint type, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, type);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[(length - TrailerLength)..], length);
        return length;
    }
}
