using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Captures;

/// <summary>Writes classic pcap files of all four variants: micro- or nanoseconds, either byte order.</summary>
public sealed class PcapBuilder
{
    private readonly List<byte> _bytes = [];
    private readonly bool _isBigEndian;

    /// <summary>Begins a file with its header.</summary>
    public PcapBuilder(bool isNanosecond = true, bool isBigEndian = false, LinkType linkType = LinkType.Ethernet, uint snapLength = 262_144)
    {
        _isBigEndian = isBigEndian;
        Add(isNanosecond ? 0xa1b23c4d : 0xa1b2c3d4);
        Add(isBigEndian ? 0x0002_0004u : 0x0004_0002u);
        Add(0);
        Add(0);
        Add(snapLength);
        Add((uint)linkType);
    }

    /// <summary>Bytes written.</summary>
    public int Length => _bytes.Count;

    /// <summary>A record; the fraction is of the file's unit.</summary>
    public PcapBuilder Packet(uint seconds, uint fraction, byte[] frame, uint? wireLength = null, uint? captured = null)
    {
        Add(seconds);
        Add(fraction);
        Add(captured ?? (uint)frame.Length);
        Add(wireLength ?? (uint)frame.Length);
        return Raw(frame);
    }

    /// <summary>Bytes as they are.</summary>
    public PcapBuilder Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>The file.</summary>
    public byte[] ToBytes() => [.. _bytes];

    private void Add(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        if (!_isBigEndian)
        {
            bytes.Reverse();
        }

        _bytes.AddRange(bytes);
    }
}
