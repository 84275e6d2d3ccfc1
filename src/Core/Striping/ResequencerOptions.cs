using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>How long and how much a resequencer holds.</summary>
public sealed record ResequencerOptions
{
    // Room for links is made for packets of this size; a window of the most takes 10 MB.
    private const int BytesPerPacket = 256;
    private const int PacketsLeast = 1 << 12;
    private const int PacketsMost = 1 << 18;

    /// <summary>The longest that packets wait for one before them: at least the skew. <see cref="Interval.MaxValue"/> for ever.</summary>
    /// <remarks>See <see cref="TimerFor"/>.</remarks>
    public Interval Timer { get; init; } = Interval.FromMilliseconds(1);

    /// <summary>Bytes that may wait; see <see cref="BufferBytes"/>.</summary>
    public ByteCount BytesMax { get; init; } = new(16 << 20);

    /// <summary>How many numbers a packet may be ahead of the first one missing, 1 to 1,048,576.</summary>
    public int PacketsMax { get; init; } = 1 << 14;

    /// <summary>Whether every link keeps the order of its packets, so that what all have passed by is lost (RFC 1990 §4.1).</summary>
    public bool LinksAreFifo { get; init; } = true;

    /// <summary>Whether a packet that comes after it was given up is passed on out of order, or dropped.</summary>
    public bool DeliverLate { get; init; } = true;

    /// <summary>The number that the sender begins with.</summary>
    public uint FirstSequence { get; init; }

    /// <summary>Options that fit links: a timer of their skew, and room for what may wait that long.</summary>
    /// <param name="links">The links.</param>
    /// <param name="queueMax">What the queue of a link holds.</param>
    /// <param name="timer">Null for <see cref="TimerFor"/>.</param>
    public static ResequencerOptions For(IReadOnlyList<Link> links, ByteCount queueMax, Interval? timer = null)
    {
        Interval wait = timer ?? TimerFor(links, queueMax);
        long bytes = Math.Min(BufferBytes(wait, links).Bytes, long.MaxValue / 2) + ((long)links.Count * Bundle.FrameBytesMax);
        return new ResequencerOptions
        {
            Timer = wait,
            BytesMax = new ByteCount(bytes),
            PacketsMax = (int)Math.Clamp(bytes / BytesPerPacket, PacketsLeast, PacketsMost),
        };
    }

    /// <summary>The largest skew of links: the difference of their delays, and a full queue on one while another's is empty.</summary>
    /// <param name="links">The links.</param>
    /// <param name="queueMax">What the queue of a link holds.</param>
    /// <returns>At least a nanosecond, rounded up; links that carry nothing are left out.</returns>
    public static Interval TimerFor(IReadOnlyList<Link> links, ByteCount queueMax)
    {
        long least = long.MaxValue, most = 0, queueNs = 0;
        foreach (Link link in links)
        {
            if (link.Rate.BitsPerSecond > 0)
            {
                least = Math.Min(least, link.Delay.Nanoseconds);
                most = Math.Max(most, link.Delay.Nanoseconds);
                Int128 ps = (Int128)Math.Max(0, queueMax.Bytes) * link.Rate.PicosecondsPerByte;
                queueNs = (long)Int128.Min(Int128.Max(queueNs, (ps + 999) / 1000), long.MaxValue / 4);
            }
        }

        return new Interval(Math.Max(1, Math.Max(0, most - Math.Min(least, most)) + queueNs));
    }

    /// <summary>What waits at most while nothing is lost: skew × sum of rates.</summary>
    /// <param name="skew">The difference between the slowest and the fastest link.</param>
    /// <param name="links">The links, all in use at full speed.</param>
    /// <returns>
    /// Rounded up. While the slowest link's packet is under way, every other link delivers for the time by which it is faster,
    /// Σ rate × (longest delay − own), which is no more than skew × Σ rate; a packet of each link is to be added, because they
    /// arrive whole.
    /// </returns>
    public static ByteCount BufferBytes(Interval skew, IReadOnlyList<Link> links)
    {
        Int128 bits = 0;
        foreach (Link link in links)
        {
            bits += link.Rate.BitsPerSecond;
        }

        Int128 bytes = ((Int128.Max(0, skew.Nanoseconds) * bits) + 7_999_999_999) / 8_000_000_000;
        return new ByteCount((long)Int128.Min(bytes, long.MaxValue));
    }
}
