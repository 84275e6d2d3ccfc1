using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Sessions;

/// <summary>How a session is chosen for what is sent next.</summary>
public enum SchedulingPolicy
{
    /// <summary>The shortest round trip of those that have room (MPTCP's default).</summary>
    LowestRoundTrip,

    /// <summary>The next in turn (dm-multipath's round-robin).</summary>
    RoundRobin,

    /// <summary>The fewest requests under way (dm-multipath's queue-length, Windows' least queue depth).</summary>
    LeastQueue,

    /// <summary>The shortest estimated time to carry all it has and this too (dm-multipath's service-time, with the measured rate for the configured one).</summary>
    ServiceTime,

    /// <summary>The first that works.</summary>
    Failover,

    /// <summary>The earliest expected arrival of those that have room: the time to carry all it has and this too, and half a round trip.</summary>
    EarliestArrival,

    /// <summary>The one that holds the data: drawn by the sessions' shares.</summary>
    Share,
}

/// <summary>Chooses sessions. Deterministic; one thread.</summary>
/// <param name="policy">How.</param>
/// <param name="shares">Of <see cref="SchedulingPolicy.Share"/>: each session's part, any unit; empty for equal parts.</param>
/// <param name="seed">Start of what is random.</param>
public sealed class SessionScheduler(SchedulingPolicy policy, IReadOnlyList<int> shares, ulong seed)
{
    /// <summary>What <see cref="Pick"/> returns when no session will do.</summary>
    public const int None = -1;

    private RandomSource _random = new(seed);
    private int _turn;

    /// <summary>Chooses the session that carries what is next.</summary>
    /// <param name="sessions">All of them.</param>
    /// <param name="bytes">What is next.</param>
    /// <returns>Its index; <see cref="None"/>.</returns>
    public int Pick(ReadOnlySpan<PathSample> sessions, long bytes)
    {
        if (policy == SchedulingPolicy.Share)
        {
            return Draw(sessions.Length);
        }

        bool isRated = true;
        foreach (ref readonly PathSample session in sessions)
        {
            isRated &= !session.IsUsable || (session.RatedBytes > 0 && session.RatedTime.Nanoseconds > 0);
        }

        int best = None;
        for (int i = 0; i < sessions.Length; i++)
        {
            // Of equals the next in turn; failover has no turns.
            int place = policy is SchedulingPolicy.Failover or SchedulingPolicy.LowestRoundTrip ? i : (_turn + i) % sessions.Length;
            if (IsCandidate(in sessions[place]) && (best == None || IsBetter(in sessions[place], in sessions[best], bytes, isRated)))
            {
                best = place;
            }
        }

        _turn = best == None ? _turn : (best + 1) % sessions.Length;
        return best;
    }

    private bool IsCandidate(in PathSample session) =>
        session.IsUsable && (policy is not (SchedulingPolicy.LowestRoundTrip or SchedulingPolicy.EarliestArrival) || session.RoomBytes > 0);

    private bool IsBetter(in PathSample session, in PathSample other, long bytes, bool isRated) => policy switch
    {
        SchedulingPolicy.LowestRoundTrip => session.RoundTrip.Nanoseconds < other.RoundTrip.Nanoseconds,
        SchedulingPolicy.LeastQueue => session.Requests < other.Requests,
        SchedulingPolicy.EarliestArrival when isRated => Arrival(in session, bytes) < Arrival(in other, bytes),
        SchedulingPolicy.EarliestArrival => session.UnacknowledgedBytes < other.UnacknowledgedBytes,

        // (u + b) / rate < (u' + b) / rate'. While one has no rate yet, all count as equally fast, which measures each soon.
        SchedulingPolicy.ServiceTime when isRated => Time(in session, in other, bytes) < Time(in other, in session, bytes),
        SchedulingPolicy.ServiceTime => session.UnacknowledgedBytes < other.UnacknowledgedBytes,
        _ => false,
    };

    private static UInt128 Arrival(in PathSample session, long bytes) =>
        ((UInt128)(ulong)(session.UnacknowledgedBytes + bytes) * (ulong)session.RatedTime.Nanoseconds / (ulong)session.RatedBytes)
        + (ulong)(session.RoundTrip.Nanoseconds / 2);

    private static UInt128 Time(in PathSample session, in PathSample other, long bytes)
    {
        // Both products stay below 2¹²⁷: sums of bytes and of nanoseconds are halved long before 2⁴².
        UInt128 queue = (UInt128)(ulong)(session.UnacknowledgedBytes + bytes);
        return queue * (ulong)session.RatedTime.Nanoseconds * (ulong)other.RatedBytes;
    }

    private int Draw(int sessions)
    {
        if (shares.Count == 0)
        {
            return (int)_random.Below((uint)sessions);
        }

        uint all = 0;
        foreach (int share in shares)
        {
            all += (uint)share;
        }

        uint drawn = _random.Below(all);
        int place = 0;
        while (drawn >= (uint)shares[place])
        {
            drawn -= (uint)shares[place++];
        }

        return place;
    }
}
