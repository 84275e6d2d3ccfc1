using Trunkline.Core.Units;

namespace Trunkline.Core.Lacp;

/// <summary>The constants of the state machines (IEEE 802.1AX-2014 §6.4.4; in the 2008 edition §5.4.4).</summary>
public static class LacpTimes
{
    /// <summary>Fast_Periodic_Time: between LACPDUs when the partner uses the short timeout.</summary>
    public static readonly Interval FastPeriodic = Interval.FromSeconds(1);

    /// <summary>Slow_Periodic_Time: between LACPDUs when the partner uses the long timeout.</summary>
    public static readonly Interval SlowPeriodic = Interval.FromSeconds(30);

    /// <summary>Short_Timeout_Time: without a LACPDU for this long, what was received is no longer current.</summary>
    public static readonly Interval ShortTimeout = Interval.FromSeconds(3);

    /// <summary>Long_Timeout_Time: likewise.</summary>
    public static readonly Interval LongTimeout = Interval.FromSeconds(90);

    /// <summary>Churn_Detection_Time: the longest that a port may be out of sync before that is a fault.</summary>
    public static readonly Interval ChurnDetection = Interval.FromSeconds(60);

    /// <summary>Aggregate_Wait_Time: how long a port waits for others to attach with it.</summary>
    public static readonly Interval AggregateWait = Interval.FromSeconds(2);

    /// <summary>The window of the limits below.</summary>
    public static readonly Interval LimitWindow = FastPeriodic;

    /// <summary>LACPDUs that a port sends in any <see cref="LimitWindow"/> at most (§6.4.16).</summary>
    public const int LacpdusPerWindow = 3;

    /// <summary>Marker PDUs and responses that a port sends in any second at most (IEEE 802.3 §57A.4: 10 for a slow protocol).</summary>
    public const int MarkersPerWindow = 10;
}
