using Trunkline.Core.Balancing;
using Trunkline.Core.Flows;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Traffic;

/// <summary>How much of a recording a technique explains: whether each frame is on the interface that it would have chosen.</summary>
/// <param name="Flows">Directional 5-tuples.</param>
/// <param name="FlowsExplained">Those of which every frame is where the technique says.</param>
public sealed record LinkAgreement(int Flows, int FlowsExplained)
{
    /// <summary>Compares a recording with a technique over as many links as it has interfaces, in their order. Frames without IP do not count.</summary>
    /// <param name="capture">The recording.</param>
    /// <param name="technique">As a user writes it.</param>
    /// <exception cref="ArgumentException">There is no such technique.</exception>
    public static LinkAgreement Of(RecordedCapture capture, string technique)
    {
        BitRate rate = capture.Speed ?? Link.DefaultRate;
        var faults = new List<string>();
        var bundle = new Bundle([.. capture.Interfaces.Select(name => new Link(name, rate))]);
        BundleTechnique chosen = TechniqueCatalog.Create(technique, bundle, 1, faults)
            ?? throw new ArgumentException(string.Join('\n', faults), nameof(technique));

        var isExplained = new Dictionary<FlowKey, bool>();
        PacketHeaders headers = default;
        foreach (RecordedFrame frame in capture.Frames)
        {
            HeaderParser.Parse(LinkType.Ethernet, frame.Bytes, ref headers);
            if (FlowKey.TryFrom(in headers.Outer, out FlowKey flow))
            {
                LinkId link = chosen.Balancer.Pick(chosen.Policy.Hash(in headers), frame.WireLength, frame.Time);
                isExplained[flow] = isExplained.GetValueOrDefault(flow, true) && link.Index == frame.Interface;
            }
        }

        return new LinkAgreement(isExplained.Count, isExplained.Count(f => f.Value));
    }
}
