using System.Text;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Traffic;

/// <summary>One frame of a recording.</summary>
/// <param name="Interface">Index of the interface that saw it.</param>
/// <param name="Time">When.</param>
/// <param name="WireLength">Bytes that it had on the wire.</param>
/// <param name="Bytes">The bytes kept.</param>
public sealed record RecordedFrame(int Interface, Timestamp Time, int WireLength, byte[] Bytes);

/// <summary>A capture of several Ethernet interfaces, small enough to be held in memory.</summary>
public sealed record RecordedCapture
{
    private const uint SectionBlock = 0x0a0d_0d0a, InterfaceBlock = 1, PacketBlock = 6, ByteOrder = 0x1a2b_3c4d;
    private const ushort Comment = 1, InterfaceName = 2, InterfaceSpeed = 8, TimeResolution = 9;

    /// <summary>What the file says of itself.</summary>
    public string Remark { get; init; } = "";

    /// <summary>Names of the interfaces.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    /// <summary>Their speed, all alike; null when it is not known.</summary>
    public BitRate? Speed { get; init; }

    /// <summary>The most bytes kept of a frame.</summary>
    public required int SnapLength { get; init; }

    /// <summary>The frames, in order of time.</summary>
    public required IReadOnlyList<RecordedFrame> Frames { get; init; }

    /// <summary>Reads a whole pcapng file and puts its frames in order.</summary>
    /// <exception cref="InvalidDataException">It breaks off, or is none.</exception>
    public static RecordedCapture Read(string file)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(file);
        var reader = new PcapngReader();
        var frames = new List<RecordedFrame>();
        CaptureStatus status;
        int consumed;
        do
        {
            status = reader.TryRead(bytes, out CaptureRecord record, out int at, out consumed);
            if (status == CaptureStatus.Ok)
            {
                frames.Add(new RecordedFrame(at, record.Time, (int)record.WireLength, record.Frame.ToArray()));
            }

            bytes = bytes[consumed..];
        }
        while (status == CaptureStatus.Ok || (status == CaptureStatus.NeedMoreBytes && consumed > 0));

        if (status != CaptureStatus.NeedMoreBytes || bytes.Length > 0 || reader.Interfaces.Count == 0)
        {
            throw new InvalidDataException($"{file}: {status} with {bytes.Length} bytes left");
        }

        return new RecordedCapture
        {
            Interfaces = [.. reader.Interfaces.Select(i => i.Name ?? "")],
            Speed = reader.Interfaces[0].Speed,
            SnapLength = (int)reader.Interfaces[0].SnapLength,
            Frames = [.. frames.OrderBy(f => f.Time)],
        };
    }

    /// <summary>Writes a pcapng file with nanoseconds (draft-ietf-opsawg-pcapng).</summary>
    public void Write(string file)
    {
        using FileStream stream = File.Create(file);
        using var writer = new BinaryWriter(stream);
        WriteBlock(writer, SectionBlock, section =>
        {
            section.Write(ByteOrder);
            section.Write((ushort)1);
            section.Write((ushort)0);
            section.Write(-1L);
            WriteOption(section, Comment, Encoding.UTF8.GetBytes(Remark));
            section.Write(0);
        });
        foreach (string name in Interfaces)
        {
            WriteBlock(writer, InterfaceBlock, description =>
            {
                description.Write((ushort)LinkType.Ethernet);
                description.Write((ushort)0);
                description.Write(SnapLength);
                WriteOption(description, InterfaceName, Encoding.UTF8.GetBytes(name));
                if (Speed is { } speed)
                {
                    WriteOption(description, InterfaceSpeed, BitConverter.GetBytes(speed.BitsPerSecond));
                }

                WriteOption(description, TimeResolution, [9]);
                description.Write(0);
            });
        }

        foreach (RecordedFrame frame in Frames)
        {
            WriteBlock(writer, PacketBlock, packet =>
            {
                packet.Write(frame.Interface);
                packet.Write((uint)(frame.Time.Nanoseconds >> 32));
                packet.Write((uint)frame.Time.Nanoseconds);
                packet.Write(frame.Bytes.Length);
                packet.Write(frame.WireLength);
                packet.Write(frame.Bytes);
                Pad(packet);
            });
        }
    }

    private static void WriteBlock(BinaryWriter file, uint type, Action<BinaryWriter> writeBody)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writeBody(writer);
        int length = (int)body.Length + 12;
        file.Write(type);
        file.Write(length);
        file.Write(body.ToArray());
        file.Write(length);
    }

    private static void WriteOption(BinaryWriter block, ushort code, byte[] value)
    {
        block.Write(code);
        block.Write((ushort)value.Length);
        block.Write(value);
        Pad(block);
    }

    // Blocks begin at multiples of four and their fixed parts are such too, so the place in the block tells.
    private static void Pad(BinaryWriter block)
    {
        while (block.BaseStream.Position % 4 != 0)
        {
            block.Write((byte)0);
        }
    }
}
