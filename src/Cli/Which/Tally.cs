using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Cli.Which;

/// <summary>What one policy makes of many flows: the load of each link, and what moves when a link goes.</summary>
/// <param name="decider">The policy.</param>
/// <param name="left">The same without the link that goes; null where none goes.</param>
/// <param name="gone">That link.</param>
internal sealed class Tally(Decider decider, Decider? left, LinkId? gone)
{
    private readonly long[] _flows = new long[decider.Bundle.Count];
    private readonly long[] _frames = new long[decider.Bundle.Count];
    private readonly long[] _bytes = new long[decider.Bundle.Count];
    private long _asked;
    private long _mustMove;
    private long _moved;

    /// <summary>The link with the most bytes, the first of equals.</summary>
    public LinkId Fullest => new(_bytes.IndexOf(_bytes.Max()));

    /// <summary>Counts a flow, or a part of one; one that the policy has nothing to say about is left out.</summary>
    /// <param name="packet">Headers of one of its packets.</param>
    /// <param name="frames">Frames seen.</param>
    /// <param name="bytes">Bytes seen.</param>
    /// <param name="isNew">False for what belongs to a flow that was counted before.</param>
    public void Add(in PacketHeaders packet, long frames, long bytes, bool isNew)
    {
        if (!decider.Applies(packet))
        {
            return;
        }

        LinkId link = decider.Decide(packet).Link;
        if (!link.IsNone)
        {
            _flows[link.Index] += isNew ? 1 : 0;
            _frames[link.Index] += frames;
            _bytes[link.Index] += bytes;
        }

        if (left is not null && isNew)
        {
            _asked++;
            _mustMove += link == gone ? 1 : 0;
            _moved += link != left.Decide(packet).Link ? 1 : 0;
        }
    }

    /// <summary>How the flows spread over the links.</summary>
    public WhichSpread Spread()
    {
        long total = _bytes.Sum();
        return new WhichSpread
        {
            Policy = decider.Name,
            Links = [.. _bytes.Select((bytes, i) => new WhichLoad(decider.Bundle[new LinkId(i)].Name, _flows[i], _frames[i], bytes))],
            Imbalance = total == 0 ? 1 : _bytes.Max() * (double)_bytes.Length / total,
        };
    }

    /// <summary>What moves when the link goes.</summary>
    /// <param name="sample">What the flows are, for people.</param>
    public WhichLoss Loss(string sample) => new()
    {
        Policy = decider.Name,
        LinkName = decider.Bundle[gone!.Value].Name,
        Sample = sample,
        Flows = (int)Math.Min(_asked, int.MaxValue),
        MustMove = _asked == 0 ? 0 : _mustMove / (double)_asked,
        Moved = _asked == 0 ? 0 : _moved / (double)_asked,
    };
}
