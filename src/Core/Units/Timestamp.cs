namespace Trunkline.Core.Units;

/// <summary>An instant, in nanoseconds since an origin that its user chooses (the Unix epoch, the start of a run).</summary>
/// <param name="Nanoseconds">64 bits last 292 years either way.</param>
public readonly record struct Timestamp(long Nanoseconds) : IComparable<Timestamp>
{
    /// <summary>The origin.</summary>
    public static readonly Timestamp Zero;

    /// <summary>Before every other instant: what "not seen yet" is stored as.</summary>
    public static readonly Timestamp MinValue = new(long.MinValue);

    /// <summary>After every other instant: the deadline of an object that waits for nothing.</summary>
    public static readonly Timestamp MaxValue = new(long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => Nanoseconds.CompareTo(other.Nanoseconds);

    /// <summary>The instant that much later.</summary>
    public static Timestamp operator +(Timestamp left, Interval right) => new(left.Nanoseconds + right.Nanoseconds);

    /// <summary>The instant that much earlier.</summary>
    public static Timestamp operator -(Timestamp left, Interval right) => new(left.Nanoseconds - right.Nanoseconds);

    /// <summary>The time from <paramref name="right"/> to <paramref name="left"/>.</summary>
    public static Interval operator -(Timestamp left, Timestamp right) => new(left.Nanoseconds - right.Nanoseconds);

    /// <summary>Earlier than.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.Nanoseconds < right.Nanoseconds;

    /// <summary>Later than.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.Nanoseconds > right.Nanoseconds;

    /// <summary>Not later than.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.Nanoseconds <= right.Nanoseconds;

    /// <summary>Not earlier than.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.Nanoseconds >= right.Nanoseconds;
}
