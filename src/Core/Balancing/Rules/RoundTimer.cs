namespace Trunkline.Core.Balancing.Rules;

/// <summary>When rounds at fixed intervals are due.</summary>
internal static class RoundTimer
{
    /// <summary>The next round after one that was due at <paramref name="dueNs"/> and runs now.</summary>
    /// <returns>An interval after it was due; an interval from now at the beginning or when that has passed too.</returns>
    public static long Next(long dueNs, long intervalNs, long nowNs) =>
        dueNs != long.MinValue && dueNs + intervalNs > nowNs ? dueNs + intervalNs : nowNs + intervalNs;
}
