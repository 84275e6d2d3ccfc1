using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Replay;

/// <summary>The different policies of a run, each of which hashes an entry once, whatever number of techniques asks.</summary>
/// <remarks>A frame without IP never comes to a policy that is for IP alone: it is balanced as layer 2.</remarks>
internal sealed class PolicySet
{
    private const string LayerTwo = "linux-bond/layer2";

    private readonly List<(string Name, IHashPolicy Policy, bool IsForIpOnly)> _policies = [];
    private readonly IHashPolicy _layerTwo = PolicyCatalog.Get(LayerTwo);

    /// <summary>Number of policies.</summary>
    public int Count => _policies.Count;

    /// <summary>The number of a technique's policy; the same as written is the same.</summary>
    public int Add(BundleTechnique technique)
    {
        int known = _policies.FindIndex(policy => policy.Name == technique.PolicyName);
        if (known >= 0)
        {
            return known;
        }

        string name = technique.PolicyName.Split(':')[0];
        _policies.Add((technique.PolicyName, technique.Policy, PolicyCatalog.Find(name) is { IsForIpOnly: true }));
        return _policies.Count - 1;
    }

    /// <summary>Hashes a packet's headers.</summary>
    /// <param name="headers">The headers.</param>
    /// <param name="hashes">Room for one hash per policy.</param>
    public void Hash(in PacketHeaders headers, Span<uint> hashes)
    {
        bool isIp = headers.Outer.IpVersion != 0;
        for (int i = 0; i < _policies.Count; i++)
        {
            (_, IHashPolicy policy, bool isForIpOnly) = _policies[i];
            hashes[i] = (isForIpOnly && !isIp ? _layerTwo : policy).Hash(in headers);
        }
    }
}
