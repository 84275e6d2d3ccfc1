using Trunkline.Cli.Input;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>Every flow of a capture file, the largest first.</summary>
/// <remarks>
/// Two frames are of one flow when all that a policy can hash of them is the same: outer and inner addresses, ports,
/// MACs, tags and labels; TTL, traffic class and RoCE opcode, which change within a flow, are left out.
/// </remarks>
internal sealed class CaptureFlows
{
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
    /// <param name="path">A capture file, or - for standard input.</param>
    /// <param name="fault">What is wrong with it and what to give instead, when it cannot be read at all.</param>
    /// <returns>Null when it cannot be read at all.</returns>
    public static CaptureFlows? Read(string path, out string fault)
    {
        if (path.Length == 0)
        {
            fault = "the file's name is empty; write a path, or - for standard input";
            return null;
        }

        var faults = new List<string>();
        using var input = CaptureInput.Open([path], faults);
        if (input is null)
        {
            fault = faults[0];
            return null;
        }

        var capture = new CaptureFlows();
        capture.ReadFrom(input);
        fault = capture.Flows.Count > 0 ? "" : $"{path} has no whole frame; give a capture with traffic";
        return fault.Length == 0 ? capture : null;
    }

    private void ReadFrom(CaptureInput input)
    {
        var headers = new PacketHeaders();
        while (input.TryRead(out CaptureRecord record, out _))
        {
            Add(record, ref headers);
        }

        Flows = [.. _flows.Values.OrderByDescending(f => f.Bytes)];
        Broken = input.Broken is [string broken, ..] ? broken : null;
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
