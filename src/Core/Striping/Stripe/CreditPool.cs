namespace Trunkline.Core.Striping.Stripe;

/// <summary>The memory that all flows of a process share for what came and is not read: grants are taken from it.</summary>
/// <remarks>
/// A flow gets at most half of what is free, so that some is left for the next however greedy the first are (as in shared buffers of
/// switches, Choudhury and Hahne 1998, with α = 1), and never less than a frame's worth, so that none starves. One thread.
/// </remarks>
/// <param name="bytesMax">Bytes in all, beside 64 KiB for each flow.</param>
public sealed class CreditPool(long bytesMax)
{
    /// <summary>What every flow gets.</summary>
    public const long FlowBytesMin = 64 << 10;

    /// <summary>Bytes that far ends were allowed to send and that are not read.</summary>
    public long GrantedBytes { get; private set; }

    /// <summary>How much a flow may have outstanding that has so much now.</summary>
    /// <param name="outstanding">Its part of <see cref="GrantedBytes"/>.</param>
    /// <param name="windowBytes">Its own bound.</param>
    public long ComputeWindow(long outstanding, long windowBytes) =>
        Math.Max(FlowBytesMin, Math.Min(windowBytes, outstanding + (Math.Max(0, bytesMax - GrantedBytes) / 2)));

    /// <summary>Grants, or takes back what was read.</summary>
    public void Add(long bytes) => GrantedBytes += bytes;
}
