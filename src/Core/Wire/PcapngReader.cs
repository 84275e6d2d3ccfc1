using System.Buffers.Binary;
using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>Reads pcapng files (draft-ietf-opsawg-pcapng) piece by piece: several sections, either byte order, every packet block.</summary>
/// <remarks>
/// <para>Keeps the interfaces and where in a block it is; the bytes are the caller's, as with <see cref="PcapReader"/>.
/// <see cref="BlockBytesMax"/> bounds the buffer: blocks that are of no use here are skipped in pieces, whatever their length.
/// Allocates for interfaces, not for frames. One thread.</para>
/// <para>A section of a major version other than 1 ends the reading, where the draft would skip it: none was ever written,
/// and what is left out would have to be told.</para>
/// </remarks>
public sealed class PcapngReader
{
    /// <summary>The longest block believed, of those that are read whole (sections, interfaces, frames): a frame and as much of options.</summary>
    public const int BlockBytesMax = 2 * PcapReader.FrameBytesMax;

    /// <summary>The most interfaces believed, of one section and of the whole file.</summary>
    public const int InterfacesMax = 4096;

    private const uint SectionHeader = 0x0a0d0d0a, InterfaceDescription = 1, ObsoletePacket = 2, SimplePacket = 3, EnhancedPacket = 6;
    private const uint ByteOrderMagic = 0x1a2b3c4d;
    private const int BlockLengthMin = 12, SectionLengthMin = 28, InterfaceLengthMin = 20, PacketLengthMin = 32, SimplePacketLengthMin = 16;
    private const int PacketHeaderLength = 28, SimplePacketHeaderLength = 12, TrailerLength = 4;

    private readonly List<PcapngInterface> _interfaces = [];
    private Slot[] _slots = new Slot[4];
    private int _slotCount;
    private int _slotCountMax;
    private bool _hasSection;
    private bool _isBigEndian;
    private uint _skippedLength;
    private uint _skipLeft;
    private Timestamp _lastTime;

    /// <summary>
    /// The interfaces described so far, of all sections. A section's n-th interface that equals the n-th of a section
    /// before is the same one, as in files that were written one behind the other.
    /// </summary>
    public IReadOnlyList<PcapngInterface> Interfaces => _interfaces;

    /// <summary>How many <see cref="Interfaces"/> there are, to be asked after every frame.</summary>
    public int InterfaceCount => _interfaces.Count;

    /// <summary>Frames without a time of their own, from simple packet blocks: each has the time of the frame before it.</summary>
    public long UntimedFrames { get; private set; }

    /// <summary>Whether a block was skipped in part: a file that ends so is cut.</summary>
    public bool IsInsideBlock => _skippedLength != 0;

    /// <summary>Reads up to the next frame.</summary>
    /// <param name="bytes">The file from where the last call's <paramref name="consumed"/> ended; at first from its start.</param>
    /// <param name="record">The frame, over the same bytes.</param>
    /// <param name="interfaceIndex">The frame's interface in <see cref="Interfaces"/>; −1 without success.</param>
    /// <param name="consumed">Bytes read, those of skipped blocks also without success: offer what is behind them next.</param>
    /// <returns>
    /// Ok; NeedMoreBytes, also for no bytes at all, which is how a file ends; UnknownFormat where a section should begin and
    /// does not, or has another version; BadLength; BadInterface.
    /// </returns>
    public CaptureStatus TryRead(ReadOnlySpan<byte> bytes, out CaptureRecord record, out int interfaceIndex, out int consumed)
    {
        ReadOnlySpan<byte> rest = bytes;
        while (true)
        {
            CaptureStatus status;
            int length;
            if (IsInsideBlock)
            {
                record = default;
                interfaceIndex = -1;
                status = Skip(rest, out length);
            }
            else if (_hasSection && rest.Length >= PacketLengthMin && Read32(rest) is EnhancedPacket or ObsoletePacket)
            {
                status = ReadPacket(rest, out record, out interfaceIndex, out length);
            }
            else
            {
                status = ReadOther(rest, out record, out interfaceIndex, out length);
            }

            rest = rest[length..];
            if (status != CaptureStatus.Ok || interfaceIndex >= 0)
            {
                consumed = bytes.Length - rest.Length;
                return status;
            }
        }
    }

    private CaptureStatus ReadPacket(ReadOnlySpan<byte> bytes, out CaptureRecord record, out int interfaceIndex, out int length)
    {
        record = default;
        interfaceIndex = -1;
        length = 0;
        CaptureStatus status = TakeBlock(bytes, PacketLengthMin, out ReadOnlySpan<byte> block);
        if (status != CaptureStatus.Ok)
        {
            return status;
        }

        uint captured = Read32(block[20..]);
        if (captured > block.Length - PacketLengthMin || captured > PcapReader.FrameBytesMax)
        {
            return CaptureStatus.BadLength;
        }

        uint number = Read32(block) == EnhancedPacket ? Read32(block[8..]) : Read16(block[8..]);
        if (number >= _slotCount)
        {
            return CaptureStatus.BadInterface;
        }

        ref readonly Slot slot = ref _slots[number];
        _lastTime = slot.Clock.ToTimestamp(((ulong)Read32(block[12..]) << 32) | Read32(block[16..]));
        record = new CaptureRecord(slot.LinkType, _lastTime, Read32(block[24..]), block.Slice(PacketHeaderLength, (int)captured));
        interfaceIndex = slot.Interface;
        length = block.Length;
        return CaptureStatus.Ok;
    }

