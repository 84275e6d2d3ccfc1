using System.Buffers.Binary;

namespace Trunkline.Core.Wire;

/// <summary>The one's complement checksum of IPv4, TCP, UDP, ICMP and GRE (RFC 1071).</summary>
public static class InternetChecksum
{
    /// <summary>Adds bytes to a running sum; all pieces but the last have an even length.</summary>
    public static ulong Add(ulong sum, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 2; bytes = bytes[2..])
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes);
        }

        return bytes.IsEmpty ? sum : sum + ((ulong)bytes[0] << 8);
    }

    /// <summary>The checksum field for a sum over everything that it covers, the field itself taken as 0.</summary>
    public static ushort Finish(ulong sum)
    {
        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    /// <summary>The checksum of one run of bytes; 0 over bytes that hold their right checksum.</summary>
    public static ushort Compute(ReadOnlySpan<byte> bytes) => Finish(Add(0, bytes));
}
