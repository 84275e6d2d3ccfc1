using Trunkline.Core.Lacp;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>Every state × every input of every machine: what follows, beside the standard's figures.</summary>
public class TransitionTests
{
    private static readonly bool[] Either = [false, true];

    [Fact]
    public void Receive_InEveryState_FollowsTheStandard() => Check(
        Table<ReceiveState, ReceiveInput>(ReceiveMachine.Next),
        """
                            Initialize    PortDisabled  LacpDisabled  Expired       Defaulted     Current
        Begin               .             Initialize    Initialize    Initialize    Initialize    Initialize
        Disabled            PortDisabled  .             PortDisabled  PortDisabled  PortDisabled  PortDisabled
        Moved               PortDisabled  Initialize    .             .             .             .
        EnabledWithoutLacp  PortDisabled  LacpDisabled  .             .             .             .
        Enabled             PortDisabled  Expired       .             .             .             .
        PduReceived         PortDisabled  .             .             Current       Current       .
        TimerExpired        PortDisabled  .             .             Defaulted     .             Expired
        """);

    [Fact]
    public void Periodic_InEveryState_FollowsTheStandard() => Check(
        Table<PeriodicState, PeriodicInput>(PeriodicMachine.Next),
        """
                      NoPeriodic  Fast        Slow        Transmit
        Disabled      .           NoPeriodic  NoPeriodic  NoPeriodic
        Enabled       Fast        .           .           .
        PartnerSlow   .           Slow        .           Slow
        PartnerFast   .           .           Transmit    Fast
        TimerExpired  .           Transmit    Transmit    .
        """);

    // Inputs: Selected, Ready, the partner is in sync, the partner collects; a dash where it does not hold.
    [Fact]
    public void Mux_UnderIndependentControl_FollowsTheStandard() => Check(
        MuxTable(MuxControl.Independent),
        """
                                    Detached  Waiting   Attached    Collecting    Distributing
        Unselected -     -    -     .         Detached  Detached    Attached      Collecting
        Unselected -     -    Coll  .         Detached  Detached    Attached      Collecting
        Unselected -     Sync -     .         Detached  Detached    Attached      Collecting
        Unselected -     Sync Coll  .         Detached  Detached    Attached      Collecting
        Unselected Ready -    -     .         Detached  Detached    Attached      Collecting
        Unselected Ready -    Coll  .         Detached  Detached    Attached      Collecting
        Unselected Ready Sync -     .         Detached  Detached    Attached      Collecting
        Unselected Ready Sync Coll  .         Detached  Detached    Attached      Collecting
        Selected   -     -    -     Waiting   .         .           Attached      Collecting
        Selected   -     -    Coll  Waiting   .         .           Attached      Collecting
        Selected   -     Sync -     Waiting   .         Collecting  .             Collecting
        Selected   -     Sync Coll  Waiting   .         Collecting  Distributing  .
        Selected   Ready -    -     Waiting   Attached  .           Attached      Collecting
        Selected   Ready -    Coll  Waiting   Attached  .           Attached      Collecting
        Selected   Ready Sync -     Waiting   Attached  Collecting  .             Collecting
        Selected   Ready Sync Coll  Waiting   Attached  Collecting  Distributing  .
        Standby    -     -    -     Waiting   .         Detached    Attached      Collecting
        Standby    -     -    Coll  Waiting   .         Detached    Attached      Collecting
        Standby    -     Sync -     Waiting   .         Detached    Attached      Collecting
        Standby    -     Sync Coll  Waiting   .         Detached    Attached      Collecting
        Standby    Ready -    -     Waiting   .         Detached    Attached      Collecting
        Standby    Ready -    Coll  Waiting   .         Detached    Attached      Collecting
        Standby    Ready Sync -     Waiting   .         Detached    Attached      Collecting
        Standby    Ready Sync Coll  Waiting   .         Detached    Attached      Collecting
        """);

