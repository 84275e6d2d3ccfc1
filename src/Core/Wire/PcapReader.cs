using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
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
        CaptureStatus status = TryReadHeader(bytes, out Timestamp time, out uint wireLength, out int captured);
        if (status != CaptureStatus.Ok)
        {
            record = default;
            consumed = 0;
            return status;
        }

        record = new CaptureRecord(LinkType, time, wireLength, bytes.Slice(RecordHeaderLength, captured));
        consumed = RecordHeaderLength + captured;
        return CaptureStatus.Ok;
    }

    /// <summary>Reads what stands before a frame, for those who go over many.</summary>
    /// <param name="bytes">The file from a record's start on.</param>
    /// <param name="time">When it was captured.</param>
    /// <param name="wireLength">Bytes that it had on the wire.</param>
    /// <param name="captured">Bytes of the frame, which follow behind <see cref="RecordHeaderLength"/>.</param>
    /// <returns>As <see cref="TryRead"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public CaptureStatus TryReadHeader(ReadOnlySpan<byte> bytes, out Timestamp time, out uint wireLength, out int captured)
    {
        time = default;
        wireLength = 0;
        captured = 0;
        if (bytes.Length < RecordHeaderLength)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        // Seconds and fraction; captured and wire length: the first in the lower half.
        ulong instant = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong lengths = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (IsBigEndian)
        {
            instant = BitOperations.RotateLeft(BinaryPrimitives.ReverseEndianness(instant), 32);
            lengths = BitOperations.RotateLeft(BinaryPrimitives.ReverseEndianness(lengths), 32);
        }

        if ((uint)lengths > FrameBytesMax)
        {
            return CaptureStatus.BadLength;
        }

        if ((int)lengths > bytes.Length - RecordHeaderLength)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        captured = (int)lengths;
        wireLength = (uint)(lengths >> 32);
        time = new Timestamp(((long)(uint)instant * 1_000_000_000L) + ((long)(instant >> 32) * (IsNanosecond ? 1L : 1_000L)));
        return CaptureStatus.Ok;
    }

    private static bool IsMagic(uint number) => number is MicrosecondMagic or NanosecondMagic;

    private static uint Read32(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ushort Read16(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
