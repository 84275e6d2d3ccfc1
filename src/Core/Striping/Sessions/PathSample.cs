using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Sessions;

/// <summary>What a scheduler sees of a session: from TCP_INFO and the socket's queue, or from the simulator's TCP.</summary>
/// <param name="IsUsable">Whether it is open and not waiting for a path that seems dead.</param>
/// <param name="UnacknowledgedBytes">Handed over and not acknowledged or answered.</param>
/// <param name="UnsentBytes">Of those, what has not left.</param>
/// <param name="RoomBytes">What it would send at once.</param>
/// <param name="Requests">Requests under way.</param>
/// <param name="RatedBytes">What it carried in <paramref name="RatedTime"/>: its rate; 0 when that is not known.</param>
/// <param name="RatedTime">Time in which it had something to carry.</param>
/// <param name="RoundTrip">The smoothed round trip; zero before the first.</param>
public readonly record struct PathSample(
    bool IsUsable,
    long UnacknowledgedBytes,
    long UnsentBytes,
    long RoomBytes,
    int Requests,
    long RatedBytes,
    Interval RatedTime,
    Interval RoundTrip);