    /// <summary>Reads a block that is not of the two usual kinds of packet blocks, or the first bytes of any.</summary>
    private CaptureStatus ReadOther(ReadOnlySpan<byte> bytes, out CaptureRecord record, out int interfaceIndex, out int length)
    {
        record = default;
        interfaceIndex = -1;
        length = 0;
        if (!_hasSection && bytes.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(bytes) != SectionHeader)
        {
            return CaptureStatus.UnknownFormat;
        }

        if (bytes.Length < BlockLengthMin)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        uint type = Read32(bytes);
        if (type == SectionHeader)
        {
            uint magic = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
            _isBigEndian = magic == BinaryPrimitives.ReverseEndianness(ByteOrderMagic);
            if (!_isBigEndian && magic != ByteOrderMagic)
            {
                return CaptureStatus.UnknownFormat;
            }
        }

        int lengthMin = type switch
        {
            EnhancedPacket or ObsoletePacket => PacketLengthMin,
            SimplePacket => SimplePacketLengthMin,
            InterfaceDescription => InterfaceLengthMin,
            SectionHeader => SectionLengthMin,
            _ => 0,
        };
        if (lengthMin == 0)
        {
            return StartSkipping(Read32(bytes[4..]));
        }

        CaptureStatus status = TakeBlock(bytes, lengthMin, out ReadOnlySpan<byte> block);
        if (status != CaptureStatus.Ok)
        {
            return status;
        }

        status = type switch
        {
            SimplePacket => ReadSimplePacket(block, out record, out interfaceIndex),
            InterfaceDescription => ReadInterface(block),
            _ => ReadSection(block),
        };
        length = status == CaptureStatus.Ok ? block.Length : 0;
        return status;
    }

    private CaptureStatus ReadSimplePacket(ReadOnlySpan<byte> block, out CaptureRecord record, out int interfaceIndex)
    {
        record = default;
        interfaceIndex = -1;
        if (_slotCount == 0)
        {
            return CaptureStatus.BadInterface;
        }

        ref readonly Slot slot = ref _slots[0];
        uint wireLength = Read32(block[8..]);
        uint captured = slot.SnapLength == 0 ? wireLength : Math.Min(wireLength, slot.SnapLength);
        captured = Math.Min(captured, (uint)(block.Length - SimplePacketLengthMin));
        if (captured > PcapReader.FrameBytesMax)
        {
            return CaptureStatus.BadLength;
        }

        UntimedFrames++;
        record = new CaptureRecord(slot.LinkType, _lastTime, wireLength, block.Slice(SimplePacketHeaderLength, (int)captured));
        interfaceIndex = slot.Interface;
        return CaptureStatus.Ok;
    }

    private CaptureStatus ReadInterface(ReadOnlySpan<byte> block)
    {
        if (_slotCount == InterfacesMax)
        {
            return CaptureStatus.BadInterface;
        }

        var description = PcapngInterface.Read(block, _isBigEndian);
        if (_slotCount == _slots.Length)
        {
            Array.Resize(ref _slots, 2 * _slots.Length);
        }

        int index = _slotCount < _slotCountMax ? _slots[_slotCount].Interface : -1;
        if (index < 0 || _interfaces[index] != description)
        {
            if (_interfaces.Count == InterfacesMax)
            {
                return CaptureStatus.BadInterface;
            }

            index = _interfaces.Count;
            _interfaces.Add(description);
        }

        _slots[_slotCount++] = new Slot(index, description);
        _slotCountMax = Math.Max(_slotCountMax, _slotCount);
        return CaptureStatus.Ok;
    }

    private CaptureStatus ReadSection(ReadOnlySpan<byte> block)
    {
        if (Read16(block[12..]) != 1)
        {
            return CaptureStatus.UnknownFormat;
        }

        // The length of the section is left unread: it may be wrong or missing, and the next section shows itself.
        _hasSection = true;
        _slotCount = 0;
        return CaptureStatus.Ok;
    }

    private CaptureStatus StartSkipping(uint length)
    {
        if (length < BlockLengthMin || (length & 3) != 0)
        {
            return CaptureStatus.BadLength;
        }

        _skippedLength = length;
        _skipLeft = length - TrailerLength;
        return CaptureStatus.Ok;
    }

    private CaptureStatus Skip(ReadOnlySpan<byte> bytes, out int length)
    {
        length = (int)Math.Min(_skipLeft, (uint)bytes.Length);
        _skipLeft -= (uint)length;
        if (bytes.Length - length < TrailerLength)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        if (Read32(bytes[length..]) != _skippedLength)
        {
            return CaptureStatus.BadLength;
        }

        length += TrailerLength;
        _skippedLength = 0;
        return CaptureStatus.Ok;
    }

    /// <summary>Takes a block that is to be read whole, when it is there and says the same length at both ends.</summary>
    private CaptureStatus TakeBlock(ReadOnlySpan<byte> bytes, int lengthMin, out ReadOnlySpan<byte> block)
    {
        block = default;
        uint length = Read32(bytes[4..]);
        if (length < lengthMin || (length & 3) != 0 || length > BlockBytesMax)
        {
            return CaptureStatus.BadLength;
        }

        if (length > bytes.Length)
        {
            return CaptureStatus.NeedMoreBytes;
        }

        block = bytes[..(int)length];
        return Read32(block[^TrailerLength..]) == length ? CaptureStatus.Ok : CaptureStatus.BadLength;
    }

    private uint Read32(ReadOnlySpan<byte> bytes) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private ushort Read16(ReadOnlySpan<byte> bytes) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    /// <summary>What a frame needs of its interface; the section's own numbers are the indices.</summary>
    private readonly struct Slot(int index, PcapngInterface description)
    {
        public readonly int Interface = index;
        public readonly LinkType LinkType = description.LinkType;
        public readonly uint SnapLength = description.SnapLength;
        public readonly PcapngClock Clock = description.Clock;
    }
}
