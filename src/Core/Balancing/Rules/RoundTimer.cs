namespace Trunkline.Core.Balancing.Rules;

/// <summary>When rounds at fixed intervals are due.</summary>
internal static class RoundTimer
{
    /// <summary>The first round that comes after now, whole intervals after the one that was due; an interval from now at the beginning.</summary>
    public static long Next(long dueNs, long intervalNs, long nowNs) =>
        dueNs == long.MinValue ? nowNs + intervalNs : dueNs + ((((nowNs - dueNs) / intervalNs) + 1) * intervalNs);
}
