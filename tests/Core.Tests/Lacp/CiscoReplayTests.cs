using Trunkline.Core.Lacp;
using Trunkline.Core.Units;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>One of the two switches of a capture is ours: it hears what the other said, when that said it.</summary>
public class CiscoReplayTests
{
    private const ushort OtherPort = 22;

    // Its key 13 is, in our layout, that of a port of 5 Gb/s without administrative key.
    private static readonly LacpOptions Options = new()
    {
        System = 0x000e_8316_f500,
        SystemPriority = 0x8000,
        AdminKey = 0,
        IsActive = false,
        HasShortTimeout = false,
        Control = MuxControl.Coupled,
        CollectorMaxDelay = 0x8000,
    };

    [Fact]
    public void Capture_WithOneEndOurs_EndsWithTheFramesOfTheSwitch()
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), "tcpdump-lacp.pcap"));
        var system = new LacpSystem(Options, [new LacpPortOptions { Address = 0x000e_8316_f510, Number = 25, Priority = 0x8000 }]);
        var sent = new List<byte[]>();
        Timestamp start = frames[0].Time;
        system.OnLink(new LinkId(0), true, new BitRate(5_000_000_000), true, start);
        foreach (CapturedFrame frame in frames.Where(frame => PortOf(frame.Frame) == OtherPort))
        {
            RunUntil(frame.Time);
            Assert.Equal(SlowPduError.None, system.OnFrame(new LinkId(0), frame.Frame, frame.Time));
            Drain();
        }

        RunUntil(frames[^1].Time + Interval.FromSeconds(31));

        // What it said when it was in sync, and a period later: to the byte, the Ethernet header included.
        string[] expected = [.. frames.Where(frame => PortOf(frame.Frame) != OtherPort).TakeLast(2).Select(frame => Hex.Text(frame.Frame))];
        string[] actual = [.. sent.Select(frame => Hex.Text(frame)).Distinct().TakeLast(2)];
        Assert.Equal(expected, actual);
        Assert.True(system.Ports[0].IsDistributing);

        void RunUntil(Timestamp end)
        {
            while (system.NextDeadline <= end)
            {
                system.OnTime(system.NextDeadline);
                Drain();
            }
        }

        void Drain()
        {
            byte[] frame = new byte[LacpSystem.FrameLength];
            while (system.TryTransmit(out _, frame))
            {
                sent.Add([.. frame]);
            }
        }
    }

    private static ushort PortOf(byte[] frame)
    {
        Lacpdu.Parse(frame.AsSpan(14), out Lacpdu pdu);
        return pdu.Actor.Port;
    }
}
