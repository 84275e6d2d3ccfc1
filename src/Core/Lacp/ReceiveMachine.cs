using Trunkline.Core.Units;
using static Trunkline.Core.Lacp.ReceiveState;

namespace Trunkline.Core.Lacp;

/// <summary>States of the receive machine.</summary>
public enum ReceiveState
{
    /// <summary>INITIALIZE: passes on at once.</summary>
    Initialize,

    /// <summary>PORT_DISABLED: the link is down.</summary>
    PortDisabled,

    /// <summary>LACP_DISABLED: the link is not point to point (half duplex).</summary>
    LacpDisabled,

    /// <summary>EXPIRED: nothing was heard for the timeout; for the short one more it is waited for.</summary>
    Expired,

    /// <summary>DEFAULTED: nothing was heard; the partner is what was configured.</summary>
    Defaulted,

    /// <summary>CURRENT: the partner is what it said.</summary>
    Current,
}

/// <summary>What the receive machine reacts to.</summary>
public enum ReceiveInput
{
    /// <summary>BEGIN: the system starts, or the port is another than before.</summary>
    Begin,

    /// <summary>port_enabled = FALSE.</summary>
    Disabled,

    /// <summary>port_moved: the partner of a port that is down speaks on another.</summary>
    Moved,

    /// <summary>port_enabled, LACP_Enabled = FALSE.</summary>
    EnabledWithoutLacp,

    /// <summary>port_enabled, LACP_Enabled.</summary>
    Enabled,

    /// <summary>A LACPDU.</summary>
    PduReceived,

    /// <summary>current_while_timer expired.</summary>
    TimerExpired,
}

/// <summary>What is known of the partner: Receive machine, IEEE 802.1AX-2014 §6.4.12.</summary>
public static class ReceiveMachine
{
    /// <summary>The state that follows.</summary>
    public static ReceiveState Next(ReceiveState state, ReceiveInput input) => (state, input) switch
    {
        (_, ReceiveInput.Begin) => Initialize,
        (Initialize, _) => PortDisabled,
        (PortDisabled, ReceiveInput.Moved) => Initialize,
        (_, ReceiveInput.Disabled) => PortDisabled,
        (PortDisabled, ReceiveInput.EnabledWithoutLacp) => LacpDisabled,
        (PortDisabled, ReceiveInput.Enabled) => Expired,
        (Expired or Defaulted or Current, ReceiveInput.PduReceived) => Current,
        (Current, ReceiveInput.TimerExpired) => Expired,
        (Expired, ReceiveInput.TimerExpired) => Defaulted,
        _ => state,
    };

    /// <summary>INITIALIZE, where the input leads there, which passes on to PORT_DISABLED.</summary>
    internal static void Begin(LacpPort port, ReceiveInput input, Timestamp now)
    {
        if (Next(port.Receive, input) == Initialize)
        {
            Enter(port, Initialize, now);
            Enter(port, Next(Initialize, ReceiveInput.Disabled), now);
        }
    }

    /// <summary>Follows the link.</summary>
    internal static void OnLink(LacpPort port, Timestamp now) =>
        Move(port, !port.IsUp ? ReceiveInput.Disabled : port.HasLacp ? ReceiveInput.Enabled : ReceiveInput.EnabledWithoutLacp, now);

    /// <summary>Takes in a LACPDU.</summary>
    internal static void OnPdu(LacpPort port, in Lacpdu pdu, Timestamp now)
    {
        if (Next(port.Receive, ReceiveInput.PduReceived) != Current)
        {
            return;
        }

        port.Receive = Current;
        port.HasHeardPartner = true;
        UpdateSelected(port, pdu.Actor);
        UpdateNtt(port, in pdu);
        RecordPdu(port, in pdu);
        port.CurrentWhile = now + (port.Actor.Has(LacpState.ShortTimeout) ? LacpTimes.ShortTimeout : LacpTimes.LongTimeout);
        port.SetActorState(LacpState.Expired, false);
    }

