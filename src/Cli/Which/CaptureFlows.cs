using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>Every flow of a capture file, the largest first.</summary>
/// <remarks>
/// Two frames are of one flow when all that a policy can hash of them is the same: outer and inner addresses, ports,
/// MACs, tags and labels; TTL, traffic class and RoCE opcode, which change within a flow, are left out.
/// </remarks>
internal sealed class CaptureFlows
{
    private const int BufferBytes = 2 * PcapReader.RecordBytesMax;

    private readonly Dictionary<Identity, Flow> _flows = [];
    private long _unread;

    private CaptureFlows()
    {
    }

    /// <summary>The flows.</summary>
    public IReadOnlyList<Flow> Flows { get; private set; } = [];

    /// <summary>Where the file broke; null for a whole one. What came before is in <see cref="Flows"/>.</summary>
    public string? Broken { get; private set; }

    /// <summary>What was noticed.</summary>
    public IReadOnlyList<string> Notes => _unread == 0 ? [] : [$"{_unread} frames have headers that are cut or wrong; what could be read of them was used"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">A classic pcap file.</param>
    /// <param name="fault">What is wrong with it and what to give instead, when it cannot be read at all.</param>
    /// <returns>Null when it cannot be read at all.</returns>
    public static CaptureFlows? Read(string path, out string fault)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            var capture = new CaptureFlows();
            fault = capture.ReadFrom(file, path);
            return fault.Length == 0 ? capture : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = $"{path} cannot be read: {exception.Message}";
            return null;
        }
    }

    private string ReadFrom(FileStream file, string path)
    {
        byte[] buffer = new byte[BufferBytes];
        int end = file.ReadAtLeast(buffer, PcapReader.FileHeaderLength, throwOnEndOfStream: false);
        CaptureStatus opened = PcapReader.TryOpen(buffer.AsSpan(0, end), out PcapReader reader, out int start);
        if (opened != CaptureStatus.Ok)
        {
            return PcapReader.Detect(buffer.AsSpan(0, end)) == CaptureFormat.Pcapng
                ? $"{path} is a pcapng file, and which reads pcap; convert it: editcap -F pcap {path} out.pcap"
                : $"{path} is no capture file; give a pcap file (tcpdump -w FILE)";
        }

        var headers = new PacketHeaders();
        long offset = start;
        while (true)
        {
            CaptureStatus status = reader.TryRead(buffer.AsSpan(start, end - start), out CaptureRecord record, out int consumed);
            if (status == CaptureStatus.Ok)
            {
                Add(record, ref headers);
                start += consumed;
                offset += consumed;
                continue;
            }

            if (status != CaptureStatus.NeedMoreBytes)
            {
                Broken = $"{path}: broken at byte {offset}: a record claims an impossible length; what came before it was used";
                break;
            }

            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            int read = file.Read(buffer, end, buffer.Length - end);
            if (read == 0)
            {
                Broken = end == 0 ? null : $"{path}: cut at byte {offset}, in the middle of a record; what came before it was used";
                break;
            }

            end += read;
        }

        Flows = [.. _flows.Values.OrderByDescending(f => f.Bytes)];
        return Flows.Count == 0 ? Broken ?? $"{path} has no frames; give a capture with traffic" : "";
    }

    private void Add(CaptureRecord record, ref PacketHeaders headers)
    {
        ParseError error = HeaderParser.Parse(record.LinkType, record.Frame, ref headers);
        if (error != ParseError.None && !(error == ParseError.Truncated && record.IsCut))
        {
            _unread++;
        }

        var identity = new Identity(Steady(headers.Outer), headers.LayerCount > 1 ? Steady(headers.Inner) : default);
        if (!_flows.TryGetValue(identity, out Flow? flow))
        {
            _flows[identity] = flow = new Flow(headers);
        }

        flow.Frames++;
        flow.Bytes += record.WireLength;
    }

    private static HeaderFields Steady(HeaderFields fields)
    {
        fields.Ttl = 0;
        fields.TrafficClass = 0;
        fields.BthOpcode = 0;
        return fields;
    }

    private readonly record struct Identity(HeaderFields Outer, HeaderFields Inner);
}
