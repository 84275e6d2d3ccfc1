using Trunkline.Core.Units;
using static Trunkline.Core.Lacp.LacpSelection;
using static Trunkline.Core.Lacp.MuxState;

namespace Trunkline.Core.Lacp;

/// <summary>States of the mux machine, of both kinds of control.</summary>
public enum MuxState
{
    /// <summary>DETACHED.</summary>
    Detached,

    /// <summary>WAITING: for others to attach to the aggregator together.</summary>
    Waiting,

    /// <summary>ATTACHED: in sync, and waits for the partner to be.</summary>
    Attached,

    /// <summary>COLLECTING, of independent control.</summary>
    Collecting,

    /// <summary>DISTRIBUTING, of independent control.</summary>
    Distributing,

    /// <summary>COLLECTING_DISTRIBUTING, of coupled control.</summary>
    CollectingDistributing,
}

/// <summary>What the mux machine reacts to.</summary>
/// <param name="Selected">What the selection logic says.</param>
/// <param name="IsReady">Ready: all ports that wait for the aggregator have waited for long enough.</param>
/// <param name="IsPartnerInSync">Partner_Oper_Port_State.Synchronization.</param>
/// <param name="IsPartnerCollecting">Partner_Oper_Port_State.Collecting.</param>
public readonly record struct MuxInput(LacpSelection Selected, bool IsReady, bool IsPartnerInSync, bool IsPartnerCollecting);

/// <summary>Whether frames may pass: Mux machine, IEEE 802.1AX-2014 §6.4.15.</summary>
public static class MuxMachine
{
    // A chain of all states, there and back.
    private const int StepsMax = 8;

    /// <summary>The state that follows.</summary>
    public static MuxState Next(MuxControl control, MuxState state, in MuxInput input) =>
        control == MuxControl.Coupled ? NextCoupled(state, in input) : NextIndependent(state, in input);

    /// <summary>The state that follows under independent control.</summary>
    public static MuxState NextIndependent(MuxState state, in MuxInput input) => (state, input) switch
    {
        (Detached, { Selected: Selected or Standby }) => Waiting,
        (Waiting, { Selected: Unselected }) => Detached,
        (Waiting, { Selected: Selected, IsReady: true }) => Attached,
        (Attached, { Selected: Unselected or Standby }) => Detached,
        (Attached, { IsPartnerInSync: true }) => Collecting,
        (Collecting, { Selected: Unselected or Standby } or { IsPartnerInSync: false }) => Attached,
        (Collecting, { IsPartnerCollecting: true }) => Distributing,
        (Distributing, { Selected: Unselected or Standby } or { IsPartnerInSync: false } or { IsPartnerCollecting: false }) => Collecting,
        _ => state,
    };

    /// <summary>The state that follows under coupled control.</summary>
    public static MuxState NextCoupled(MuxState state, in MuxInput input) => (state, input) switch
    {
        (Detached, { Selected: Selected or Standby }) => Waiting,
        (Waiting, { Selected: Unselected }) => Detached,
        (Waiting, { Selected: Selected, IsReady: true }) => Attached,
        (Attached, { Selected: Unselected or Standby }) => Detached,
        (Attached, { IsPartnerInSync: true }) => CollectingDistributing,
        (CollectingDistributing, { Selected: Unselected or Standby } or { IsPartnerInSync: false }) => Attached,
        _ => state,
    };

    /// <summary>Moves on for as long as there is somewhere to go.</summary>
    /// <returns>Whether anything changed.</returns>
    internal static bool Run(LacpPort port, MuxControl control, bool isReady, Timestamp now)
    {
        var input = new MuxInput(
            port.Selected, isReady, port.Partner.Has(LacpState.Synchronization), port.Partner.Has(LacpState.Collecting));
        bool hasChanged = false;
        for (int i = 0; i < StepsMax && Next(control, port.Mux, in input) is var next && next != port.Mux; i++)
        {
            port.Mux = next;
            Enter(port, now);
            hasChanged = true;
        }

        return hasChanged;
    }

    private static void Enter(LacpPort port, Timestamp now)
    {
        port.IsReady = false;
        port.WaitWhile = port.Mux == Waiting ? now + LacpTimes.AggregateWait : Timestamp.MaxValue;
        port.SetActorState(LacpState.Synchronization, port.Mux is not (Detached or Waiting));
        port.SetActorState(LacpState.Collecting, port.Mux is Collecting or Distributing or CollectingDistributing);
        port.SetActorState(LacpState.Distributing, port.Mux is Distributing or CollectingDistributing);
        port.NeedToTransmit |= port.Mux is not (Waiting or Distributing);
    }
}
