using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;
using Trunkline.Simulation.Fabric;
using static Trunkline.Simulation.Tests.Validation.Quantities;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>One port, Poisson arrivals: the waits of M/D/1 and M/M/1.</summary>
internal sealed class QueueingSanity : Experiment
{
    private const int HeaderBytes = 28;
    private const int FixedPayload = 1472;
    private const int MeanPayload = 4000;
    private const int Mtu = 65_535;

    // Of Student's distribution with 199 degrees of freedom.
    private const double NinetyNinePercent = 2.601;

    public override int Number => 5;

    public override string Title => "queueing sanity";

    public override string Expected =>
        "A port with Poisson arrivals is an M/G/1 queue: mean wait = r E[S²] / (2 (1 − r) E[S]²) in service times, so r / (2 (1 − r)) "
        + "for packets of one size and, but for headers and whole bytes, r / (1 − r) for exponential sizes.";

    public override string Source => "Pollaczek and Khinchine; Kleinrock, Queueing Systems I, 1975, §5.6";

    public override string Method =>
        "One datagram stream over one 10 Gb/s link, queue unbounded; the delay of every packet summed exactly, in batches of 1/200 of "
        + "the run. Payloads of 1472 B, or exponential with mean 4000 B, cut below at 1 B and above at 65 507 B, floored to whole "
        + "bytes, with 28 B of headers: the moments of S are those of what is sent, summed over that distribution, which lowers the "
        + "M/M/1 wait by 0.69 %. 1 to 45 million packets; the half width of the 99 % interval of the batch means must be "
        + "within 2 % too, else the run was too short to tell. Seed 1.";

    public override string Misses =>
        "Service of another distribution (the M/D/1 bound refuses the M/M/1 run), arrivals in bursts, a wait that counts the packet's "
        + "own transmission. `CanMissTests.Queueing…`.";

    public override IEnumerable<Row> Run(Effort effort)
    {
        (bool IsExponential, int Thousandths, long Packets)[] cases = effort == Effort.Quick
            ? [(false, 500, 400_000), (false, 700, 800_000), (true, 500, 1_000_000)]
            :
            [
                (false, 500, 1_000_000), (false, 800, 2_000_000), (false, 900, 7_000_000), (false, 950, 20_000_000),
                (true, 500, 1_000_000), (true, 800, 4_000_000), (true, 900, 12_000_000), (true, 950, 45_000_000),
            ];
        foreach ((Bound bound, Wait wait, (bool isExponential, int thousandths, _)) in Trial.All(
            cases, c => (BoundOf(c.IsExponential, c.Thousandths), Measure(c.IsExponential, c.Thousandths, c.Packets), c)))
        {
            string name = $"{(isExponential ? "M/M/1" : "M/D/1")}, r = {thousandths / 1000.0:0.00}";
            yield return new Row($"{name}: mean wait in service times", bound, wait.Mean);
            yield return new Row($"{name}: half width of its 99 % interval, %", Bound.AtMost(2), 100 * wait.HalfWidth / wait.Mean);
        }
    }

    /// <summary>What the wait has to be.</summary>
    public static Bound BoundOf(bool isExponential, int thousandths)
    {
        (double first, double second) = Moments(isExponential);
        double load = thousandths / 1000.0;
        return Bound.Percent(load * second / (first * first) / (2 * (1 - load)), 2);
    }

    /// <summary>Mean wait and the half width of its interval, in service times.</summary>
    public static Wait Measure(bool isExponential, int thousandths, long packets)
    {
        (double wireBytes, _) = Moments(isExponential);
        int payload = isExponential ? MeanPayload : FixedPayload;
        const double LinkBitsPerSecond = 10e9;
        double perSecond = thousandths / 1000.0 * LinkBitsPerSecond / (8 * wireBytes);
        var scenario = new Scenario
        {
            Name = "port",
            Hosts = [new Host("a"), new Host("b")],
            Bundles = [Bundle("link", "a", Link("b", 10.Gbps))],
            MtuBytes = Mtu,
            FrameOverheadBytes = 0,
            FrameBytesMin = 1,
            Duration = new Interval((long)(packets / perSecond * 1.01e9)),
            WarmUp = new Interval((long)(packets / perSecond * 0.01e9)),
            Measured = ["link"],
            Traffic =
            [
                new UdpTraffic
                {
                    Name = "poisson",
                    From = ["a"],
                    To = ["b"],
                    Rate = new BitRate((long)(perSecond * payload * 8)),
                    PacketBytes = payload,
                    IsPoisson = true,
                    IsSizeExponential = isExponential,
                },
            ],
        };
        Simulator simulator = null!;
        var batches = new List<(double Count, double Sum)>();
        (long Count, Int128 SumPs) before = default;
        RunResult result = Trial.Run(scenario, "pinned", 1, s => simulator = s, () =>
        {
            DelayHistogram delays = simulator.Network.Ports.Extras(0)!.Delays!;
            batches.Add((delays.Count - before.Count, (double)(delays.SumPs - before.SumPs)));
            before = (delays.Count, delays.SumPs);
        });
        double servicePs = wireBytes * 800;
        double mean = result.Links[0].Delays.MeanSeconds * 1e12 / servicePs;

        // Batches are of equal time, not of equal count: the spread of sum − mean × count, as of any ratio.
        double meanCount = batches.Average(b => b.Count);
        double spread = batches.Sum(b => Math.Pow((b.Sum / servicePs) - (mean * b.Count), 2)) / (batches.Count - 1);
        return new Wait(mean, NinetyNinePercent * Math.Sqrt(spread / batches.Count) / meanCount);
    }

    // First and second moment of what a packet occupies the wire with.
    private static (double First, double Second) Moments(bool isExponential)
    {
        if (!isExponential)
        {
            double wire = FixedPayload + HeaderBytes;
            return (wire, wire * wire);
        }

        double first = HeaderBytes;
        double second = HeaderBytes * HeaderBytes;
        for (int bytes = 1; bytes <= Mtu - HeaderBytes; bytes++)
        {
            // The chance that the payload is at least so long; S² grows by (H + k)² − (H + k − 1)² there.
            double share = bytes == 1 ? 1 : Math.Exp(-(double)bytes / MeanPayload);
            first += share;
            second += share * ((2 * (HeaderBytes + bytes)) - 1);
        }

        return (first, second);
    }
}

/// <summary>A mean wait, in service times.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="HalfWidth">Half the width of its 99 % interval.</param>
internal readonly record struct Wait(double Mean, double HalfWidth);
