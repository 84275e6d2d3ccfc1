using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Tracing;

/// <summary>Writes the frames of some ports into a pcapng file, in the order of their times: an interface for each port.</summary>
/// <remarks>
/// What a queue drops is not in it; what a link loses is. A frame's time is that at which its last bit left, or arrived, since the start
/// of the run. Frames hold their headers; payload is left out, as by a capture with a short snap length.
/// </remarks>
internal sealed class FrameTrace(IReadOnlyList<TracePoint> points, Func<Stream> open)
{
    private readonly PriorityQueue<byte[], (long TimePs, long Number)> _waiting = new();
    private readonly byte[] _block = new byte[Math.Max(PcapngWriter.InterfaceLengthMax, FrameWriter.LengthMax + PcapngWriter.PacketOverheadMax)];
    private readonly byte[] _frame = new byte[FrameWriter.LengthMax];
    private Stream _output = Stream.Null;
    private FrameWriter? _frames;
    private long _count;

    /// <summary>Begins the file and listens to the ports of a run.</summary>
    public void Attach(Simulator simulator)
    {
        _frames = new FrameWriter(simulator);
        _output = open();
        _output.Write(_block, 0, PcapngWriter.WriteSectionHeader(_block));
        for (int i = 0; i < points.Count; i++)
        {
            (int number, TracePoint point) = (i, points[i]);
            BitRate speed = simulator.Network.Topology.Ports[point.Port].Spec.Rate;
            _output.Write(_block, 0, PcapngWriter.WriteInterface(_block, LinkType.Ethernet, point.Name, speed));
            Listen(simulator, point, number);
        }
    }

    /// <summary>Writes what was seen up to the end.</summary>
    public void Finish(long nowPs)
    {
        WriteUntil(nowPs);
        _waiting.Clear();
        _output.Flush();
    }

    private void Listen(Simulator simulator, TracePoint point, int number)
    {
        PortTable ports = simulator.Network.Ports;
        PortExtras extras = ports.ExtrasFor(point.Port, () => new PortExtras(0));
        ports[point.Port].Traits |= PortTraits.Traced;
        extras.Trace += (packet, leftPs) =>
        {
            // Nothing that is accepted from now on leaves before now.
            WriteUntil(simulator.NowPs);
            long timePs = leftPs + (point.IsAtFarEnd ? ports[point.Port].DelayPs : 0);
            (int length, int wireLength) = _frames!.Write(_frame, in packet);
            int blockLength = PcapngWriter.WritePacket(_block, number, SimTime.ToTimestamp(timePs), _frame.AsSpan(0, length), wireLength);
            _waiting.Enqueue(_block[..blockLength], (timePs, _count++));
        };
    }

    private void WriteUntil(long nowPs)
    {
        while (_waiting.TryPeek(out byte[]? block, out (long TimePs, long Number) at) && at.TimePs <= nowPs)
        {
            _output.Write(block);
            _waiting.Dequeue();
        }
    }
}
