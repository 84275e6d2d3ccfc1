using Trunkline.Core.Units;

namespace Trunkline.Core.Lacp;

/// <summary>States of a churn detection machine.</summary>
public enum ChurnState
{
    /// <summary>CHURN_MONITOR: out of sync, not yet for long.</summary>
    Monitor,

    /// <summary>NO_CHURN: in sync.</summary>
    NoChurn,

    /// <summary>CHURN: out of sync for <see cref="LacpTimes.ChurnDetection"/>.</summary>
    Churn,
}

/// <summary>What a churn detection machine reacts to.</summary>
public enum ChurnInput
{
    /// <summary>BEGIN, or port_enabled = FALSE.</summary>
    Disabled,

    /// <summary>Synchronization of the end that is watched.</summary>
    InSync,

    /// <summary>No synchronization.</summary>
    OutOfSync,

    /// <summary>The churn timer expired.</summary>
    TimerExpired,
}

/// <summary>Whether one end of a link fails to get in sync: Churn Detection machines, IEEE 802.1AX-2014 §6.4.17.</summary>
/// <remarks>One watches the actor, one the partner. A port that stays on standby is out of sync, and shows as churn.</remarks>
public static class ChurnMachine
{
    /// <summary>The state that follows.</summary>
    public static ChurnState Next(ChurnState state, ChurnInput input) => (state, input) switch
    {
        (_, ChurnInput.Disabled) => ChurnState.Monitor,
        (ChurnState.Monitor or ChurnState.Churn, ChurnInput.InSync) => ChurnState.NoChurn,
        (ChurnState.NoChurn, ChurnInput.OutOfSync) => ChurnState.Monitor,
        (ChurnState.Monitor, ChurnInput.TimerExpired) => ChurnState.Churn,
        _ => state,
    };

    /// <summary>Follows the state of one end and the time.</summary>
    /// <returns>Whether a churn was found.</returns>
    internal static bool Run(ref ChurnState state, ref Timestamp timer, bool isUp, bool isInSync, Timestamp now)
    {
        ChurnState before = state;
        state = Next(before, !isUp ? ChurnInput.Disabled : isInSync ? ChurnInput.InSync : ChurnInput.OutOfSync);
        if (state != ChurnState.Monitor || !isUp)
        {
            timer = Timestamp.MaxValue;
        }
        else if (before != state || timer == Timestamp.MaxValue)
        {
            timer = now + LacpTimes.ChurnDetection;
        }

        if (timer > now)
        {
            return false;
        }

        state = Next(state, ChurnInput.TimerExpired);
        timer = Timestamp.MaxValue;
        return state == ChurnState.Churn;
    }
}
