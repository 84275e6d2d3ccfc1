using Trunkline.Core.Units;

namespace Trunkline.Core.Lacp;

/// <summary>One port of a <see cref="LacpSystem"/>: what its machines hold; to be read after each input.</summary>
public sealed class LacpPort
{
    /// <summary>What is held, as a field, so that it can be counted up in place.</summary>
    internal LacpCounters Counts;

    internal ChurnState ActorChurnState;
    internal ChurnState PartnerChurnState;
    internal Timestamp ActorChurnTimer = Timestamp.MaxValue;
    internal Timestamp PartnerChurnTimer = Timestamp.MaxValue;

    internal LacpPort(int index, ulong address, in LacpParticipant actor, in LacpParticipant partnerAdmin, int adminKey, bool isAggregatable)
    {
        Index = index;
        Address = address;
        Actor = actor;
        PartnerAdmin = partnerAdmin;
        AdminKey = adminKey;
        IsAggregatable = isAggregatable;
    }

    /// <summary>What this end says of itself: Actor_Oper_….</summary>
    public LacpParticipant Actor { get; internal set; }

    /// <summary>What is known of the other end: Partner_Oper_….</summary>
    public LacpParticipant Partner { get; internal set; }

    /// <summary>Whether frames are taken in.</summary>
    public bool IsCollecting => Actor.Has(LacpState.Collecting);

    /// <summary>Whether frames are sent out.</summary>
    public bool IsDistributing => Actor.Has(LacpState.Distributing);

    /// <summary>Whether the link is up.</summary>
    public bool IsUp { get; internal set; }

    /// <summary>What the selection logic says.</summary>
    public LacpSelection Selected { get; internal set; }

    /// <summary>The aggregator, by the number of one of the ports, from 0; −1 for none.</summary>
    public int Aggregator { get; internal set; } = -1;

    /// <summary>Where the receive machine is.</summary>
    public ReceiveState Receive { get; internal set; }

    /// <summary>Where the periodic transmission machine is.</summary>
    public PeriodicState Periodic { get; internal set; }

    /// <summary>Where the mux machine is.</summary>
    public MuxState Mux { get; internal set; }

    /// <summary>Whether this end fails to get in sync.</summary>
    public ChurnState ActorChurn => ActorChurnState;

    /// <summary>Whether the partner fails to.</summary>
    public ChurnState PartnerChurn => PartnerChurnState;

    /// <summary>Where the marker generator is: what became of the last marker.</summary>
    public MarkerGeneratorState Marker => Generator.State;

    /// <summary>Whether the partner's last LACPDU described this port as it is, or the partner is individual.</summary>
    public bool IsMatched { get; internal set; }

    /// <summary>What happened so far.</summary>
    public LacpCounters Counters => Counts;

    internal int Index { get; }

    internal ulong Address { get; set; }

    internal int AdminKey { get; set; }

    internal bool IsAggregatable { get; }

    internal LacpParticipant PartnerAdmin { get; set; }

    /// <summary>LACP_Enabled.</summary>
    internal bool HasLacp { get; set; }

    internal bool IsFullDuplex { get; set; }

    internal BitRate Speed { get; set; }

    /// <summary>NTT.</summary>
    internal bool NeedToTransmit { get; set; }

    /// <summary>Ready_N: has waited for long enough.</summary>
    internal bool IsReady { get; set; }

    /// <summary>The LACPDU that is due waits for the limit.</summary>
    internal bool IsHeldBack { get; set; }

    internal Timestamp CurrentWhile { get; set; } = Timestamp.MaxValue;

    internal Timestamp WaitWhile { get; set; } = Timestamp.MaxValue;

    internal Timestamp PeriodicTimer { get; set; } = Timestamp.MaxValue;

    /// <summary>Until when the port counts as looped back; <see cref="Timestamp.MaxValue"/> when it does not.</summary>
    internal Timestamp LoopTimer { get; set; } = Timestamp.MaxValue;

    internal SendWindow LacpdusSent { get; } = new(LacpTimes.LacpdusPerWindow);

    internal SendWindow MarkersSent { get; } = new(LacpTimes.MarkersPerWindow);

    internal MarkerResponder Responder { get; } = new();

    internal MarkerGenerator Generator { get; } = new();

    /// <summary>A LACPDU came since the link came up.</summary>
    internal bool HasHeardPartner { get; set; }

    /// <summary>Whether it may carry frames for a partner that does not speak: by configuration, in no loop, and none ever spoke.</summary>
    internal bool CanFallBack => PartnerAdmin.Has(LacpState.Synchronization) && LoopTimer == Timestamp.MaxValue && !HasHeardPartner;

    internal void SetActorState(LacpState bits, bool isSet) =>
        Actor = Actor with { State = isSet ? Actor.State | bits : Actor.State & ~bits };

    internal void SetPartnerState(LacpState bits, bool isSet) =>
        Partner = Partner with { State = isSet ? Partner.State | bits : Partner.State & ~bits };

    /// <summary>What its speed and keys make of the port; the partner is to be told.</summary>
    internal void SetKey(LinkSpeeds speeds)
    {
        bool isKnown = speeds.TryKey(AdminKey, Speed, IsFullDuplex, out ushort key);
        Actor = Actor with { Key = key };
        SetActorState(LacpState.Aggregation, isKnown && IsAggregatable);
        NeedToTransmit = true;
    }

    /// <summary>When the first timer ends, or a limit of sending lets something go that waits for it.</summary>
    internal Timestamp NextTimer(Timestamp now)
    {
        Timestamp first = Earlier(Earlier(CurrentWhile, WaitWhile), Earlier(PeriodicTimer, LoopTimer));
        first = Earlier(first, Earlier(ActorChurnTimer, PartnerChurnTimer));
        first = Earlier(first, Generator.Deadline);
        if (IsHeldBack)
        {
            first = Earlier(first, LacpdusSent.NextAllowed);
        }

        return HasMarkerToSend && !MarkersSent.IsOpen(now) ? Earlier(first, MarkersSent.NextAllowed) : first;
    }

    internal bool HasMarkerToSend =>
        Responder.State == MarkerResponderState.RespondToMarker || Generator.State == MarkerGeneratorState.Requested;

    private static Timestamp Earlier(Timestamp a, Timestamp b) => a < b ? a : b;
}
