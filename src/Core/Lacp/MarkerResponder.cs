using static Trunkline.Core.Lacp.MarkerResponderState;

namespace Trunkline.Core.Lacp;

/// <summary>States of the marker responder.</summary>
public enum MarkerResponderState
{
    /// <summary>WAIT_FOR_MARKER.</summary>
    WaitForMarker,

    /// <summary>RESPOND_TO_MARKER.</summary>
    RespondToMarker,
}

/// <summary>What the marker responder reacts to.</summary>
public enum MarkerResponderInput
{
    /// <summary>A marker of the partner.</summary>
    MarkerReceived,

    /// <summary>All responses that were due are sent.</summary>
    Responded,

    /// <summary>The link went down.</summary>
    Disabled,
}

/// <summary>Answers every marker: Marker Responder, IEEE 802.1AX-2014 §6.5.4.2.</summary>
/// <remarks>
/// It answers in the order in which markers came. The caller hands markers in behind the frames that the port received before them. Up to
/// <see cref="PendingMax"/> markers wait for the limit of ten a second; more are dropped and counted.
/// </remarks>
public sealed class MarkerResponder
{
    /// <summary>Markers that may wait for their response.</summary>
    public const int PendingMax = 8;

    private readonly MarkerPdu[] _pending = new MarkerPdu[PendingMax];
    private int _first;
    private int _count;

    /// <summary>Where it is.</summary>
    public MarkerResponderState State { get; private set; }

    /// <summary>The state that follows.</summary>
    public static MarkerResponderState Next(MarkerResponderState state, MarkerResponderInput input) => (state, input) switch
    {
        (_, MarkerResponderInput.MarkerReceived) => RespondToMarker,
        (RespondToMarker, MarkerResponderInput.Responded or MarkerResponderInput.Disabled) => WaitForMarker,
        _ => state,
    };

    /// <summary>Takes in a marker.</summary>
    /// <returns>False when too many wait.</returns>
    internal bool OnMarker(in MarkerPdu marker)
    {
        if (_count == PendingMax)
        {
            return false;
        }

        _pending[(_first + _count++) % PendingMax] = marker with { IsResponse = true };
        State = Next(State, MarkerResponderInput.MarkerReceived);
        return true;
    }

    internal bool TryRespond(out MarkerPdu response)
    {
        response = default;
        if (State != RespondToMarker)
        {
            return false;
        }

        response = _pending[_first];
        _first = (_first + 1) % PendingMax;
        if (--_count == 0)
        {
            State = Next(State, MarkerResponderInput.Responded);
        }

        return true;
    }

    internal void Clear()
    {
        _count = 0;
        State = Next(State, MarkerResponderInput.Disabled);
    }
}
