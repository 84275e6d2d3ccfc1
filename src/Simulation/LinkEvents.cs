using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation;

/// <summary>Makes happen to links what a scenario says, and tells the ends when they notice.</summary>
internal sealed class LinkEvents
{
    private const int MillionPpm = 1_000_000;

    private readonly Simulator _simulator;
    private readonly Network _network;
    private readonly IReadOnlyList<LinkEvent> _events;

    /// <summary>Takes the events of a scenario; event i is number 2i, and that its ends notice 2i + 1.</summary>
    public LinkEvents(Simulator simulator)
    {
        _simulator = simulator;
        _network = simulator.Network;
        _events = _network.Topology.Scenario.Events;
    }

    /// <summary>Asks for a call at each.</summary>
    public void Schedule()
    {
        for (int i = 0; i < _events.Count; i++)
        {
            LinkEvent what = _events[i];
            long atPs = SimTime.ToPs(what.At);
            _simulator.ScheduleEvent(atPs, i * 2);
            if (what.Kind is LinkEventKind.Down or LinkEventKind.Up or LinkEventKind.Rate)
            {
                _simulator.ScheduleEvent(atPs + SimTime.ToPs(what.DetectAfter), (i * 2) + 1);
            }
        }
    }

    /// <summary>Does what is due.</summary>
    public void OnEvent(int number)
    {
        LinkEvent what = _events[number / 2];
        foreach (int port in PortsOf(what))
        {
            if (number % 2 == 0)
            {
                Happen(what, port);
            }
            else
            {
                Notice(what, port);
            }
        }

        if (number % 2 == 1)
        {
            _simulator.OnNoticed(what.Kind != LinkEventKind.Rate);
        }
    }

    /// <summary>Who notices that a carrier is gone sees both directions, so that a link which is down one way is down.</summary>
    private IEnumerable<int> PortsOf(LinkEvent what)
    {
        foreach (bool isBack in (bool[])[false, true])
        {
            if (what.Directions.HasFlag(isBack ? LinkDirections.Back : LinkDirections.Forth))
            {
                yield return _network.Topology.PortsOf(what.Bundle, isBack).ElementAt(what.Link);
            }
        }
    }

    private void Happen(LinkEvent what, int port)
    {
        PortTable ports = _network.Ports;
        BundleLink link = _network.Topology.Ports[port].Spec;
        switch (what.Kind)
        {
            case LinkEventKind.Down:
                ports.SetUp(port, up: false, _simulator.NowPs, _simulator.OnLost);
                break;
            case LinkEventKind.Up:
                ports.SetUp(port, up: true, _simulator.NowPs, _simulator.OnLost);
                ports.SetRate(port, link.Rate.PicosecondsPerByte, _simulator.NowPs);
                ports.SetDelay(port, Topology.DelayPs(link), _simulator.NowPs);
                _network.SetLoss(port, link.LossPpm);
                break;
            case LinkEventKind.Rate:
                ports.SetRate(port, what.Rate.PicosecondsPerByte, _simulator.NowPs);
                break;
            case LinkEventKind.Delay:
                ports.SetDelay(port, SimTime.ToPs(what.Delay), _simulator.NowPs);
                break;
            case LinkEventKind.Loss:
                _network.SetLoss(port, what.LossPpm);
                break;
            default:
                _network.SetLoss(port, MillionPpm);
                break;
        }

        _simulator.OnPortChange(port);
    }

    private void Notice(LinkEvent what, int port)
    {
        if (what.Kind == LinkEventKind.Rate)
        {
            _simulator.OnNotice(port, isUp: null, what.Rate);
            return;
        }

        // What is noticed is how the link is by now; who has a carrier one way only has none.
        PortTable ports = _network.Ports;
        bool isUp = ((ports[port].Traits | ports[port ^ 1].Traits) & PortTraits.Down) == 0;
        foreach (int end in (int[])[port, port ^ 1])
        {
            _simulator.OnNotice(end, isUp, what.Kind == LinkEventKind.Up ? _network.Topology.Ports[end].Spec.Rate : null);
        }
    }
}
