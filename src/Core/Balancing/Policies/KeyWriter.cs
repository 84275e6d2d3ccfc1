using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>Writes the parts of a key one behind the other, in network order unless the name says otherwise.</summary>
internal ref struct KeyWriter(Span<byte> key)
{
    private readonly Span<byte> _key = key;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    public void Byte(byte value) => _key[Length++] = value;

    public void UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_key[Length..], value);
        Length += 2;
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_key[Length..], value);
        Length += 4;
    }

    public void UInt32LittleEndian(uint value) => UInt32(BinaryPrimitives.ReverseEndianness(value));

    public void UInt64LittleEndian(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_key[Length..], value);
        Length += 8;
    }

    public void Mac(ulong address)
    {
        UInt16((ushort)(address >> 32));
        UInt32((uint)address);
    }

    /// <summary>An address as the header has it: 16 bytes of IPv6, else 4.</summary>
    public void Address(UInt128 address, bool isIpv6)
    {
        if (isIpv6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(_key[Length..], address);
            Length += 16;
        }
        else
        {
            UInt32((uint)address);
        }
    }

    /// <summary>Both addresses, the source first.</summary>
    public void Addresses(in HeaderFields layer)
    {
        Address(layer.SourceAddress, layer.IpVersion == 6);
        Address(layer.DestinationAddress, layer.IpVersion == 6);
    }
}
