using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>Where and when a frame goes through a trunk. Instants in picoseconds of the caller's origin.</summary>
/// <param name="Link">The link that takes it; <see cref="LinkId.None"/> when none is usable, and then all instants are the time of asking.</param>
/// <param name="StartPs">When its first byte is sent; never before that of the frame before it.</param>
/// <param name="FinishPs">When its last byte is sent, and the link is free.</param>
/// <param name="ArrivalPs">When its last byte has arrived and passed the link's de-skew.</param>
/// <param name="DeliveryPs">When the far end hands it on: at its arrival, and not before the frame before it.</param>
public readonly record struct TrunkSlot(LinkId Link, long StartPs, long FinishPs, long ArrivalPs, long DeliveryPs);

/// <summary>One queue that a trunk's links serve together: the next frame goes to the link that is free first.</summary>
/// <remarks>
/// <para>
/// A frame's place is known as soon as it is offered, because all before it have theirs: to be called in order of frames. It is
/// the same as to join the queue that is the shortest in time (Kiefer and Wolfowitz, 1955). Of links that are free at once the
/// first behind the one chosen last is taken.
/// </para>
/// <para>
/// What keeps order: frames leave the one queue in order, so that their first bytes are sent in order; de-skew makes all links
/// equally long, so that the first bytes arrive in that order too, and the far end needs no numbers. Last bytes do not: a short
/// frame behind a long one, on another link, is complete before it. The far end holds it until the long one is complete:
/// <c>delivery = max(own arrival, delivery of the frame before)</c>. That is at most the time of the longest frame. A frame that
/// gets lost is waited for no longer than it would have taken, which the same formula says.
/// </para>
/// <para>Allocates in the constructor alone, no input throws, one thread.</para>
/// </remarks>
public sealed class TrunkScheduler
{
    private readonly TrunkDeskew _deskew;
    private readonly long _psPerByte;
    private readonly long[] _finishPs;
    private ulong _up;
    private int _last;
    private long _startPs = long.MinValue;
    private long _deliveryPs = long.MinValue;

    /// <summary>Begins with all links up and free.</summary>
    /// <param name="deskew">The links' delays.</param>
    /// <param name="rate">The speed of each.</param>
    /// <exception cref="ArgumentOutOfRangeException">The speed is 0 or below 1 kb/s.</exception>
    public TrunkScheduler(TrunkDeskew deskew, BitRate rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate.BitsPerSecond, 1_000, nameof(rate));
        _deskew = deskew;
        _psPerByte = rate.PicosecondsPerByte;
        _finishPs = new long[deskew.Count];
        _finishPs.AsSpan().Fill(long.MinValue);
        _up = (1UL << deskew.Count) - 1;
        _last = deskew.Count - 1;
    }

    /// <summary>Frames that were put in their place.</summary>
    public long Frames { get; private set; }

    /// <summary>Frames complete at the far end before the one in front of them, which it held.</summary>
    public long Held { get; private set; }

    /// <summary>The longest that the far end held one, in picoseconds.</summary>
    public long HeldPsMax { get; private set; }

    /// <summary>When a link has sent all it was given; <see cref="long.MinValue"/> before its first frame.</summary>
    public long FinishPs(int link) => _finishPs[link];

    /// <summary>Whether a link takes frames.</summary>
    public bool IsUp(int link) => (_up >> link & 1) != 0;

    /// <summary>Puts the next frame in its place.</summary>
    /// <param name="bytes">Its length on the wire; below 0 counts as 0, above 1 MiB as that.</param>
    /// <param name="nowPs">When it is offered; one that goes back counts as the latest seen.</param>
    public TrunkSlot Next(int bytes, long nowPs)
    {
        // Beyond a year from the origin, either way, there is no telling: 64 bits of picoseconds last no longer.
        nowPs = Math.Clamp(nowPs, -(long.MaxValue / 2), long.MaxValue / 2);
        int chosen = -1;
        long first = long.MaxValue;
        for (int i = 1; i <= _finishPs.Length; i++)
        {
            int link = _last + i < _finishPs.Length ? _last + i : _last + i - _finishPs.Length;
            long freePs = Math.Max(_finishPs[link], nowPs);
            if ((_up >> link & 1) != 0 && freePs < first)
            {
                (chosen, first) = (link, freePs);
            }
        }

        if (chosen < 0)
        {
            return new TrunkSlot(LinkId.None, nowPs, nowPs, nowPs, nowPs);
        }

        _startPs = Math.Max(_startPs, first);
        long finishPs = Math.Min(_startPs + (Bundle.FrameBytes(bytes) * _psPerByte), long.MaxValue / 4 * 3);
        long arrivalPs = finishPs + _deskew.DelayPs(chosen) + _deskew.HoldPs(chosen);
        long deliveryPs = Math.Max(arrivalPs, _deliveryPs);
        if (deliveryPs > arrivalPs)
        {
            Held++;
            HeldPsMax = Math.Max(HeldPsMax, deliveryPs - arrivalPs);
        }

        Frames++;
        (_last, _finishPs[chosen], _deliveryPs) = (chosen, finishPs, deliveryPs);
        return new TrunkSlot(new LinkId(chosen), _startPs, finishPs, arrivalPs, deliveryPs);
    }

    /// <summary>Takes a link out, or back in, free at once; the frames that it has are the caller's to count as lost.</summary>
    /// <param name="link">The link; one that is none is not looked at.</param>
    /// <param name="isUp">Whether it takes frames.</param>
    public void OnLinkChange(LinkId link, bool isUp)
    {
        if ((uint)link.Index < (uint)_finishPs.Length)
        {
            _up = isUp ? _up | (1UL << link.Index) : _up & ~(1UL << link.Index);
            _finishPs[link.Index] = isUp ? long.MinValue : _finishPs[link.Index];
        }
    }
}
