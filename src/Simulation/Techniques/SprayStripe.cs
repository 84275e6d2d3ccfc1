using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Techniques;

/// <summary>Every packet by itself over the links, and at the far end perhaps a resequencer.</summary>
internal sealed class SprayStripe(int[] ports, Bundle bundle, IBalancer choice, Resequencer? resequencer) : Stripe(ports, bundle)
{
    private uint _next;

    /// <inheritdoc/>
    public override long NextDeadlinePs => DeadlinePs(resequencer?.NextDeadline ?? Timestamp.MaxValue);

    /// <inheritdoc/>
    public override MoveCounters Moves => choice.Moves;

    /// <inheritdoc/>
    public override int Send(ref Packet packet, long nowPs)
    {
        // A packet for which the queue has no room leaves no gap.
        packet.Sequence = _next;
        LinkId link = choice.Pick(packet.Sequence, packet.WireBytes, SimTime.ToTimestamp(nowPs));
        if (link.IsNone || !Simulator.TrySend(Ports[link.Index], in packet))
        {
            Simulator.Drop(in packet);
            return -1;
        }

        _next++;
        Simulator.NoteSent(Bundle, link, Ports[link.Index], packet.WireBytes);
        return Ports[link.Index];
    }

    /// <inheritdoc/>
    public override void OnArrival(int port, ref Packet packet, long nowPs)
    {
        if (resequencer is null)
        {
            Simulator.HandOn(port, ref packet);
            return;
        }

        long token = Keep(in packet);
        switch (resequencer.OnPacket(LinkOf(port), packet.Sequence, packet.WireBytes, token, SimTime.ToTimestamp(nowPs)))
        {
            case StripeArrival.Late:
                TakeBack(token);
                Simulator.HandOn(port, ref packet);
                break;
            case StripeArrival.Discard:
                TakeBack(token);
                Simulator.Drop(in packet);
                break;
            default:
                break;
        }

        Release();
    }

    /// <inheritdoc/>
    public override void OnDeadline(long nowPs)
    {
        resequencer!.OnDeadline(SimTime.ToTimestamp(nowPs));
        Release();
    }

    /// <inheritdoc/>
    public override void OnLinkChange(long nowPs)
    {
        choice.OnLinkChange(SimTime.ToTimestamp(nowPs));
        for (int link = 0; link < Ports.Length; link++)
        {
            resequencer?.OnLinkChange(new LinkId(link), Bundle.IsUp(new LinkId(link)));
        }
    }

    private void Release()
    {
        while (resequencer!.TryRelease(out long token))
        {
            Packet packet = TakeBack(token);
            Simulator.HandOn(Ports[0], ref packet);
        }
    }
}
