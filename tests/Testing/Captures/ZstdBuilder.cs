using System.Buffers.Binary;

namespace Trunkline.Testing.Captures;

/// <summary>Writes zstd files that are not really compressed (RFC 8878), so that tests need no compressor.</summary>
public static class ZstdBuilder
{
    private const int BlockBytesMax = 128 << 10;

    /// <summary>A frame of raw blocks, without a checksum.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> content)
    {
        // Frame header: no content size, no dictionary, a window of 1 MiB (exponent 10, mantissa 0).
        var bytes = new List<byte> { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 10 << 3 };
        do
        {
            ReadOnlySpan<byte> block = content[..Math.Min(content.Length, BlockBytesMax)];
            content = content[block.Length..];
            int header = (block.Length << 3) | (content.IsEmpty ? 1 : 0);
            bytes.AddRange((byte)header, (byte)(header >> 8), (byte)(header >> 16));
            bytes.AddRange(block);
        }
        while (!content.IsEmpty);
        return [.. bytes];
    }

    /// <summary>A frame that decompressors pass over.</summary>
    public static byte[] SkippableFrame(ReadOnlySpan<byte> content)
    {
        byte[] bytes = new byte[8 + content.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0x184d2a5a);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), content.Length);
        content.CopyTo(bytes.AsSpan(8));
        return bytes;
    }
}
