using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Techniques;

/// <summary>Frame trunking with de-skew: one queue for all links, and frames that arrive in the order in which they left.</summary>
internal sealed class TrunkStripe(int[] ports, Bundle bundle, TrunkDeskew deskew) : Stripe(ports, bundle)
{
    private readonly long[] _psPerByte = [.. Enumerable.Range(0, ports.Length).Select(i => bundle[new LinkId(i)].Rate.PicosecondsPerByte)];
    private TrunkScheduler _scheduler = new(deskew, bundle[new LinkId(0)].Rate);
    private long _formedPs;
    private long _lastDeliveryPs = -1;

    /// <inheritdoc/>
    public override int Send(ref Packet packet, long nowPs)
    {
        if (HasOtherSpeeds())
        {
            Form(nowPs);
        }

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

        long fromPs = Math.Max(nowPs, _formedPs);
        long waitPs = free < 0 ? 0 : Math.Max(freePs, fromPs) - nowPs;
        if (free < 0 || !Simulator.Network.Ports.HasRoom(Ports[free], packet.WireBytes, waitPs))
        {
            Simulator.Network.Ports.NoteDrop(Ports[Math.Max(0, free)]);
            Simulator.Drop(in packet);
            return -1;
        }

        TrunkSlot slot = _scheduler.Next(packet.WireBytes, fromPs);

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
    public override void OnLinkChange(long nowPs) => SetMembers();

    private bool HasOtherSpeeds()
    {
        for (int link = 0; link < Ports.Length; link++)
        {
            if (Simulator.Network.Ports[Ports[link]].PsPerByte != _psPerByte[link])
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Forms the trunk anew at the speed of its first link that is up, behind what is queued; those of other speeds are out.</summary>
    private void Form(long nowPs)
    {
        for (int link = 0; link < Ports.Length; link++)
        {
            ref Port port = ref Simulator.Network.Ports[Ports[link]];
            _psPerByte[link] = port.PsPerByte;
            _formedPs = Math.Max(_formedPs, Math.Max(nowPs, port.BusyUntilPs));
        }

        _scheduler = new TrunkScheduler(deskew, new BitRate(8_000_000_000_000 / _psPerByte[First()]));
        SetMembers();
    }

    private void SetMembers()
    {
        long psPerByte = _psPerByte[First()];
        for (int link = 0; link < Ports.Length; link++)
        {
            _scheduler.OnLinkChange(new LinkId(link), Bundle.IsUp(new LinkId(link)) && _psPerByte[link] == psPerByte);
        }
    }

    private int First() => Math.Max(0, Enumerable.Range(0, Ports.Length).FirstOrDefault(i => Bundle.IsUp(new LinkId(i))));
}
