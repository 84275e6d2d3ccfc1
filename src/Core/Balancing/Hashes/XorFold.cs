using System.Buffers.Binary;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>Hashes that only XOR: of bytes, of 16-bit words, and of the four bytes of a word.</summary>
/// <remarks>
/// Sources: XOR8 and XOR16 are the plain XOR functions that switch documentation names (SAI hash algorithm XOR,
/// Broadcom's XOR8/XOR16); the byte fold is Linux <c>drivers/net/team/team_mode_loadbalance.c</c>,
/// <c>lb_get_skb_hash</c>.
/// </remarks>
public static class XorFold
{
    /// <summary>XOR of all bytes, 8 bits.</summary>
    public static uint Xor8(ReadOnlySpan<byte> data)
    {
        ulong words = 0;
        while (data.Length >= 8)
        {
            words ^= BinaryPrimitives.ReadUInt64LittleEndian(data);
            data = data[8..];
        }

        uint hash = (uint)words ^ (uint)(words >> 32);
        if (data.Length >= 4)
        {
            hash ^= BinaryPrimitives.ReadUInt32LittleEndian(data);
            data = data[4..];
        }

        hash = ToByte(hash);
        foreach (byte value in data)
        {
            hash ^= value;
        }

        return hash;
    }

    /// <summary>XOR of all 16-bit words in network order, 16 bits.</summary>
    /// <param name="data">The bytes; an odd last one makes no word and does not count.</param>
    public static uint Xor16(ReadOnlySpan<byte> data)
    {
        uint hash = 0;
        while (data.Length >= 4)
        {
            hash ^= BinaryPrimitives.ReadUInt32BigEndian(data);
            data = data[4..];
        }

        hash = (hash >> 16) ^ (hash & 0xffff);
        return data.Length >= 2 ? hash ^ BinaryPrimitives.ReadUInt16BigEndian(data) : hash;
    }

    /// <summary>The four bytes of a word XORed to one, as the Linux team driver does to its filter's result.</summary>
    public static uint ToByte(uint word)
    {
        word ^= word >> 16;
        return (word ^ (word >> 8)) & 0xff;
    }
}
