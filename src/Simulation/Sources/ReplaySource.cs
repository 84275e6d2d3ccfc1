using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Sends the frames of a capture as they were recorded, whatever becomes of them; each is hashed by its own headers.</summary>
/// <remarks>
/// All go from the first host of the one list to the first of the other. What is longer than a frame can be, since it was captured
/// before the NIC cut it, goes out cut. Open loop: nobody answers, and nobody slows down.
/// </remarks>
internal sealed class ReplaySource(ReplayTraffic spec, SourceSite site, ReplayCapture capture) : TrafficSource
{
    private const int EthernetBytes = 14;
    private const int HeaderBytes = 40;

    private readonly Connection?[] _streams = new Connection?[capture.FlowCount];
    private readonly int _from = site.Topology.Node(spec.From[0]);
    private readonly int _to = site.Topology.Node(spec.To[0]);
    private readonly long _stopPs = site.StopPs(spec);
    private int _next;

    /// <inheritdoc/>
    public override void OnStart() => ScheduleNext();

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        ReplayFrame frame = capture.Frames[_next++];
        Connection stream = _streams[frame.Flow] ??= OpenStream(frame.Flow);
        int left = Math.Max(1, frame.Bytes - EthernetBytes);
        while (left > 0)
        {
            // A piece behind the first repeats the headers.
            int bytes = Math.Min(left, site.Scenario.MtuBytes);
            Simulator.SendDatagram(stream, _to, bytes, Math.Max(1, Simulator.WireBytes(bytes)));
            left -= bytes;
            left += left > 0 ? HeaderBytes : 0;
        }

        ScheduleNext();
    }

    private Connection OpenStream(int flow)
    {
        Connection stream = Simulator.OpenDatagrams(this, _from, _to, default);
        stream.Class = (byte)spec.Class;
        Simulator.Network.Hashes.SetHeaders(stream.Flow, capture, flow);
        return stream;
    }

    private void ScheduleNext()
    {
        if (_next < capture.Frames.Count)
        {
            long atPs = SimTime.ToPs(spec.Start) + (long)((Int128)capture.Frames[_next].OffsetNs * 1_000_000 / spec.SpeedThousandths);
            if (atPs < _stopPs)
            {
                Simulator.Schedule(this, Math.Max(atPs, Simulator.NowPs));
            }
        }
    }
}
