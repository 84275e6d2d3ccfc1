namespace Trunkline.Core.Links;

/// <summary>What a bundle keeps of one link: its virtual queue, counters and rate estimate.</summary>
/// <remarks>Instants in nanoseconds of the caller's origin; the queue's end is exact to the picosecond.</remarks>
internal struct LinkState
{
    /// <summary>When the last byte accepted leaves, rounded down; <see cref="FinishPs"/> is the rest.</summary>
    public long FinishNs;

    /// <summary>Time that one byte takes.</summary>
    public long PicosecondsPerByte;

    /// <summary>One-way delay behind the queue.</summary>
    public long DelayNs;

    /// <summary>How long the queue may get, as time to send it, in picoseconds.</summary>
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
}
