namespace Trunkline.Simulation.Tests.Transport;

/// <summary>Times as traces write them: <c>100.Us</c>.</summary>
internal static class TcpTime
{
    extension(int number)
    {
        /// <summary>Microseconds, in picoseconds.</summary>
        public long Us => number * 1_000_000L;

        /// <summary>Milliseconds, in picoseconds.</summary>
        public long Ms => number * 1_000_000_000L;

        /// <summary>Seconds, in picoseconds.</summary>
        public long Seconds => number * 1_000_000_000_000L;
    }
}
