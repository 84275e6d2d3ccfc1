using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Techniques;

/// <summary>Frame trunking with de-skew: one queue for all links, and frames that arrive in the order in which they left.</summary>
internal sealed class TrunkStripe(int[] ports, Bundle bundle, TrunkDeskew deskew) : Stripe(ports, bundle)
{
    private readonly TrunkScheduler _scheduler = new(deskew, bundle[new LinkId(0)].Rate);
    private long _lastDeliveryPs = -1;

    /// <inheritdoc/>
    public override int Send(ref Packet packet, long nowPs)
    {
        // The queue is as long as those of the links together, so that it takes as long to drain as one of them.
        int free = -1;
        long freePs = SimTime.NeverPs;
        for (int link = 0; link < Ports.Length; link++)
        {
            if (_scheduler.IsUp(link) && _scheduler.FinishPs(link) < freePs)
            {
                (free, freePs) = (link, _scheduler.FinishPs(link));
            }
        }

        long waitPs = free < 0 ? 0 : Math.Max(freePs, nowPs) - nowPs;
        if (free < 0 || !Simulator.Network.Ports.HasRoom(Ports[free], packet.WireBytes, waitPs))
        {
            Simulator.Network.Ports.NoteDrop(Ports[Math.Max(0, free)]);
            Simulator.Drop(in packet);
            return -1;
        }

        TrunkSlot slot = _scheduler.Next(packet.WireBytes, nowPs);

        // What is handed on at one instant keeps its order by a picosecond.
        _lastDeliveryPs = Math.Max(slot.DeliveryPs, _lastDeliveryPs + 1);
        int port = Ports[slot.Link.Index];
        Simulator.Network.Ports.SendAt(port, in packet, slot.StartPs - nowPs, slot.FinishPs, _lastDeliveryPs, nowPs);
        Simulator.NoteSent(Bundle, slot.Link, port, packet.WireBytes);
        return port;
    }

    /// <inheritdoc/>
    public override void OnArrival(int port, ref Packet packet, long nowPs) => Simulator.HandOn(port, ref packet);

    /// <inheritdoc/>
    public override void OnLinkChange(long nowPs)
    {
        for (int link = 0; link < Ports.Length; link++)
        {
            _scheduler.OnLinkChange(new LinkId(link), Bundle.IsUp(new LinkId(link)));
        }
    }
}
