using System.Diagnostics;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Fuzz.Targets;

/// <summary>The pcap reader, and the header parser behind it. An input is a file.</summary>
public sealed class PcapTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "pcap";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            byte[] tcp = Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(1, 2).ToFrame();
            byte[] nanoseconds = CaptureFile.Write(LinkType.Ethernet, [tcp, [], tcp[..20]]);
            byte[] microseconds = [.. nanoseconds];
            (microseconds[0], microseconds[1]) = (0xd4, 0xc3);
            yield return new("nanoseconds", nanoseconds);
            yield return new("microseconds", microseconds);
            yield return new("big-endian", Hex.Bytes(
                "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000065  00000001 00000002 00000004 0000001c 45000054"));
            yield return new("pcapng", Hex.Bytes("0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"));
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        CaptureStatus status = PcapReader.TryOpen(input, out PcapReader reader, out int consumed);
        ulong sort = ((ulong)status << 8) | ((ulong)PcapReader.Detect(input) << 4)
            | (reader.IsBigEndian ? 2u : 0) | (reader.IsNanosecond ? 1u : 0);
        for (int records = 0; status == CaptureStatus.Ok; records++)
        {
            Hold(consumed > 0 && consumed <= input.Length, "what was read is there");
            input = input[consumed..];
            status = reader.TryRead(input, out CaptureRecord record, out consumed);
            if (status != CaptureStatus.Ok)
            {
                Hold(consumed == 0, "nothing is consumed without success");
                return (sort * 31) + (ulong)status;
            }

            Hold(consumed == PcapReader.RecordHeaderLength + record.Frame.Length, "a record is its header and its frame");
            Hold(record.Time >= Timestamp.Zero && record.WireLength is >= 0 and <= uint.MaxValue, "times and lengths are not negative");
            CaptureStatus ofLess = reader.TryRead(input[..(consumed - 1)], out _, out _);
            Hold(ofLess == CaptureStatus.NeedMoreBytes, "a record cut short needs more bytes");
            CaptureStatus ofSame = reader.TryRead(input[..consumed], out CaptureRecord same, out _);
            Hold(ofSame == CaptureStatus.Ok && same.Frame.SequenceEqual(record.Frame), "what follows does not matter");
            HeaderInvariants.Check(record.LinkType, record.Frame);
            sort = records < 4 ? (sort * 31) + (record.IsCut ? 2u : 1u) : sort;
        }

        Hold(consumed == 0, "nothing is consumed without success");
        return sort;
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
