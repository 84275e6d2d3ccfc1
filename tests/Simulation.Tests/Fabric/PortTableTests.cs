using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Tests.Fabric;

/// <summary>One port of 10 Gb/s: 800 ps a byte, 1.2 us a frame of 1500 B.</summary>
public sealed class PortTableTests
{
    private const long Us = 1_000_000;
    private const long FramePs = 1500 * 800;

    [Fact]
    public void Rate_ChangedWithinAFrame_HoldsForTheRestOfIt()
    {
        PortTable ports = Create(delayPs: 10 * Us);
        Send(ports, 0, 0);
        Send(ports, 1, 0);
        ports.SetRate(0, 1600, nowPs: FramePs / 2);

        // Half of the first at the old rate, the other half and all of the second at half of it.
        Assert.Equal([(0, (FramePs * 3 / 2) + (10 * Us)), (1, (FramePs * 7 / 2) + (10 * Us))], TakeAll(ports));
    }

    [Fact]
    public void Rate_Changed_LeavesAloneWhatIsOnTheWire()
    {
        PortTable ports = Create(delayPs: 100 * Us);
        Send(ports, 0, 0);
        ports.SetRate(0, 1600, nowPs: 20 * Us);

        Assert.Equal(0, ports[0].BacklogPs(20 * Us));
        Assert.Equal([(0, FramePs + (100 * Us))], TakeAll(ports));
    }

    [Fact]
    public void Delay_Shortened_LetsNothingOvertake_AndTimeDoesNotGoBack()
    {
        PortTable ports = Create(delayPs: 100 * Us);
        Send(ports, 0, 0);
        Send(ports, 1, 19 * Us);
        ports.SetDelay(0, 10 * Us, nowPs: 20 * Us);
        Send(ports, 2, 20 * Us);

        // The first is on the wire and the second still to leave; the third follows it.
        Assert.Equal(
            [(0, 30 * Us), (1, (19 * Us) + FramePs + (10 * Us)), (2, (19 * Us) + (2 * FramePs) + (10 * Us))], TakeAll(ports));
    }

    [Fact]
    public void Rate_ChangedAfterTheDelayWasShortened_LeavesAloneWhatIsOnTheWire()
    {
        PortTable ports = Create(delayPs: 100 * Us);
        Send(ports, 0, 0);
        ports.SetDelay(0, 95 * Us, nowPs: 2 * Us);
        ports.SetRate(0, 1600, nowPs: 3 * Us);

        Assert.Equal(0, ports[0].BacklogPs(3 * Us));
        Assert.Equal([(0, 97 * Us)], TakeAll(ports));
    }

    [Fact]
    public void Delay_Lengthened_HoldsForWhatIsStillToLeave()
    {
        PortTable ports = Create(delayPs: 10 * Us);
        Send(ports, 0, 0);
        Send(ports, 1, 2 * Us);
        ports.SetDelay(0, 50 * Us, nowPs: 2 * Us);

        Assert.Equal([(0, FramePs + (10 * Us)), (1, (2 * Us) + FramePs + (50 * Us))], TakeAll(ports));
    }

    private static PortTable Create(long delayPs)
    {
        var port = new Port
        {
            Line = new PacketLine(),
            PsPerByte = 800,
            DelayPs = delayPs,
            BoundPs = 1_000_000 * 800,
            MarkPs = SimTime.NeverPs,
        };
        return new PortTable([port], [null]);
    }

    private static void Send(PortTable ports, int index, long nowPs)
    {
        var packet = new Packet { Index = index, WireBytes = 1500 };
        Assert.True(ports.TrySend(0, in packet, nowPs));
    }

    private static List<(int Index, long Ps)> TakeAll(PortTable ports)
    {
        var taken = new List<(int, long)>();
        while (ports.NextPs != SimTime.NeverPs)
        {
            long ps = ports.NextPs;
            Assert.True(ports.TryTakeNext(out _, out Packet packet));
            taken.Add((packet.Index, ps));
        }

        return taken;
    }
}
