using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>The Toeplitz hash of receive-side scaling, by tables made for one key.</summary>
/// <remarks>
/// Source: Microsoft, "RSS hashing functions" (Windows driver documentation). Every set bit of the input adds, by
/// XOR, the 32 bits of the key that begin at its own place; a table per input byte holds the sums. Immutable; only
/// the constructor allocates, 1 KiB for every byte of input that the key covers.
/// </remarks>
public sealed class Toeplitz
{
    private readonly uint[] _tables;

    /// <summary>Makes the tables of a key.</summary>
    /// <param name="key">At least 5 bytes; a key of n bytes covers n − 4 bytes of input.</param>
    /// <exception cref="ArgumentOutOfRangeException">The key is shorter.</exception>
    public Toeplitz(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 5, nameof(key));
        InputBytesMax = key.Length - 4;
        _tables = new uint[InputBytesMax * 256];
        for (int position = 0; position < InputBytesMax; position++)
        {
            Span<uint> table = _tables.AsSpan(position * 256, 256);
            for (int bit = 0; bit < 8; bit++)
            {
                int value = 0x80 >> bit;
                uint window = Window(key, (position * 8) + bit);
                for (int other = 0; other < 256; other++)
                {
                    table[other] ^= (other & value) != 0 ? window : 0;
                }
            }
        }
    }

    /// <summary>The key of Microsoft's verification suite, 40 bytes, which most drivers' tests use.</summary>
    public static ReadOnlySpan<byte> VerificationKey =>
    [
        0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
        0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
    ];

    /// <summary>Bytes of input that the key covers.</summary>
    public int InputBytesMax { get; }

    /// <summary>The hash of some bytes.</summary>
    /// <param name="data">At most <see cref="InputBytesMax"/> bytes count; those behind them do not.</param>
    public uint Compute(ReadOnlySpan<byte> data)
    {
        // Unchecked: one table for each byte that is left.
        ref uint tables = ref MemoryMarshal.GetArrayDataReference(_tables);
        uint hash = 0;
        int table = 0;
        foreach (byte value in data.Length > InputBytesMax ? data[..InputBytesMax] : data)
        {
            hash ^= Unsafe.Add(ref tables, table + value);
            table += 256;
        }

        return hash;
    }

    private static uint Window(ReadOnlySpan<byte> key, int bit)
    {
        ulong bytes = 0;
        for (int i = 0; i < 5; i++)
        {
            int at = (bit / 8) + i;
            bytes = (bytes << 8) | (at < key.Length ? key[at] : 0u);
        }

        return (uint)(bytes >> (8 - (bit % 8)));
    }
}
