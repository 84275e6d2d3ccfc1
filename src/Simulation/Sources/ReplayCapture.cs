using Trunkline.Core.Flows;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Simulation.Sources;

/// <summary>The frames of a capture as a replay needs them: when, how long, and of which flow.</summary>
/// <remarks>Each flow keeps its first frame's headers, by which all its frames are hashed; frames without IP are one flow.</remarks>
public sealed class ReplayCapture
{
    /// <summary>What is kept of a flow's first frame.</summary>
    internal const int KeptBytes = 256;

    private readonly Dictionary<FlowKey, int> _flowOf = [];
    private readonly List<ReplayFrame> _frames = [];
    private readonly List<(LinkType LinkType, byte[] Bytes)> _heads = [];
    private PacketHeaders _headers;
    private Timestamp _first;
    private int _otherFlow = -1;

    /// <summary>Frames in time order.</summary>
    public IReadOnlyList<ReplayFrame> Frames => _frames;

    /// <summary>Number of flows.</summary>
    public int FlowCount => _heads.Count;

    /// <summary>Adds a frame; one before the first counts as at the same time.</summary>
    public void Add(in CaptureRecord record)
    {
        if (_frames.Count == 0)
        {
            _first = record.Time;
        }

        HeaderParser.Parse(record.LinkType, record.Frame, ref _headers);
        int flow;
        if (FlowKey.TryFrom(in _headers.Outer, out FlowKey key))
        {
            if (!_flowOf.TryGetValue(key, out flow))
            {
                _flowOf.Add(key, flow = AddHead(in record));
            }
        }
        else
        {
            flow = _otherFlow >= 0 ? _otherFlow : _otherFlow = AddHead(in record);
        }

        long offsetNs = Math.Max(0, record.Time.Nanoseconds - _first.Nanoseconds);
        _frames.Add(new ReplayFrame(offsetNs, (int)Math.Min(record.WireLength, int.MaxValue), flow));
    }

    /// <summary>Writes the headers of a flow.</summary>
    internal void Write(int flow, ref PacketHeaders headers)
    {
        (LinkType linkType, byte[] bytes) = _heads[flow];
        HeaderParser.Parse(linkType, bytes, ref headers);
    }

    /// <summary>The bytes with which the first frame of a flow begins; none where that does not begin with Ethernet.</summary>
    internal byte[] HeadOf(int flow) => _heads[flow].LinkType == LinkType.Ethernet ? _heads[flow].Bytes : [];

    private int AddHead(in CaptureRecord record)
    {
        _heads.Add((record.LinkType, record.Frame[..Math.Min(KeptBytes, record.Frame.Length)].ToArray()));
        return _heads.Count - 1;
    }
}

/// <summary>One frame of a capture.</summary>
/// <param name="OffsetNs">When, in nanoseconds after the first.</param>
/// <param name="Bytes">Its length on the wire, as the capture says.</param>
/// <param name="Flow">Its flow.</param>
public readonly record struct ReplayFrame(long OffsetNs, int Bytes, int Flow);
