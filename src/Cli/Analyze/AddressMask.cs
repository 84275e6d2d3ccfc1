using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;

namespace Trunkline.Cli.Analyze;

/// <summary>Replaces addresses so that nobody can tell whose they are, and two that share a prefix still share one as long.</summary>
/// <remarks>
/// Source: Xu, Fan, Ammar and Moon, "Prefix-preserving IP address anonymization", ICNP 2002 (Crypto-PAn): each bit is flipped by
/// the first bit that AES gives for the bits before it and padding. Like any such scheme it gives way to someone who can
/// recognise hosts by their traffic. IPv6 by the same rule over 128 bits.
/// </remarks>
internal sealed class AddressMask : IDisposable
{
    /// <summary>Length of a key.</summary>
    public const int KeyBytes = 32;

    private const int BlockBytes = 16;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _pad = new byte[BlockBytes];

    /// <summary>Takes a key: 16 bytes for AES, 16 for the padding.</summary>
    public AddressMask(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes, nameof(key));
        _aes.SetKey(key[..BlockBytes]);
        _aes.EncryptEcb(key[BlockBytes..], _pad, PaddingMode.None);
    }

    /// <summary>A mask that nobody else has, and that is forgotten with the process.</summary>
    public static AddressMask Random() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The address masked; text that is no address comes back as it is.</summary>
    public string Mask(string address)
    {
        if (!IPAddress.TryParse(address, out IPAddress? parsed))
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[BlockBytes];
        parsed.TryWriteBytes(bytes, out int length);
        Mask(bytes[..length]);
        return new IPAddress(bytes[..length]).ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();

    private void Mask(Span<byte> address)
    {
        Span<byte> original = stackalloc byte[BlockBytes];
        Span<byte> block = stackalloc byte[BlockBytes];
        Span<byte> output = stackalloc byte[BlockBytes];
        address.CopyTo(original);
        UInt128 bits = BinaryPrimitives.ReadUInt128BigEndian(original);
        UInt128 pad = BinaryPrimitives.ReadUInt128BigEndian(_pad);
        for (int i = 0; i < address.Length * 8; i++)
        {
            // The first i bits are the address's, the others the padding's.
            UInt128 known = i == 0 ? 0 : UInt128.MaxValue << (128 - i);
            BinaryPrimitives.WriteUInt128BigEndian(block, (bits & known) | (pad & ~known));
            _aes.EncryptEcb(block, output, PaddingMode.None);
            address[i / 8] ^= (byte)((output[0] >> 7) << (7 - (i % 8)));
        }
    }
}
