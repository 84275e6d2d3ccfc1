using Trunkline.Core.Units;
using static Trunkline.Core.Lacp.MarkerGeneratorState;

namespace Trunkline.Core.Lacp;

/// <summary>States of the marker generator.</summary>
public enum MarkerGeneratorState
{
    /// <summary>No marker was sent yet, or the link went down.</summary>
    Idle,

    /// <summary>A marker is to be sent.</summary>
    Requested,

    /// <summary>The marker is on its way, or its response.</summary>
    WaitForResponse,

    /// <summary>The response came: all that was sent before the marker has arrived.</summary>
    Answered,

    /// <summary>No response came within the timeout: what was sent has arrived or is lost, if the timeout is longer than any delay.</summary>
    TimedOut,
}

/// <summary>What the marker generator reacts to.</summary>
public enum MarkerGeneratorInput
{
    /// <summary>The caller asks for a marker.</summary>
    Request,

    /// <summary>The marker was sent.</summary>
    Sent,

    /// <summary>The response to it came.</summary>
    ResponseReceived,

    /// <summary>The timer expired.</summary>
    TimerExpired,

    /// <summary>The link went down.</summary>
    Disabled,
}

/// <summary>Asks whether all that was sent on a port has arrived, so that a flow can go to another: IEEE 802.1AX-2014 §6.5.4.1.</summary>
/// <remarks>The standard leaves the machine to the implementer. One marker at a time.</remarks>
public sealed class MarkerGenerator
{
    private Interval _timeout;
    private Timestamp _timer = Timestamp.MaxValue;

    /// <summary>Where it is.</summary>
    public MarkerGeneratorState State { get; private set; }

    /// <summary>The marker that was asked for last; 0 before.</summary>
    public uint TransactionId { get; private set; }

    internal Timestamp Deadline => _timer;

    /// <summary>The state that follows.</summary>
    public static MarkerGeneratorState Next(MarkerGeneratorState state, MarkerGeneratorInput input) => (state, input) switch
    {
        (_, MarkerGeneratorInput.Disabled) => Idle,
        (Idle or Answered or TimedOut, MarkerGeneratorInput.Request) => Requested,
        (Requested, MarkerGeneratorInput.Sent) => WaitForResponse,
        (WaitForResponse, MarkerGeneratorInput.ResponseReceived) => Answered,
        (WaitForResponse, MarkerGeneratorInput.TimerExpired) => TimedOut,
        _ => state,
    };

    /// <summary>Asks for a marker; false while one is on its way.</summary>
    internal bool Request(Interval timeout)
    {
        MarkerGeneratorState next = Next(State, MarkerGeneratorInput.Request);
        if (next == State)
        {
            return false;
        }

        State = next;
        TransactionId++;
        _timeout = timeout;
        return true;
    }

    internal void OnSent(Timestamp now)
    {
        State = Next(State, MarkerGeneratorInput.Sent);
        _timer = now + _timeout;
    }

    internal void OnResponse(uint transactionId)
    {
        if (transactionId == TransactionId && State == WaitForResponse)
        {
            State = Next(State, MarkerGeneratorInput.ResponseReceived);
            _timer = Timestamp.MaxValue;
        }
    }

    internal void OnTime(Timestamp now)
    {
        if (_timer <= now)
        {
            State = Next(State, MarkerGeneratorInput.TimerExpired);
            _timer = Timestamp.MaxValue;
        }
    }

    internal void Disable()
    {
        State = Next(State, MarkerGeneratorInput.Disabled);
        _timer = Timestamp.MaxValue;
    }
}
