namespace Trunkline.Core.Balancing.Rules;

/// <summary>When rounds at fixed intervals are due.</summary>
internal static class RoundTimer
{
    /// <summary>The first round after now that is whole intervals after the one that was due; an interval from now at the start.</summary>
    public static long Next(long dueNs, long intervalNs, long nowNs) =>
        dueNs == long.MinValue ? nowNs + intervalNs : dueNs + ((((nowNs - dueNs) / intervalNs) + 1) * intervalNs);
}
