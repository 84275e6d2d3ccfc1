using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>SipHash-2-4: a keyed 64-bit hash, two rounds a word and four at the end.</summary>
/// <remarks>
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (INDOCRYPT 2012). Use the static method for
/// bytes, or feed an instance word by word where the message is already in registers.
/// </remarks>
public struct SipHash
{
    private ulong _v0;
    private ulong _v1;
    private ulong _v2;
    private ulong _v3;

    /// <summary>Starts with a key.</summary>
    /// <param name="key0">The key's first 8 bytes, as a little-endian number.</param>
    /// <param name="key1">The key's last 8 bytes.</param>
    public SipHash(ulong key0, ulong key1)
    {
        _v0 = key0 ^ 0x736f6d6570736575;
        _v1 = key1 ^ 0x646f72616e646f6d;
        _v2 = key0 ^ 0x6c7967656e657261;
        _v3 = key1 ^ 0x7465646279746573;
    }

    /// <summary>The hash of a message.</summary>
    /// <param name="data">The message.</param>
    /// <param name="key0">The key's first 8 bytes, as a little-endian number.</param>
    /// <param name="key1">The key's last 8 bytes.</param>
    public static ulong Compute(ReadOnlySpan<byte> data, ulong key0, ulong key1)
    {
        var state = new SipHash(key0, key1);
        int length = data.Length;
        while (data.Length >= 8)
        {
            state.Add(BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        ulong tail = 0;
        for (int i = 0; i < data.Length; i++)
        {
            tail |= (ulong)data[i] << (8 * i);
        }

        return state.Finish(tail, length);
    }

    /// <summary>Takes the next 8 bytes of the message, as a little-endian number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong word)
    {
        ulong v0 = _v0, v1 = _v1, v2 = _v2, v3 = _v3 ^ word;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        (_v0, _v1, _v2, _v3) = (v0 ^ word, v1, v2, v3);
    }

    /// <summary>Takes what is left of the message and gives the hash.</summary>
    /// <param name="tail">The last 0 to 7 bytes, as a little-endian number.</param>
    /// <param name="length">Length of the whole message in bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Finish(ulong tail, int length)
    {
        Add(((ulong)length << 56) | tail);
        ulong v0 = _v0, v1 = _v1, v2 = _v2 ^ 0xff, v3 = _v3;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
