using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Input;
using Trunkline.Core.Wire;
using Trunkline.Reports;

namespace Trunkline.Cli.Which;

/// <summary>The flows of a capture file: the largest with their headers, and all of them counted.</summary>
/// <remarks>
/// Keeps <see cref="FlowsMax"/> flows. When there is one more, the half with the fewer bytes is set aside: shown to the
/// caller to be counted, and forgotten but for a bit pattern, by which a flow that goes on is known not to be a new one. So
/// memory has a bound, and every frame is counted once.
/// </remarks>
internal sealed class CaptureFlows : IDisposable
{
    /// <summary>Flows kept, some 110 MB with their headers.</summary>
    public const int FlowsMax = 100_000;

    private readonly CaptureInput _input;
    private readonly string _path;
    private readonly int _flowsMax;
    private readonly Dictionary<FlowIdentity, Flow> _flows = [];
    private readonly Stack<Flow> _spare = [];
    private FlowFilter? _setAside;
    private long[]? _bytes;
    private long _unread;

    private CaptureFlows(CaptureInput input, string path, int flowsMax) => (_input, _path, _flowsMax) = (input, path, flowsMax);

    /// <summary>The flows kept, the largest first.</summary>
    public IReadOnlyList<Flow> Kept { get; private set; } = [];

    /// <summary>IP flows seen.</summary>
    public long IpFlows { get; private set; }

    /// <summary>Conversations seen that are not IP.</summary>
    public long OtherConversations { get; private set; }

    /// <summary>Where the file broke; null for a whole one. What came before was read.</summary>
    public string? Broken { get; private set; }

    /// <summary>Is told while the file is read; null for nobody.</summary>
    public Progress? Progress { get; set; }

    /// <summary>What was noticed.</summary>
    public IEnumerable<string> Notes
    {
        get
        {
            if (_unread > 0)
            {
                yield return $"{Figures.Count(_unread)} frames have headers that are cut or wrong; what could be read of them was used";
            }

            if (_setAside is not null)
            {
                yield return $"more than {Figures.Count(_flowsMax)} flows: only large ones were kept while reading, so one that was small for long may have had more frames than listed; what is said of links counts every frame";
            }
        }
    }

    /// <summary>Opens a file.</summary>
    /// <param name="path">A capture file, or - for standard input.</param>
    /// <param name="fault">What is wrong with it and what to give instead.</param>
    /// <param name="flowsMax">Flows kept, at least 2.</param>
    /// <returns>Null when it cannot be read at all.</returns>
    public static CaptureFlows? Open(string path, out string fault, int flowsMax = FlowsMax)
    {
        if (path.Length == 0)
        {
            fault = "the file's name is empty; write a path, or - for standard input";
            return null;
        }

        var faults = new List<string>();
        var input = CaptureInput.Open([path], faults);
        fault = input is null ? faults[0] : "";
        return input is null ? null : new CaptureFlows(input, path, flowsMax);
    }

    /// <summary>Reads the whole file, once.</summary>
    /// <param name="count">Sees each flow when it is set aside, and those kept at the end; one set aside becomes another afterwards.</param>
    /// <returns>Null, or why there is nothing to say.</returns>
    public string? Read(Action<Flow> count)
    {
        var headers = new PacketHeaders();
        for (long frames = 1; _input.TryRead(out CaptureRecord record, out _); frames++)
        {
            Add(record, ref headers, count);
            if (frames % Progress.FramesPerLook == 0)
            {
                Progress?.Tell(_input.BytesRead, _input.BytesTotal, frames);
            }
        }

        Progress?.End();
        Broken = _input.Broken is [string broken, ..] ? broken : null;
        Kept = [.. _flows.Values.OrderByDescending(f => f.Bytes)];
        foreach (Flow flow in Kept)
        {
            count(flow);
        }

        return Kept.Count > 0 ? null : $"{_path} has no whole frame; give a capture with traffic";
    }

    /// <inheritdoc/>
    public void Dispose() => _input.Dispose();

    private void Add(CaptureRecord record, ref PacketHeaders headers, Action<Flow> count)
    {
        ParseError error = HeaderParser.Parse(record.LinkType, record.Frame, ref headers);
        if (error != ParseError.None && !(error == ParseError.Truncated && record.IsCut))
        {
            _unread++;
        }

        var identity = new FlowIdentity(headers);
        if (!_flows.TryGetValue(identity, out Flow? flow))
        {
            flow = Keep(in identity, in headers, count);
        }

        flow.Frames++;
        flow.Bytes += record.WireLength;
    }

    private Flow Keep(in FlowIdentity identity, in PacketHeaders headers, Action<Flow> count)
    {
        if (_flows.Count == _flowsMax)
        {
            SetSmallOnesAside(count);
        }

        bool isBack = _setAside?.Contains(identity.Fingerprint) == true;
        if (!isBack)
        {
            IpFlows += headers.Outer.IpVersion != 0 ? 1 : 0;
            OtherConversations += headers.Outer.IpVersion != 0 ? 0 : 1;
        }

        if (!_spare.TryPop(out Flow? flow))
        {
            flow = new Flow(headers);
        }

        flow.Become(in headers, isBack);
        return _flows[identity] = flow;
    }

    /// <summary>Sets half of the flows aside, none of which has more bytes than one that stays.</summary>
    private void SetSmallOnesAside(Action<Flow> count)
    {
        _setAside ??= new FlowFilter();
        _bytes ??= new long[_flowsMax];
        int i = 0;
        foreach (Flow flow in _flows.Values)
        {
            _bytes[i++] = flow.Bytes;
        }

        Array.Sort(_bytes);
        int left = _flowsMax / 2;
        long most = _bytes[left - 1];
        int ofMost = left - _bytes.AsSpan(0, left).IndexOf(most);
        foreach ((FlowIdentity identity, Flow flow) in _flows)
        {
            if (flow.Bytes > most || (flow.Bytes == most && --ofMost < 0))
            {
                continue;
            }

            count(flow);
            _setAside.Add(identity.Fingerprint);
            _flows.Remove(identity);
            _spare.Push(flow);
        }
    }
}
