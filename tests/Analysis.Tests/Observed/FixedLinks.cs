using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Tests.Observed;

/// <summary>Techniques that never move anything: an entry's link is what they pick for its first frame.</summary>
internal sealed class FixedLinks : IPacketSink, IEntryLinks
{
    private readonly BundleTechnique[] _techniques;
    private readonly Dictionary<(int Technique, int Entry), int> _links = [];

    public FixedLinks(int links, params string[] techniques)
    {
        Techniques = techniques;
        var faults = new List<string>();
        _techniques = [.. techniques.Select(name => TechniqueCatalog.Create(name, new Bundle(CaptureRun.Links(links)), 1, faults)!)];
        Assert.Empty(faults);
    }

    public IReadOnlyList<string> Techniques { get; }

    public int LinkOf(int technique, int entry) => _links[(technique, entry)];

    public void OnEntry(int entry, in PacketHeaders headers)
    {
        for (int technique = 0; technique < _techniques.Length; technique++)
        {
            BundleTechnique chosen = _techniques[technique];
            _links[(technique, entry)] = chosen.Balancer.Pick(chosen.Policy.Hash(in headers), 100, new Timestamp(0)).Index;
        }
    }

    public void OnPackets(ReadOnlySpan<SeenPacket> packets)
    {
    }

    public void OnRetire(int entry)
    {
        for (int technique = 0; technique < _techniques.Length; technique++)
        {
            _links.Remove((technique, entry));
        }
    }
}