    [Fact]
    public void Mux_UnderCoupledControl_FollowsTheStandard() => Check(
        MuxTable(MuxControl.Coupled),
        """
                                    Detached  Waiting   Attached                CollectingDistributing
        Unselected -     -    -     .         Detached  Detached                Attached
        Unselected -     -    Coll  .         Detached  Detached                Attached
        Unselected -     Sync -     .         Detached  Detached                Attached
        Unselected -     Sync Coll  .         Detached  Detached                Attached
        Unselected Ready -    -     .         Detached  Detached                Attached
        Unselected Ready -    Coll  .         Detached  Detached                Attached
        Unselected Ready Sync -     .         Detached  Detached                Attached
        Unselected Ready Sync Coll  .         Detached  Detached                Attached
        Selected   -     -    -     Waiting   .         .                       Attached
        Selected   -     -    Coll  Waiting   .         .                       Attached
        Selected   -     Sync -     Waiting   .         CollectingDistributing  .
        Selected   -     Sync Coll  Waiting   .         CollectingDistributing  .
        Selected   Ready -    -     Waiting   Attached  .                       Attached
        Selected   Ready -    Coll  Waiting   Attached  .                       Attached
        Selected   Ready Sync -     Waiting   Attached  CollectingDistributing  .
        Selected   Ready Sync Coll  Waiting   Attached  CollectingDistributing  .
        Standby    -     -    -     Waiting   .         Detached                Attached
        Standby    -     -    Coll  Waiting   .         Detached                Attached
        Standby    -     Sync -     Waiting   .         Detached                Attached
        Standby    -     Sync Coll  Waiting   .         Detached                Attached
        Standby    Ready -    -     Waiting   .         Detached                Attached
        Standby    Ready -    Coll  Waiting   .         Detached                Attached
        Standby    Ready Sync -     Waiting   .         Detached                Attached
        Standby    Ready Sync Coll  Waiting   .         Detached                Attached
        """);

    [Fact]
    public void Churn_InEveryState_FollowsTheStandard() => Check(
        Table<ChurnState, ChurnInput>(ChurnMachine.Next),
        """
                      Monitor  NoChurn  Churn
        Disabled      .        Monitor  Monitor
        InSync        NoChurn  .        NoChurn
        OutOfSync     .        Monitor  .
        TimerExpired  Churn    .        .
        """);

    [Fact]
    public void MarkerResponder_InEveryState_FollowsTheStandard() => Check(
        Table<MarkerResponderState, MarkerResponderInput>(MarkerResponder.Next),
        """
                        WaitForMarker    RespondToMarker
        MarkerReceived  RespondToMarker  .
        Responded       .                WaitForMarker
        Disabled        .                WaitForMarker
        """);

    [Fact]
    public void MarkerGenerator_InEveryState_AsksOnce() => Check(
        Table<MarkerGeneratorState, MarkerGeneratorInput>(MarkerGenerator.Next),
        """
                          Idle       Requested        WaitForResponse  Answered   TimedOut
        Request           Requested  .                .                Requested  Requested
        Sent              .          WaitForResponse  .                .          .
        ResponseReceived  .          .                Answered         .          .
        TimerExpired      .          .                TimedOut         .          .
        Disabled          .          Idle             Idle             Idle       Idle
        """);

    [Fact]
    public void Transmit_InEveryState_SendsWhereItMay() => Check(
        string.Join(
            '\n',
            from ntt in Either
            from periodic in Enum.GetValues<PeriodicState>()
            from isOpen in Either
            select $"{(ntt ? "NTT" : "-")} {periodic} {(isOpen ? "open" : "full")}: {TransmitMachine.Next(ntt, periodic, isOpen)}"),
        """
        - NoPeriodic full: Nothing
        - NoPeriodic open: Nothing
        - Fast full: Nothing
        - Fast open: Nothing
        - Slow full: Nothing
        - Slow open: Nothing
        - Transmit full: Nothing
        - Transmit open: Nothing
        NTT NoPeriodic full: Forget
        NTT NoPeriodic open: Forget
        NTT Fast full: Wait
        NTT Fast open: Send
        NTT Slow full: Wait
        NTT Slow open: Send
        NTT Transmit full: Wait
        NTT Transmit open: Send
        """);

    private static void Check(string table, string expected) => Assert.Equal(expected.ReplaceLineEndings("\n"), table);

    private static string Table<TState, TInput>(Func<TState, TInput, TState> next)
        where TState : struct, Enum
        where TInput : struct, Enum => StateTable.Render(Enum.GetValues<TState>(), Enum.GetValues<TInput>(), next);

    private static string MuxTable(MuxControl control)
    {
        MuxState[] states = control == MuxControl.Coupled
            ? [MuxState.Detached, MuxState.Waiting, MuxState.Attached, MuxState.CollectingDistributing]
            : [MuxState.Detached, MuxState.Waiting, MuxState.Attached, MuxState.Collecting, MuxState.Distributing];
        IEnumerable<MuxInput> inputs =
            from selected in Enum.GetValues<LacpSelection>()
            from isReady in Either
            from isInSync in Either
            from isCollecting in Either
            select new MuxInput(selected, isReady, isInSync, isCollecting);
        string[] names = [.. inputs.Select(input =>
            $"{input.Selected,-10} {(input.IsReady ? "Ready" : "-"),-5} {(input.IsPartnerInSync ? "Sync" : "-"),-4} {(input.IsPartnerCollecting ? "Coll" : "-")}")];
        return StateTable.Render(states, names, (state, name) => MuxMachine.Next(control, state, inputs.ElementAt(Array.IndexOf(names, name))));
    }
}
