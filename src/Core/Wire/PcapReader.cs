using System.Buffers.Binary;
using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>Reads classic pcap files (draft-ietf-opsawg-pcap) piece by piece: micro- or nanoseconds, either byte order.</summary>
/// <remarks>
/// <para>A value without position: the caller owns the buffer, offers what it has, drops the bytes that were consumed and
/// reads more when asked to. <see cref="RecordBytesMax"/> bounds the buffer.</para>
/// <code>
/// PcapReader.TryOpen(bytes, out PcapReader reader, out int consumed);
/// while (reader.TryRead(bytes = bytes[consumed..], out CaptureRecord record, out consumed) == CaptureStatus.Ok) …
/// </code>
/// </remarks>
public readonly record struct PcapReader
{
    /// <summary>Length of the file header in bytes.</summary>
    public const int FileHeaderLength = 24;

    /// <summary>Length of a record's header in bytes.</summary>
    public const int RecordHeaderLength = 16;

    /// <summary>
    /// The longest frame believed: four times what common tools write (libpcap's MAXIMUM_SNAPLEN is 256 KiB). A longer one
    /// is <see cref="CaptureStatus.BadLength"/>.
    /// </summary>
    public const int FrameBytesMax = 1 << 20;

    /// <summary>The longest record, header included: a buffer of this size never needs to grow.</summary>
    public const int RecordBytesMax = RecordHeaderLength + FrameBytesMax;

    private const uint MicrosecondMagic = 0xa1b2c3d4, NanosecondMagic = 0xa1b23c4d;
    private const uint PcapngMagic = 0x0a0d0d0a;

    /// <summary>What frames begin with.</summary>
    public LinkType LinkType { get; private init; }

    /// <summary>Whether fractions of seconds are nanoseconds; else they are microseconds.</summary>
    public bool IsNanosecond { get; private init; }

    /// <summary>Whether numbers stand with their highest byte first.</summary>
    public bool IsBigEndian { get; private init; }

    /// <summary>The most bytes kept of a frame, as the file says; 0 for no limit. Records may break it.</summary>
    public uint SnapLength { get; private init; }

    /// <summary>Tells the format of a file by its first four bytes.</summary>
    public static CaptureFormat Detect(ReadOnlySpan<byte> file)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(file, out uint magic))
        {
            return CaptureFormat.Unknown;
        }

        return magic == PcapngMagic ? CaptureFormat.Pcapng
            : IsMagic(magic) || IsMagic(BinaryPrimitives.ReverseEndianness(magic)) ? CaptureFormat.Pcap
            : CaptureFormat.Unknown;
    }

    /// <summary>Reads the file header.</summary>
    /// <param name="file">The start of the file.</param>
    /// <param name="reader">Reads the records behind.</param>
    /// <param name="consumed">Bytes read; 0 without success.</param>
    /// <returns>Ok, NeedMoreBytes, or UnknownFormat for another magic number or a version other than 2.</returns>
    public static CaptureStatus TryOpen(ReadOnlySpan<byte> file, out PcapReader reader, out int consumed)
    {
        reader = default;
        consumed = 0;
        if (file.Length >= 4 && Detect(file) != CaptureFormat.Pcap)
        {
            return CaptureStatus.UnknownFormat;
        }

        if (file.Length < FileHeaderLength)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(file);
        bool isBigEndian = IsMagic(magic);
        if (Read16(file[4..], isBigEndian) != 2)
        {
            return CaptureStatus.UnknownFormat;
        }

        reader = new PcapReader
        {
            IsBigEndian = isBigEndian,
            IsNanosecond = Read32(file, isBigEndian) == NanosecondMagic,
            SnapLength = Read32(file[16..], isBigEndian),
            // The upper half has the length of a frame check sequence, which nothing here needs: packets know their ends.
            LinkType = (LinkType)(Read32(file[20..], isBigEndian) & 0xffff),
        };
        consumed = FileHeaderLength;
        return CaptureStatus.Ok;
    }

    /// <summary>Reads one record.</summary>
    /// <param name="bytes">The file from a record's start on.</param>
    /// <param name="record">The frame, over the same bytes.</param>
    /// <param name="consumed">Length of the record; 0 without success.</param>
    /// <returns>
    /// Ok; NeedMoreBytes, also for no bytes at all, which is how a file ends; BadLength for more than
    /// <see cref="FrameBytesMax"/>.
    /// </returns>
    /// <remarks>A fraction of a second or more, which broken writers make, counts on into the next seconds.</remarks>
    public CaptureStatus TryRead(ReadOnlySpan<byte> bytes, out CaptureRecord record, out int consumed)
    {
        record = default;
        consumed = 0;
        if (bytes.Length < RecordHeaderLength)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        uint captured = Read32(bytes[8..], IsBigEndian);
        if (captured > FrameBytesMax)
        {
            return CaptureStatus.BadLength;
        }

        int length = RecordHeaderLength + (int)captured;
        if (length > bytes.Length)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        long fraction = Read32(bytes[4..], IsBigEndian) * (IsNanosecond ? 1L : 1_000L);
        var time = new Timestamp((Read32(bytes, IsBigEndian) * 1_000_000_000L) + fraction);
        record = new CaptureRecord(LinkType, time, Read32(bytes[12..], IsBigEndian), bytes[RecordHeaderLength..length]);
        consumed = length;
        return CaptureStatus.Ok;
    }

    private static bool IsMagic(uint number) => number is MicrosecondMagic or NanosecondMagic;

    private static uint Read32(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ushort Read16(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
