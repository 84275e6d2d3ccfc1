using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Lacp;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Lacp.Judges;

/// <summary>A live partner, Open vSwitch, over two virtual cables: it has to agree, and to be believed when it hears nothing.</summary>
[Trait("Needs", "ovs")]
public sealed class OvsLacpTests
{
    private static readonly BitRate TenGigabit = new(10_000_000_000);

    [Theory]
    [InlineData(MuxControl.Independent)]
    [InlineData(MuxControl.Coupled)]
    public void Ovs_OverTwoCables_NegotiatesAndNoticesADeadDirection(MuxControl control)
    {
        using var bond = new OvsBond("fast");
        using Wire wire = new(bond, LacpNetwork.Options(0x0200_0000_0a00) with { Control = control });
        double upAfter = wire.RunUntil(system => system.DistributingLinks == 3, seconds: 10);
        Assert.InRange(upAfter, 1.9, 6);
        wire.RunFor(1.2);
        string shown = bond.Show();
        Assert.Contains("status: active negotiated", shown, StringComparison.Ordinal);
        Assert.Equal(2, Count(shown, ": current attached"));
        Assert.Equal(2, Count(shown, "actor state: activity timeout aggregation synchronized collecting distributing\n"));
        Assert.Equal(2, Count(shown, "partner state: activity timeout aggregation synchronized collecting distributing\n"));
        Assert.Equal(2, Count(shown, "partner sys_id: 02:00:00:00:0a:00\n"));
        Assert.Equal(2, Count(shown, $"partner key: {wire.System.Ports[0].Actor.Key}\n"));

        // It hears nothing on the second link any longer. It goes on saying "in sync, collecting, distributing", but also "expired".
        wire.Mute = 1;
        double downAfter = wire.RunUntil(system => system.DistributingLinks == 1, seconds: 6);
        Assert.InRange(downAfter, 2, 4.5);
        wire.Mute = -1;
        Assert.InRange(wire.RunUntil(system => system.DistributingLinks == 3, seconds: 6), 1.9, 6);
        Assert.Equal((0L, 0L), (wire.System.Ports[0].Counters.Expirations, wire.System.Ports[1].Counters.Expirations));
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>Our end: a system, a raw socket, and the time of the machine.</summary>
    private sealed class Wire : IDisposable
    {
        private readonly Socket _socket;
        private readonly int[] _devices;
        private readonly long _start = TimeProvider.System.GetTimestamp();
        private readonly byte[] _frame = new byte[2048];
        private readonly SocketAddress _from = new(AddressFamily.Packet, SocketAddress.GetMaximumAddressSize(AddressFamily.Packet));

        public Wire(OvsBond bond, LacpOptions options)
        {
            _devices = [bond.DeviceIndex(0), bond.DeviceIndex(1)];
            var protocol = (ProtocolType)BinaryPrimitives.ReverseEndianness(EtherTypes.SlowProtocols);
            _socket = bond.Namespace.Within(() => new Socket(AddressFamily.Packet, SocketType.Raw, protocol));
            System = new LacpSystem(options, [new() { Address = options.System + 1 }, new() { Address = options.System + 2 }]);
            System.OnLink(new LinkId(0), true, TenGigabit, true, Now);
            System.OnLink(new LinkId(1), true, TenGigabit, true, Now);
        }

        public LacpSystem System { get; }

        /// <summary>The link on which nothing that we send gets through.</summary>
        public int Mute { get; set; } = -1;

        private Timestamp Now => new((long)(TimeProvider.System.GetElapsedTime(_start).TotalMicroseconds * 1e3));

        public void RunFor(double seconds) => Run(_ => false, seconds);

        /// <returns>Seconds that it took.</returns>
        public double RunUntil(Func<LacpSystem, bool> isDone, double seconds)
        {
            double took = Run(isDone, seconds);
            Assert.True(isDone(System), $"not within {seconds} s: {System.Ports[0].Partner}, {System.Ports[1].Partner}");
            return took;
        }

        public void Dispose() => _socket.Dispose();

        private double Run(Func<LacpSystem, bool> isDone, double seconds)
        {
            Timestamp start = Now;
            Timestamp end = start + new Interval((long)(seconds * 1e9));
            while (Now < end && !isDone(System))
            {
                if (_socket.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead))
                {
                    Receive();
                }

                if (System.NextDeadline <= Now)
                {
                    System.OnTime(Now);
                }

                while (System.TryTransmit(out LinkId link, _frame))
                {
                    Send(link);
                }
            }

            return (Now - start).TotalSeconds;
        }

        private void Receive()
        {
            const byte PacketOutgoing = 4;
            _from.Size = _from.Buffer.Length;
            int length = _socket.ReceiveFrom(_frame, SocketFlags.None, _from);
            int port = Array.IndexOf(_devices, BinaryPrimitives.ReadInt32LittleEndian(_from.Buffer.Span[4..]));
            if (_from.Buffer.Span[10] != PacketOutgoing && port >= 0)
            {
                Assert.Equal(SlowPduError.None, System.OnFrame(new LinkId(port), _frame.AsSpan(0, length), Now));
            }
        }

        private void Send(LinkId link)
        {
            if (link.Index != Mute)
            {
                // struct sockaddr_ll: family 2, protocol 2, ifindex 4, hatype 2, pkttype 1, halen 1, addr 8.
                var to = new SocketAddress(AddressFamily.Packet, 20);
                BinaryPrimitives.WriteInt32LittleEndian(to.Buffer.Span[4..], _devices[link.Index]);
                _socket.SendTo(_frame.AsSpan(0, LacpSystem.FrameLength), SocketFlags.None, to);
            }
        }
    }
}
