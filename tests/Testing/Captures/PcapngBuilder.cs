using System.Buffers.Binary;
using System.Text;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Captures;

/// <summary>Writes pcapng files block by block, in either byte order, right or wrong as asked.</summary>
public sealed class PcapngBuilder
{
    private readonly List<byte> _bytes = [];
    private readonly bool _isBigEndian;

    /// <summary>Begins a file, without a section.</summary>
    public PcapngBuilder(bool isBigEndian = false) => _isBigEndian = isBigEndian;

    /// <summary>Bytes written.</summary>
    public int Length => _bytes.Count;

    /// <summary>A section header block.</summary>
    public PcapngBuilder Section(ushort version = 1, long sectionLength = -1, byte[]? options = null) =>
        Block(0x0a0d0d0a, [.. Number32(0x1a2b3c4d), .. Number16(version), .. Number16(0), .. Number64((ulong)sectionLength), .. options ?? []]);

    /// <summary>An interface description block.</summary>
    public PcapngBuilder Interface(LinkType linkType = LinkType.Ethernet, uint snapLength = 0, byte[]? options = null) =>
        Block(1, [.. Number16((ushort)linkType), .. Number16(0), .. Number32(snapLength), .. options ?? []]);

    /// <summary>An enhanced packet block.</summary>
    public PcapngBuilder Packet(uint interfaceId, ulong count, byte[] frame, uint? wireLength = null, uint? captured = null, byte[]? options = null) =>
        Block(6, [.. Number32(interfaceId), .. Counts(count, frame, wireLength, captured), .. Padded(frame), .. options ?? []]);

    /// <summary>An obsolete packet block.</summary>
    public PcapngBuilder ObsoletePacket(ushort interfaceId, ulong count, byte[] frame) =>
        Block(2, [.. Number16(interfaceId), .. Number16(0xffff), .. Counts(count, frame, null, null), .. Padded(frame)]);

    /// <summary>A simple packet block.</summary>
    public PcapngBuilder SimplePacket(byte[] frame, uint? wireLength = null) =>
        Block(3, [.. Number32(wireLength ?? (uint)frame.Length), .. Padded(frame)]);

    /// <summary>Any block; its lengths are right unless given.</summary>
    public PcapngBuilder Block(uint type, byte[] body, uint? length = null, uint? trailer = null)
    {
        byte[] padded = Padded(body);
        uint right = (uint)padded.Length + 12;
        return Raw([.. Number32(type), .. Number32(length ?? right), .. padded, .. Number32(trailer ?? length ?? right)]);
    }

    /// <summary>Bytes as they are.</summary>
    public PcapngBuilder Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>An option; its length is right unless given.</summary>
    public byte[] Option(ushort code, byte[] value, ushort? length = null) =>
        [.. Number16(code), .. Number16(length ?? (ushort)value.Length), .. Padded(value)];

    /// <summary>The option if_name.</summary>
    public byte[] Name(string name) => Option(2, Encoding.UTF8.GetBytes(name));

    /// <summary>The option if_speed.</summary>
    public byte[] Speed(ulong bitsPerSecond) => Option(8, Number64(bitsPerSecond));

    /// <summary>The option if_tsresol.</summary>
    public byte[] Resolution(byte resolution) => Option(9, [resolution]);

    /// <summary>The option if_tsoffset.</summary>
    public byte[] Offset(long seconds) => Option(14, Number64((ulong)seconds));

    /// <summary>The file.</summary>
    public byte[] ToBytes() => [.. _bytes];

    /// <summary>Two bytes in the file's order.</summary>
    public byte[] Number16(ushort value) => Number(value, 2);

    /// <summary>Four bytes in the file's order.</summary>
    public byte[] Number32(uint value) => Number(value, 4);

    /// <summary>Eight bytes in the file's order.</summary>
    public byte[] Number64(ulong value) => Number(value, 8);

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[-bytes.Length & 3]];

    private byte[] Counts(ulong count, byte[] frame, uint? wireLength, uint? captured) =>
    [
        .. Number32((uint)(count >> 32)),
        .. Number32((uint)count),
        .. Number32(captured ?? (uint)frame.Length),
        .. Number32(wireLength ?? (uint)frame.Length),
    ];

    private byte[] Number(ulong value, int length)
    {
        byte[] bytes = new byte[8];
        if (_isBigEndian)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
            return bytes[^length..];
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes[..length];
    }
}
