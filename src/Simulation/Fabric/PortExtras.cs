using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Fabric;

/// <summary>What only some ports have: losses, a distribution of delays, RED, a trace.</summary>
internal sealed class PortExtras(ulong seed)
{
    private RandomSource _random = new(seed);
    private uint _lossBelow;
    private long _averagePs;

    /// <summary>Delays of the queue, where they are measured.</summary>
    public DelayHistogram? Delays { get; set; }

    /// <summary>Classes, or shared memory.</summary>
    public PortScheduler? Scheduler { get; set; }

    /// <summary>Told of every frame that the port accepts, with the time at which its last bit leaves.</summary>
    public Action<Packet, long>? Trace { get; set; }

    /// <summary>A fabric's technique that is told of every frame; null for none.</summary>
    public FabricTechnique? Watcher { get; set; }

    /// <summary>Marking between two thresholds.</summary>
    public RedMarking? Red { get; set; }

    /// <summary>When the timer runs out that waits for the frame being sent to leave.</summary>
    public long ArmedPs { get; set; }

    /// <summary>Sets the share of frames lost, 0 to a million.</summary>
    public void SetLoss(int ppm) => _lossBelow = (uint)Math.Min(uint.MaxValue, ((ulong)ppm << 32) / 1_000_000);

    /// <summary>Draws whether a frame is lost.</summary>
    public bool IsLost() => _lossBelow == uint.MaxValue || (uint)(_random.Next() >> 32) < _lossBelow;

    /// <summary>Takes note of a frame that the port accepted.</summary>
    public void OnSent(int number, ref Port port, ref Packet packet, long waitPs, long nowPs)
    {
        Delays?.Add(waitPs);
        Watcher?.OnSent(number, packet.WireBytes, ref packet.Tag, SimTime.ToTimestamp(nowPs));
        if (Red is { } red)
        {
            _averagePs += (waitPs - _averagePs) >> red.AverageShift;
            if (packet.Is(PacketFlags.EcnCapable) && red.Draws(_averagePs, ref _random))
            {
                packet.Flags |= PacketFlags.Marked;
                port.Marks++;
            }
        }

        Trace?.Invoke(packet, port.BusyUntilPs);
    }
}

/// <summary>Marks more and more packets between two backlogs (Floyd and Jacobson, RED, 1993; without its count between marks).</summary>
/// <param name="MinimumPs">No mark below, as time to send the backlog.</param>
/// <param name="MaximumPs">Every packet above.</param>
/// <param name="ProbabilityThousandths">The chance just below the maximum.</param>
/// <param name="AverageShift">Weight of a new sample, as a power of two.</param>
internal sealed record RedMarking(long MinimumPs, long MaximumPs, int ProbabilityThousandths, int AverageShift)
{
    /// <summary>Draws whether a packet is marked.</summary>
    public bool Draws(long averagePs, ref RandomSource random)
    {
        if (averagePs <= MinimumPs || averagePs > MaximumPs)
        {
            return averagePs > MaximumPs;
        }

        UInt128 below = (UInt128)(ulong)(averagePs - MinimumPs) * (ulong)ProbabilityThousandths * (1UL << 32);
        return (random.Next() >> 32) * (UInt128)(ulong)(MaximumPs - MinimumPs) * 1000 < below;
    }
}
