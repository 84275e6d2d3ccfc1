using System.Buffers.Binary;
using System.Text;
using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>An interface that a pcapng file describes (draft-ietf-opsawg-pcapng §4.2).</summary>
public sealed record PcapngInterface
{
    /// <summary>The longest name kept, in bytes of UTF-8; of a longer one the rest is left out.</summary>
    public const int NameBytesMax = 256;

    /// <summary>Bytes of the block before its options: type, length, link type and snap length.</summary>
    internal const int FixedLength = 16;

    private const int OptionEnd = 0, OptionName = 2, OptionSpeed = 8, OptionTimeResolution = 9, OptionTimeOffset = 14;
    private const byte Microseconds = 6;

    /// <summary>Its name, such as eth0, without control characters; null where the file has none.</summary>
    public string? Name { get; private init; }

    /// <summary>What its frames begin with.</summary>
    public LinkType LinkType { get; private init; }

    /// <summary>The most bytes kept of a frame, as the file says; 0 for no limit. Frames may break it.</summary>
    public uint SnapLength { get; private init; }

    /// <summary>Its speed; null where the file has none, 0 or more than <see cref="BitRate.MaxValue"/>.</summary>
    public BitRate? Speed { get; private init; }

    /// <summary>How its frames' times are counted.</summary>
    public PcapngClock Clock { get; private init; }

    /// <summary>Reads an interface description block whose lengths were checked.</summary>
    /// <remarks>An option whose length is wrong is left out; one that runs over the block's end ends the list.</remarks>
    internal static PcapngInterface Read(ReadOnlySpan<byte> block, bool isBigEndian)
    {
        string? name = null;
        ulong speed = 0;
        byte resolution = Microseconds;
        long offsetSeconds = 0;
        ReadOnlySpan<byte> options = block[FixedLength..^4];
        while (options.Length >= 4)
        {
            int code = Read16(options, isBigEndian);
            int length = Read16(options[2..], isBigEndian);
            int padded = (length + 3) & ~3;
            if (code == OptionEnd || padded > options.Length - 4)
            {
                break;
            }

            ReadOnlySpan<byte> value = options.Slice(4, length);
            switch (code)
            {
                case OptionName:
                    name = ReadName(value);
                    break;
                case OptionSpeed when length == 8:
                    speed = Read64(value, isBigEndian);
                    break;
                case OptionTimeResolution when length == 1:
                    resolution = value[0];
                    break;
                case OptionTimeOffset when length == 8:
                    offsetSeconds = (long)Read64(value, isBigEndian);
                    break;
                default:
                    break;
            }

            options = options[(4 + padded)..];
        }

        return new PcapngInterface
        {
            Name = name,
            LinkType = (LinkType)Read16(block[8..], isBigEndian),
            SnapLength = isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(block[12..]) : BinaryPrimitives.ReadUInt32LittleEndian(block[12..]),
            Speed = speed is > 0 and <= 8_000_000_000_000 ? new BitRate((long)speed) : null,
            Clock = new PcapngClock(resolution, offsetSeconds),
        };
    }

    private static string? ReadName(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)0);
        value = end < 0 ? value : value[..end];
        value = value.Length > NameBytesMax ? value[..NameBytesMax] : value;
        if (value.IsEmpty)
        {
            return null;
        }

        // A name is shown on terminals, to which a control character is an order.
        var name = new StringBuilder(Encoding.UTF8.GetString(value));
        for (int i = 0; i < name.Length; i++)
        {
            name[i] = char.IsControl(name[i]) ? '\ufffd' : name[i];
        }

        return name.ToString();
    }

    private static ushort Read16(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static ulong Read64(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
