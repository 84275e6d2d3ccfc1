using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>Whether a path carries anything.</summary>
public enum StripePathState
{
    /// <summary>It has no session.</summary>
    Down,

    /// <summary>It carries.</summary>
    Up,

    /// <summary>It makes no progress: what it owes goes over the others.</summary>
    Suspect,

    /// <summary>It makes no progress, and a new session is tried.</summary>
    Probing,
}

/// <summary>One path of a trunk, and the session on it: what it was given, what it has acknowledged, how fast and how far it is.</summary>
/// <remarks>Belongs to its <see cref="StripeTrunk"/>.</remarks>
public sealed class StripePath
{
    private const long UnratedBytes = 256 << 10;
    private const long RoomBytesMin = 64 << 10;
    private const long RoomBytesMax = 16 << 20;

    private readonly StripeOptions _options;

    internal StripePath(int number, StripeOptions options) => (Number, _options) = (number, options);

    /// <summary>Its number, from 0; the same at both ends.</summary>
    public int Number { get; }

    /// <summary>Whether it carries anything.</summary>
    public StripePathState State { get; internal set; }

    /// <summary>Whether it has a session.</summary>
    public bool IsOpen { get; internal set; }

    /// <summary>Whether its session's socket takes nothing now.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>Bytes that this session was given, heads included.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Of those, bytes that the far process has.</summary>
    public long AcknowledgedBytes { get; internal set; }

    /// <summary>Bytes that came over this session.</summary>
    public long ReceivedBytes { get; internal set; }

    /// <summary>Bytes acknowledged over all its sessions.</summary>
    public long CarriedBytes { get; internal set; }

    /// <summary>Bytes received over all its sessions.</summary>
    public long TakenBytes { get; internal set; }

    /// <summary>Given and not acknowledged.</summary>
    public long UnacknowledgedBytes => SentBytes - AcknowledgedBytes;

    /// <summary>Its rate while it had work, in bytes a second; 0 before it was measured.</summary>
    public long BytesPerSecond => Meter.BytesPerSecond;

    /// <summary>Shortest recent time to an acknowledgement, zero before the first.</summary>
    public Interval LeastRoundTrip => Meter.LeastRoundTrip;

    /// <summary>Smoothed time to an acknowledgement, queues included.</summary>
    public Interval RoundTrip => Meter.RoundTrip;

    /// <summary>How often it was left.</summary>
    public long Stalls { get; internal set; }

    /// <summary>Sessions that it has had.</summary>
    public long SessionCount { get; internal set; }

    /// <summary>Since when it is as it is.</summary>
    public Timestamp StateSince { get; internal set; }

    internal PathMeter Meter { get; private set; } = new();

    internal SentRing UnderWay { get; } = new();

    // Frames from the first on that go over other paths too.
    internal int Copied { get; set; }

    // Behind the last frame that is to be acknowledged.
    internal long ElicitedEnd { get; set; }

    internal Timestamp ProgressAt { get; set; }

    internal Timestamp SentAt { get; set; }

    internal long PendingBytes { get; set; }

    internal Timestamp PendingSince { get; set; }

    internal Timestamp RedialAt { get; set; }

    internal bool Owes => IsOpen && AcknowledgedBytes < ElicitedEnd;

    internal bool IsUsable => State == StripePathState.Up;

    internal Interval StallLimit => _options.StallLimit + (LeastRoundTrip * 2);

    internal Interval LateLimit => (_options.QueueTime * 2) + (LeastRoundTrip * 3);

    internal long LimitBytes => BytesPerSecond == 0
        ? UnratedBytes
        : Math.Clamp(Carries((_options.QueueTime + (LeastRoundTrip * 2)).Nanoseconds), RoomBytesMin, RoomBytesMax);

    internal long RoomBytes => IsBlocked ? 0 : Math.Max(0, LimitBytes - UnacknowledgedBytes);

    internal int ChunkBytes => BytesPerSecond == 0
        ? 16 << 10
        : (int)Math.Clamp(Carries(_options.ChunkTime.Nanoseconds) & ~0xfffL, 8 << 10, StripeFrame.DataBytesMax);

    internal PathSample Sample(long usualBytesPerSecond) => new(
        IsUsable,
        UnacknowledgedBytes,
        0,
        RoomBytes,
        UnderWay.Count,
        BytesPerSecond == 0 ? usualBytesPerSecond : BytesPerSecond,
        Interval.FromSeconds(1),
        LeastRoundTrip);

    /// <summary>A new session begins.</summary>
    internal void Open(Timestamp now)
    {
        IsOpen = true;
        IsBlocked = false;
        SentBytes = AcknowledgedBytes = ReceivedBytes = ElicitedEnd = PendingBytes = 0;
        Copied = 0;
        UnderWay.Clear();
        SentAt = ProgressAt = now;
        SessionCount++;
        Turn(StripePathState.Up, now);
    }

    /// <summary>Forgets what was measured: the next session may take another way through the network.</summary>
    internal void ForgetMeter() => Meter = new PathMeter();

    internal void Turn(StripePathState state, Timestamp now) => (State, StateSince) = (state, now);

    private long Carries(long nanoseconds) => (long)((UInt128)(ulong)BytesPerSecond * (ulong)nanoseconds / 1_000_000_000);
}
