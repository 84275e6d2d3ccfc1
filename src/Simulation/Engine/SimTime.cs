using Trunkline.Core.Units;

namespace Trunkline.Simulation.Engine;

/// <summary>The simulator counts picoseconds since the start of a run, in 64 bits: 106 days.</summary>
/// <remarks>
/// A byte at 100 Gb/s takes 80 ps, and every Ethernet rate from 1 Gb/s to 1.6 Tb/s is a whole number of them per byte. Instants are
/// plain numbers whose names end in Ps; towards Core they round down to nanoseconds.
/// </remarks>
internal static class SimTime
{
    /// <summary>Never.</summary>
    public const long NeverPs = long.MaxValue;

    /// <summary>Picoseconds in a second.</summary>
    public const long SecondPs = 1_000_000_000_000;

    /// <summary>The instant as Core counts, rounded down.</summary>
    public static Timestamp ToTimestamp(long ps) => new((long)((ulong)ps / 1000));

    /// <summary>An interval in picoseconds.</summary>
    public static long ToPs(Interval interval) => checked(interval.Nanoseconds * 1000);

    /// <summary>An instant of Core's in picoseconds; one too far away is never.</summary>
    public static long ToPs(Timestamp instant) => instant.Nanoseconds > long.MaxValue / 1000 ? NeverPs : Math.Max(0, instant.Nanoseconds) * 1000;

    /// <summary>A time as Core counts, rounded down.</summary>
    public static Interval ToInterval(long ps) => new(ps / 1000);

    /// <summary>Seconds, for results.</summary>
    public static double ToSeconds(long ps) => ps / 1e12;
}
