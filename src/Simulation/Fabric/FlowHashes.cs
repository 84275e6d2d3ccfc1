using System.Runtime.CompilerServices;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Simulation.Fabric;

/// <summary>What each policy makes of each flow, worked out at its first packet and kept.</summary>
internal sealed class FlowHashes
{
    private const int StartSize = 64;

    private readonly List<IHashPolicy> _policies = [];
    private readonly Dictionary<string, int> _byName = [];
    private uint[][] _hashes = [];
    private FlowAddress[] _addresses = new FlowAddress[StartSize];
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
        foreach (uint[] hashes in _hashes)
        {
            hashes[flow * 2] = hashes[(flow * 2) + 1] = 0;
        }
    }

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

    private uint Compute(int policy, int flow, bool isBack)
    {
        if (_policies[policy] is PinnedPolicy)
        {
            return (uint)flow;
        }

        _addresses[flow].Write(ref _headers, isBack);
        return _policies[policy].Hash(in _headers);
    }
}
