using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Limits;

/// <summary>Looks for frames that were never on a wire: segments that the capturing host's offload merged, or had yet to cut.</summary>
internal sealed class SuperFrames
{
    /// <summary>The longest frame without jumbo frames: 1500 bytes, Ethernet header and two tags.</summary>
    public const int PlainBytesMax = 1522;

    /// <summary>The longest jumbo frame of common switches: 9216 bytes, Ethernet header and two tags.</summary>
    public const int JumboBytesMax = 9238;

    // Data of a full TCP segment of 1500 bytes over IPv4 and IPv6, with the timestamp option and without.
    private static ReadOnlySpan<int> SegmentBytes => [1448, 1460, 1428, 1440];

    /// <summary>Frames longer than <see cref="PlainBytesMax"/>.</summary>
    public long LongFrames { get; private set; }

    /// <summary>Their bytes.</summary>
    public long LongBytes { get; private set; }

    /// <summary>The longest.</summary>
    public int BytesMax { get; private set; }

    /// <summary>Frames longer than <see cref="JumboBytesMax"/>.</summary>
    public long HugeFrames { get; private set; }

    /// <summary>Long frames of TCP that could be looked at.</summary>
    public long TcpFrames { get; private set; }

    /// <summary>Of those, the ones whose data is so many full segments of 1500-byte packets exactly.</summary>
    public long SegmentMultiples { get; private set; }

    /// <summary>Whether some of the long frames must be merged ones; else jumbo frames explain them.</summary>
    /// <remarks>Chance makes three of a thousand jumbo frames multiples; the last of a merged run is seldom one.</remarks>
    public bool AreMerged => HugeFrames > 0 || (SegmentMultiples >= 3 && SegmentMultiples * 20 >= TcpFrames);

    /// <summary>Takes note of a frame longer than <see cref="PlainBytesMax"/>.</summary>
    public void OnFrame(in CaptureRecord record, int bytes)
    {
        LongFrames++;
        LongBytes += bytes;
        BytesMax = Math.Max(BytesMax, bytes);
        HugeFrames += bytes > JumboBytesMax ? 1 : 0;
        if (TryMeasureTcpData(in record, bytes, out int data))
        {
            TcpFrames++;
            SegmentMultiples += IsSegmentMultiple(data) ? 1 : 0;
        }
    }

    private static bool IsSegmentMultiple(int data)
    {
        foreach (int segment in SegmentBytes)
        {
            if (data > segment && data % segment == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Data bytes of a TCP frame over IPv4 or IPv6, untagged, without extension headers: enough for evidence.</summary>
    private static bool TryMeasureTcpData(in CaptureRecord record, int bytes, out int data)
    {
        data = 0;
        ReadOnlySpan<byte> frame = record.Frame;
        if (record.LinkType != LinkType.Ethernet || frame.Length < EthernetHeader.Length + Ipv6Header.Length)
        {
            return false;
        }

        ushort etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        ReadOnlySpan<byte> ip = frame[EthernetHeader.Length..];
        bool isV4 = etherType == EtherTypes.Ipv4;
        bool isV6 = etherType == EtherTypes.Ipv6;
        int ipLength = isV4 ? (ip[0] & 0xf) * 4 : Ipv6Header.Length;
        byte protocol = isV4 ? ip[9] : ip[6];
        const int DataOffset = 12;
        if ((!isV4 && !isV6) || protocol != IpProtocols.Tcp || ip.Length <= ipLength + DataOffset)
        {
            return false;
        }

        data = bytes - EthernetHeader.Length - ipLength - ((ip[ipLength + DataOffset] >> 4) * 4);
        return true;
    }
}
