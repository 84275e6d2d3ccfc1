using Trunkline.Core.Units;
using static Trunkline.Core.Lacp.PeriodicState;

namespace Trunkline.Core.Lacp;

/// <summary>States of the periodic transmission machine.</summary>
public enum PeriodicState
{
    /// <summary>NO_PERIODIC: nothing is sent.</summary>
    NoPeriodic,

    /// <summary>FAST_PERIODIC: every second.</summary>
    Fast,

    /// <summary>SLOW_PERIODIC: every 30 seconds.</summary>
    Slow,

    /// <summary>PERIODIC_TX: now; passes on at once.</summary>
    Transmit,
}

/// <summary>What the periodic transmission machine reacts to.</summary>
public enum PeriodicInput
{
    /// <summary>port_enabled or LACP_Enabled is FALSE, or both ends are passive.</summary>
    Disabled,

    /// <summary>None of that.</summary>
    Enabled,

    /// <summary>The partner uses the long timeout.</summary>
    PartnerSlow,

    /// <summary>The partner uses the short timeout.</summary>
    PartnerFast,

    /// <summary>periodic_timer expired.</summary>
    TimerExpired,
}

/// <summary>When to send the next LACPDU: Periodic Transmission machine, IEEE 802.1AX-2014 §6.4.13.</summary>
public static class PeriodicMachine
{
    /// <summary>The state that follows.</summary>
    public static PeriodicState Next(PeriodicState state, PeriodicInput input) => (state, input) switch
    {
        (_, PeriodicInput.Disabled) => NoPeriodic,
        (NoPeriodic, PeriodicInput.Enabled) => Fast,
        (Fast, PeriodicInput.PartnerSlow) => Slow,
        (Slow, PeriodicInput.PartnerFast) => Transmit,
        (Fast or Slow, PeriodicInput.TimerExpired) => Transmit,
        (Transmit, PeriodicInput.PartnerFast) => Fast,
        (Transmit, PeriodicInput.PartnerSlow) => Slow,
        _ => state,
    };

    /// <summary>Follows both ends' states and the time.</summary>
    /// <returns>Whether anything changed.</returns>
    internal static bool Run(LacpPort port, Timestamp now)
    {
        bool isOff = !port.IsUp || !port.HasLacp || ((port.Actor.State | port.Partner.State) & LacpState.Activity) == 0;
        bool hasChanged = Move(port, isOff ? PeriodicInput.Disabled : PeriodicInput.Enabled, now);
        if (port.Periodic == NoPeriodic)
        {
            return hasChanged;
        }

        PeriodicInput partner = port.Partner.Has(LacpState.ShortTimeout) ? PeriodicInput.PartnerFast : PeriodicInput.PartnerSlow;
        hasChanged |= Move(port, partner, now);
        if (port.PeriodicTimer <= now)
        {
            hasChanged |= Move(port, PeriodicInput.TimerExpired, now);
        }

        return Move(port, partner, now) | hasChanged;
    }

    private static bool Move(LacpPort port, PeriodicInput input, Timestamp now)
    {
        PeriodicState before = port.Periodic;
        port.Periodic = Next(before, input);
        if (port.Periodic == before)
        {
            return false;
        }

        switch (port.Periodic)
        {
            case NoPeriodic:
                port.PeriodicTimer = Timestamp.MaxValue;
                break;
            case Transmit:
                port.NeedToTransmit = true;
                break;
            default:
                Interval period = port.Periodic == Fast ? LacpTimes.FastPeriodic : LacpTimes.SlowPeriodic;
                port.PeriodicTimer = StartTimer(port.PeriodicTimer, period, now);
                break;
        }

        return true;
    }

    /// <summary>Counts from when the timer expired, not from when somebody looked, so that late callers do not lengthen the period.</summary>
    private static Timestamp StartTimer(Timestamp expired, Interval period, Timestamp now)
    {
        bool isLate = expired <= now && now - expired < period;
        return (isLate ? expired : now) + period;
    }
}
