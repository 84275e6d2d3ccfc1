using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Wire;
using Trunkline.Simulation.Sources;

namespace Trunkline.Simulation.Fabric;

/// <summary>What each policy makes of each flow, worked out at its first packet and kept.</summary>
internal sealed class FlowHashes
{
    private const int StartSize = 64;
    private const byte Udp = 17;

    private readonly List<IHashPolicy> _policies = [];
    private readonly Dictionary<string, int> _byName = [];
    private uint[][] _hashes = [];
    private FlowAddress[] _addresses = new FlowAddress[StartSize];
    private readonly Dictionary<int, (ReplayCapture Capture, int Flow)> _recorded = [];
    private readonly Dictionary<int, OverlayHeader> _overlays = [];
    private PacketHeaders _headers;

    /// <summary>The number of a policy; the same name is the same policy.</summary>
    public int Add(string name, IHashPolicy policy)
    {
        if (!_byName.TryGetValue(name, out int number))
        {
            number = _policies.Count;
            _byName.Add(name, number);
            _policies.Add(policy);
            _hashes = [.. _hashes, new uint[_addresses.Length * 2]];
        }

        return number;
    }

    /// <summary>The headers of a flow.</summary>
    public FlowAddress AddressOf(int flow) => _addresses[flow];

    /// <summary>Gives a flow its headers; what was there under its number before is forgotten.</summary>
    public void SetAddress(int flow, FlowAddress address)
    {
        if (flow >= _addresses.Length)
        {
            int size = Math.Max(flow + 1, _addresses.Length * 2);
            Array.Resize(ref _addresses, size);
            for (int i = 0; i < _hashes.Length; i++)
            {
                Array.Resize(ref _hashes[i], size * 2);
            }
        }

        _addresses[flow] = address;
        _recorded.Remove(flow);
        _overlays.Remove(flow);
        foreach (uint[] hashes in _hashes)
        {
            hashes[flow * 2] = hashes[(flow * 2) + 1] = 0;
        }
    }

    /// <summary>Puts a header around the packets of a flow, which has an address already: it is hashed instead.</summary>
    public void SetOverlay(int flow, OverlayHeader overlay) => _overlays[flow] = overlay;

    /// <summary>Gives a flow, which has an address already, the headers of one in a capture instead.</summary>
    public void SetHeaders(int flow, ReplayCapture capture, int recorded) => _recorded[flow] = (capture, recorded);

    /// <summary>The bytes with which a flow's frames begin in a capture; null for a flow that is not from one.</summary>
    public byte[]? RecordedOf(int flow) =>
        _recorded.TryGetValue(flow, out (ReplayCapture Capture, int Flow) recorded) ? recorded.Capture.HeadOf(recorded.Flow) : null;

    /// <summary>The hash of a flow's packets.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="isBack">Whether it is of those that go from its destination to its source.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Get(int policy, int flow, bool isBack)
    {
        ref uint kept = ref _hashes[policy][(flow * 2) + (isBack ? 1 : 0)];

        // A hash that is 0 is worked out each time.
        return kept != 0 ? kept : kept = Compute(policy, flow, isBack);
    }

    /// <summary>The hash of a multicast packet's copy, which a policy may tell from other copies by the port of entry (S, G, next hop).</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="nextHop">What tells the way that the copy takes from that of others.</param>
    public uint OfCopy(int policy, int flow, int nextHop)
    {
        Write(flow, isBack: false);
        ref HeaderFields fields = ref _headers.LayerForWriting(0);
        fields.IngressPort = (uint)nextHop;
        fields.Present |= HeaderField.IngressPort;
        return _policies[policy] is PinnedPolicy ? (uint)flow : _policies[policy].Hash(in _headers);
    }

    /// <summary>The hash of a packet whose path is another address of the host that a connection was opened to, as of a target with several portals.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="flow">The flow.</param>
    /// <param name="isBack">Whether it goes back.</param>
    /// <param name="path">The number of the address.</param>
    public uint OfAddress(int policy, int flow, bool isBack, int path)
    {
        Write(flow, isBack);
        ref HeaderFields fields = ref _headers.LayerForWriting(0);
        ref UInt128 address = ref isBack ? ref fields.SourceAddress : ref fields.DestinationAddress;
        address += (uint)path;
        return _policies[policy] is PinnedPolicy ? (uint)flow : _policies[policy].Hash(in _headers);
    }

    private uint Compute(int policy, int flow, bool isBack)
    {
        if (_policies[policy] is PinnedPolicy)
        {
            return (uint)flow;
        }

        Write(flow, isBack);
        return _policies[policy].Hash(in _headers);
    }

    private void Write(int flow, bool isBack)
    {
        if (_overlays.Count > 0 && _overlays.TryGetValue(flow, out OverlayHeader overlay))
        {
            FlowAddress inner = _addresses[flow];
            new FlowAddress(inner.Source, inner.Destination, overlay.SourcePort, overlay.DestinationPort, Udp).Write(ref _headers, isBack);
        }
        else if (_recorded.Count > 0 && _recorded.TryGetValue(flow, out (ReplayCapture Capture, int Flow) recorded))
        {
            recorded.Capture.Write(recorded.Flow, ref _headers);
        }
        else
        {
            _addresses[flow].Write(ref _headers, isBack);
        }
    }
}
