using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>Quantities as people write them, and the links that experiments are built of.</summary>
internal static class Quantities
{
    extension(int number)
    {
        /// <summary>So many nanoseconds.</summary>
        public Interval Ns => new(number);

        /// <summary>So many microseconds.</summary>
        public Interval Us => Interval.FromMicroseconds(number);

        /// <summary>So many milliseconds.</summary>
        public Interval Ms => Interval.FromMilliseconds(number);

        /// <summary>So many megabits per second.</summary>
        public BitRate Mbps => new(number * 1_000_000L);

        /// <summary>So many gigabits per second.</summary>
        public BitRate Gbps => new(number * 1_000_000_000L);
    }

    /// <summary>A queue that is never full.</summary>
    public static PortQueue Unbounded { get; } = new() { Bound = new ByteCount(1L << 30) };

    /// <summary>A queue of so many bytes.</summary>
    public static PortQueue Queue(long bytes) => new() { Bound = new ByteCount(bytes) };

    /// <summary>A link without a bound on its queue.</summary>
    public static BundleLink Link(string to, BitRate rate, Interval delay = default) => new(to, rate, delay, Unbounded);

    /// <summary>A bundle.</summary>
    public static LinkBundle Bundle(string name, string from, params BundleLink[] links) =>
        new() { Name = name, From = from, Links = links };

    /// <summary>Hosts of one kind: <c>h0</c>, <c>h1</c>, ….</summary>
    public static Host[] Hosts(string name, int count) => [.. Enumerable.Range(0, count).Select(i => new Host($"{name}{i}"))];
}
