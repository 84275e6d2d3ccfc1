using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>A cyclic redundancy check of 16 or 32 bits, as switch ASICs hash with, by tables.</summary>
/// <remarks>
/// Source: the parameters are those of the "Catalogue of parametrised CRC algorithms" (reveng.sourceforge.io); the
/// check value of each is that of the text "123456789". Up to 16 bytes are looked up at once, one table each
/// (slicing-by-16, Kounavis and Berry 2005); CRC-32C uses the processor's instruction. Immutable; no method allocates.
/// </remarks>
public sealed class Crc
{
    /// <summary>CRC-16/ARC, polynomial 0x8005 reflected; check 0xbb3d.</summary>
    public static readonly Crc Crc16Arc = new(16, 0x8005, 0, isReflected: true, 0);

    /// <summary>CRC-16/CCITT-FALSE (IBM-3740), polynomial 0x1021, initial 0xffff; check 0x29b1.</summary>
    public static readonly Crc Crc16Ccitt = new(16, 0x1021, 0xffff, isReflected: false, 0);

    /// <summary>CRC-16/XMODEM, polynomial 0x1021, initial 0; check 0x31c3.</summary>
    public static readonly Crc Crc16Xmodem = new(16, 0x1021, 0, isReflected: false, 0);

    /// <summary>CRC-16/KERMIT, polynomial 0x1021 reflected; check 0x2189.</summary>
    public static readonly Crc Crc16Kermit = new(16, 0x1021, 0, isReflected: true, 0);

    /// <summary>CRC-16/BUYPASS (UMTS), polynomial 0x8005; check 0xfee8.</summary>
    public static readonly Crc Crc16Buypass = new(16, 0x8005, 0, isReflected: false, 0);

    /// <summary>CRC-32 of IEEE 802.3, polynomial 0x04c11db7 reflected; check 0xcbf43926.</summary>
    public static readonly Crc Crc32 = new(32, 0x04c11db7, 0xffffffff, isReflected: true, 0xffffffff);

    /// <summary>CRC-32C (Castagnoli; iSCSI, RFC 3720 §12.1), polynomial 0x1edc6f41 reflected; check 0xe3069283.</summary>
    public static readonly Crc Crc32C = new(32, 0x1edc6f41, 0xffffffff, isReflected: true, 0xffffffff);

    /// <summary>CRC-32/BZIP2, polynomial 0x04c11db7; check 0xfc891918.</summary>
    public static readonly Crc Crc32Bzip2 = new(32, 0x04c11db7, 0xffffffff, isReflected: false, 0xffffffff);

    private const int BlockBytes = 16;

    // Registers stand at the low end where the check is reflected, else at the high end of 32 bits.
    private readonly uint[] _tables = new uint[BlockBytes * 256];
    private readonly bool _isReflected;
    private readonly bool _isCrc32C;
    private readonly uint _initial;
    private readonly uint _finalXor;

    private Crc(int width, uint polynomial, uint initial, bool isReflected, uint finalXor)
    {
        (Width, _isReflected, _initial, _finalXor) = (width, isReflected, initial, finalXor);
        _isCrc32C = polynomial == 0x1edc6f41;
        polynomial = isReflected ? Reverse(polynomial << (32 - width)) : polynomial << (32 - width);
        for (uint value = 0; value < 256; value++)
        {
            uint register = isReflected ? value : value << 24;
            for (int table = 0; table < BlockBytes; table++)
            {
                for (int bit = 0; bit < 8; bit++)
                {
                    register = isReflected
                        ? (register >> 1) ^ ((register & 1) != 0 ? polynomial : 0)
                        : (register << 1) ^ ((register & 0x80000000) != 0 ? polynomial : 0);
                }

                _tables[(table * 256) + value] = register;
            }
        }
    }

    /// <summary>Bits of the result: 16 or 32.</summary>
    public int Width { get; }

    /// <summary>The check of some bytes.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="seed">
    /// XORed into the initial register, the low <see cref="Width"/> bits of it. The check being linear, a seed adds the
    /// same constant to every hash of a length.
    /// </param>
    public uint Compute(ReadOnlySpan<byte> data, uint seed = 0) =>
        _isCrc32C ? ComputeByInstruction(data, seed) : ComputeByTables(data, seed);

    /// <summary>The same by the tables, whatever the processor can do.</summary>
    public uint ComputeByTables(ReadOnlySpan<byte> data, uint seed = 0)
    {
        uint register = (_initial ^ seed) << (32 - Width);
        register = _isReflected ? register >> (32 - Width) : register;
        while (data.Length > BlockBytes)
        {
            register = AddBlock(data[..BlockBytes], register);
            data = data[BlockBytes..];
        }

        register = data.IsEmpty ? register : AddBlock(data, register);
        return (_isReflected ? register : register >> (32 - Width)) ^ _finalXor;
    }

    private static uint ComputeByInstruction(ReadOnlySpan<byte> data, uint seed)
    {
        uint register = ~seed;
        while (data.Length >= 8)
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        if (data.Length >= 4)
        {
            register = BitOperations.Crc32C(register, BinaryPrimitives.ReadUInt32LittleEndian(data));
            data = data[4..];
        }

        foreach (byte value in data)
        {
            register = BitOperations.Crc32C(register, value);
        }

        return ~register;
    }

    /// <summary>Shifts 1 to 16 bytes through the register: each byte's own table knows how many bytes follow it.</summary>
    private uint AddBlock(ReadOnlySpan<byte> block, uint register)
    {
        // A block shorter than the register leaves some of it to be shifted down.
        uint next = 0;
        if (block.Length < 4)
        {
            next = _isReflected ? register >> (8 * block.Length) : register << (8 * block.Length);
        }

        // Lookups by eight and by four do not wait for each other. Unchecked: a block has no more bytes than there are tables.
        ref uint tables = ref MemoryMarshal.GetArrayDataReference(_tables);
        int table = (block.Length - 1) * 256;
        ulong ahead = _isReflected ? register : BinaryPrimitives.ReverseEndianness(register);
        if (block.Length >= 8)
        {
            ulong bytes = BinaryPrimitives.ReadUInt64LittleEndian(block) ^ ahead;
            next = LookUpFour(ref tables, table, (uint)bytes) ^ LookUpFour(ref tables, table - 1024, (uint)(bytes >> 32));
            block = block[8..];
            table -= 2048;
            ahead = 0;
        }

        if (block.Length >= 4)
        {
            next ^= LookUpFour(ref tables, table, BinaryPrimitives.ReadUInt32LittleEndian(block) ^ (uint)ahead);
            block = block[4..];
            table -= 1024;
            ahead = 0;
        }

        foreach (byte value in block)
        {
            next ^= Unsafe.Add(ref tables, table + (byte)(value ^ ahead));
            table -= 256;
            ahead >>= 8;
        }

        return next;
    }

    /// <summary>Four bytes, the lowest in the table given, each other one in the table before.</summary>
    private static uint LookUpFour(ref uint tables, int table, uint bytes) =>
        Unsafe.Add(ref tables, table + (byte)bytes)
        ^ Unsafe.Add(ref tables, table - 256 + (byte)(bytes >> 8))
        ^ Unsafe.Add(ref tables, table - 512 + (byte)(bytes >> 16))
        ^ Unsafe.Add(ref tables, table - 768 + (int)(bytes >> 24));

    private static uint Reverse(uint value)
    {
        uint reversed = 0;
        for (int i = 0; i < 32; i++, value >>= 1)
        {
            reversed = (reversed << 1) | (value & 1);
        }

        return reversed;
    }
}
