using System.Runtime.CompilerServices;

namespace Trunkline.Core.Links;

/// <summary>What a bundle keeps of one link: its virtual queue, counters and rate estimate.</summary>
/// <remarks>Instants in nanoseconds of the caller's origin; the queue's end is exact to the picosecond.</remarks>
internal struct LinkState
{
    /// <summary>No wait is as long as this, 4.9 hours: the longest queue and the longest frame at the lowest speed make 3.7.</summary>
    private const long WaitNsLimit = 1L << 44;

    /// <summary>When the last byte accepted leaves, rounded down; <see cref="FinishPs"/> is the rest.</summary>
    public long FinishNs;

    /// <summary>Time that one byte takes.</summary>
    public long PicosecondsPerByte;

    /// <summary>One-way delay behind the queue.</summary>
    public long DelayPs;

    /// <summary>Added to the link's rank where links are compared: 0, or enough to come last when it may not be chosen.</summary>
    public long Handicap;

    /// <summary>How long the queue may get, the last frame included, as time to send it in picoseconds.</summary>
    public long QueuePsMax;

    /// <summary>Bytes accepted so far.</summary>
    public long Bytes;

    /// <summary>Frames accepted so far.</summary>
    public long Frames;

    /// <summary>Discounted bytes, as of <see cref="DiscountedAtNs"/>.</summary>
    public long DiscountedBytes;

    /// <summary>The period's start up to which the bytes are discounted.</summary>
    public long DiscountedAtNs;

    /// <summary>0 to 999, to be added to <see cref="FinishNs"/>.</summary>
    public int FinishPs;

    /// <summary>Frames that the bounded queue had no room for.</summary>
    public long DroppedFrames;

    /// <summary>How long a frame offered now waits before its first byte is sent, in picoseconds.</summary>
    /// <remarks>
    /// A wait that no queue can have is that of a clock which was set back: nothing waits then. Whether the link is busy is a
    /// coin toss at middling load, so that the choice is made by a mask, not by a branch.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long WaitPs(long nowNs)
    {
        long waitNs = FinishNs - nowNs;
        return ((waitNs * 1000) + FinishPs) & ~((waitNs | (WaitNsLimit - waitNs)) >> 63);
    }

    /// <summary>How long until the last byte of a frame offered now has left, in picoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long LeaveInPs(long bytes, long nowNs) => WaitPs(nowNs) + (bytes * PicosecondsPerByte);

    /// <summary>How long until the last byte of a frame offered now has arrived, in picoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly long ArriveInPs(long bytes, long nowNs) => LeaveInPs(bytes, nowNs) + DelayPs;
}