    /// <summary>Notes that time has passed.</summary>
    /// <returns>Whether anything changed.</returns>
    internal static bool OnTime(LacpPort port, Timestamp now) => port.CurrentWhile <= now && Move(port, ReceiveInput.TimerExpired, now);

    private static bool Move(LacpPort port, ReceiveInput input, Timestamp now)
    {
        ReceiveState next = Next(port.Receive, input);
        bool isMove = next != port.Receive;
        if (isMove)
        {
            Enter(port, next, now);
        }

        return isMove;
    }

    private static void Enter(LacpPort port, ReceiveState next, Timestamp now)
    {
        port.Counts.Expirations += port.Receive == Current && next == Expired ? 1 : 0;
        port.Receive = next;
        port.CurrentWhile = Timestamp.MaxValue;
        switch (next)
        {
            case Initialize:
                port.Selected = LacpSelection.Unselected;
                RecordDefault(port);
                port.SetActorState(LacpState.Expired, false);
                break;
            case PortDisabled:
                port.SetPartnerState(LacpState.Synchronization, false);
                break;
            case LacpDisabled:
                port.Selected = LacpSelection.Unselected;
                RecordDefault(port);
                port.SetPartnerState(LacpState.Aggregation, false);
                port.SetActorState(LacpState.Expired, false);
                break;
            case Expired:
                port.SetPartnerState(LacpState.Synchronization, false);
                port.SetPartnerState(LacpState.ShortTimeout, true);
                port.CurrentWhile = now + LacpTimes.ShortTimeout;
                port.SetActorState(LacpState.Expired, true);
                break;
            case Defaulted:
                UpdateSelected(port, port.PartnerAdmin);
                RecordDefault(port);
                port.SetActorState(LacpState.Expired, false);
                break;
        }
    }

    /// <summary>update_Selected and update_Default_Selected: another partner means another aggregator.</summary>
    private static void UpdateSelected(LacpPort port, in LacpParticipant partner)
    {
        if (!port.Partner.IsSamePort(in partner))
        {
            port.Selected = LacpSelection.Unselected;
        }
    }

    /// <summary>update_NTT: the partner is to be told where it has us wrong.</summary>
    private static void UpdateNtt(LacpPort port, in Lacpdu pdu)
    {
        const LacpState Compared = LacpState.Activity | LacpState.ShortTimeout | LacpState.Synchronization | LacpState.Aggregation;
        if (!pdu.Partner.IsSamePort(port.Actor) || ((pdu.Partner.State ^ port.Actor.State) & Compared) != 0)
        {
            port.NeedToTransmit = true;
        }
    }

    /// <summary>recordPDU, with what the edition of 2000 calls choose_Matched.</summary>
    private static void RecordPdu(LacpPort port, in Lacpdu pdu)
    {
        port.IsMatched = pdu.Partner.IsSamePort(port.Actor) || !pdu.Actor.Has(LacpState.Aggregation);
        bool isKeptUp = pdu.Actor.Has(LacpState.Activity) || (port.Actor.Has(LacpState.Activity) && pdu.Partner.Has(LacpState.Activity));
        port.Partner = pdu.Actor;
        port.SetPartnerState(LacpState.Synchronization, port.IsMatched && isKeptUp && pdu.Actor.Has(LacpState.Synchronization));
        port.SetActorState(LacpState.Defaulted, false);
    }

    /// <summary>recordDefault. What was configured for a partner that does not speak is not for one that did, nor for a loop.</summary>
    internal static void RecordDefault(LacpPort port)
    {
        port.IsMatched = false;
        port.Partner = port.PartnerAdmin;
        if (!port.CanFallBack)
        {
            port.SetPartnerState(LacpState.Synchronization, false);
        }

        port.SetActorState(LacpState.Defaulted, true);
    }
}
