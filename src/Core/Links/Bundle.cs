using System.Runtime.CompilerServices;
using Trunkline.Core.Units;

namespace Trunkline.Core.Links;

/// <summary>The links of a bundle at work: which are up, what waits on each, how loaded each is.</summary>
/// <remarks>
/// The model of a link is a FIFO queue that drains at the link's speed: it knows when a frame will have left as soon as
/// the frame is accepted, so it needs no events. It leaves out pauses, and shaping in bursts; an environment with real
/// queues corrects it with <see cref="SetFinish"/>. Integers of 64 bits throughout; nothing allocates or throws after
/// construction, save for a <see cref="LinkId"/> that is not of the bundle. Delays below 0 or above 73 minutes, and speeds
/// below 1 kb/s, are counted as these. One thread.
/// </remarks>
public sealed class Bundle
{
    /// <summary>Most links that a bundle has.</summary>
    public const int LinksMax = 64;

    /// <summary>Longest frame counted: what claims to be longer is sent as this long.</summary>
    public const int FrameBytesMax = 1 << 20;

    /// <summary>The handicap of a link that may not be chosen.</summary>
    internal const long Unusable = 1L << 62;

    /// <summary>What <see cref="Load"/> returns for a link used to its full speed.</summary>
    public const int LoadUnit = 1 << 16;

    // No queue or delay is longer than 2⁴² ns, 73 minutes, and no byte takes longer than 2³³ ps, as at 931 b/s: so that sums of
    // them in picoseconds stay below 2⁵⁴, and links can be ranked in 64 bits.
    private const long WaitNsMax = 1L << 42;
    private const long PicosecondsPerByteMax = 1L << 33;

    private readonly Link[] _links;
    private readonly LinkState[] _states;
    private readonly Discounting _discounting;
    private ulong _drained;
    private ulong _up;

    /// <summary>Takes the links in the order that gives them their ids; all are up, all queues empty.</summary>
    /// <param name="links">1 to <see cref="LinksMax"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">No link or too many, a weight or an option out of its range.</exception>
    public Bundle(IReadOnlyList<Link> links, BundleOptions? options = null)
    {
        options ??= new BundleOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(links.Count, 1, nameof(links));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(links.Count, LinksMax, nameof(links));
        _links = [.. links];
        _states = new LinkState[_links.Length];
        _discounting = new Discounting(options.LoadPeriod, options.LoadShift);
        for (int i = 0; i < _links.Length; i++)
        {
            Link link = _links[i];
            ArgumentOutOfRangeException.ThrowIfNegative(link.Weight, nameof(links));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(link.Weight, Link.WeightMax, nameof(links));
            _up |= 1UL << i;
            _drained |= link.Weight == 0 || link.Rate.BitsPerSecond <= 0 ? 1UL << i : 0;
            ref LinkState state = ref _states[i];
            state.PicosecondsPerByte = Math.Min(link.Rate.PicosecondsPerByte, PicosecondsPerByteMax);
            state.DelayPs = Math.Clamp(link.Delay.Nanoseconds, 0, WaitNsMax) * 1000;
            state.QueuePsMax = QueuePsMax(options.QueueMax, state.PicosecondsPerByte);
        }

        SetHandicaps();
    }

    /// <summary>Number of links, 1 to <see cref="LinksMax"/>.</summary>
    public int Count => _links.Length;

    /// <summary>A link by its id.</summary>
    public Link this[LinkId link] => _links[link.Index];

    /// <summary>The links that are up: bit i for link i.</summary>
    public ulong UpMask => _up;

    /// <summary>The links that may be chosen: up, and with a weight and a rate above 0.</summary>
    public ulong UsableMask => _up & ~_drained;

    /// <summary>Whether a link is up.</summary>
    public bool IsUp(LinkId link) => (_up >> link.Index & 1) != 0;

    /// <summary>Takes a link down or up again; the balancers that use the bundle are to be told next.</summary>
    public void SetUp(LinkId link, bool up)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)link.Index, (uint)_links.Length, nameof(link));
        ulong bit = 1UL << link.Index;
        _up = up ? _up | bit : _up & ~bit;
        SetHandicaps();
    }

    /// <summary>Changes a link's speed; what waits on it takes as long as it did. The balancers that use the bundle are to be told next.</summary>
    public void SetRate(LinkId link, BitRate rate)
    {
        ref LinkState state = ref _states[link.Index];
        long queueBytesMax = state.QueuePsMax / state.PicosecondsPerByte;
        _links[link.Index] = _links[link.Index] with { Rate = rate };
        state.PicosecondsPerByte = Math.Min(rate.PicosecondsPerByte, PicosecondsPerByteMax);
        state.QueuePsMax = QueuePsMax(state.QueuePsMax == WaitNsMax * 1000 ? null : new ByteCount(queueBytesMax), state.PicosecondsPerByte);
        ulong bit = 1UL << link.Index;
        bool isDrained = _links[link.Index].Weight == 0 || rate.BitsPerSecond <= 0;
        _drained = isDrained ? _drained | bit : _drained & ~bit;
        SetHandicaps();
    }

    /// <summary>Takes note that a frame was handed to a link: it queues behind what waits there and is counted.</summary>
    /// <param name="link">The link.</param>
    /// <param name="bytes">Frame length on the wire.</param>
    /// <param name="now">The time.</param>
    public void OnSent(LinkId link, int bytes, Timestamp now) => Send(link.Index, bytes, now.Nanoseconds);

    /// <summary>Sets when a link's queue will be empty, where the environment knows better than the model.</summary>
    /// <param name="link">The link.</param>
    /// <param name="finish">When the last byte leaves, rounded down; hours ahead is as if nothing waited.</param>
    /// <param name="picoseconds">The rest, 0 to 999.</param>
    public void SetFinish(LinkId link, Timestamp finish, int picoseconds = 0)
    {
        ref LinkState state = ref _states[link.Index];
        state.FinishNs = finish.Nanoseconds;
        state.FinishPs = Math.Clamp(picoseconds, 0, 999);
    }

    /// <summary>Bytes that still wait on a link or are being sent, rounded up.</summary>
    public long BacklogBytes(LinkId link, Timestamp now)
    {
        ref LinkState state = ref _states[link.Index];
        long waitPs = state.WaitPs(now.Nanoseconds);
        return (waitPs + state.PicosecondsPerByte - 1) / state.PicosecondsPerByte;
    }

    /// <summary>How long a frame offered now would wait before its first byte is sent, rounded down.</summary>
    public Interval Wait(LinkId link, Timestamp now) => new(WaitNs(link.Index, now.Nanoseconds));

    /// <summary>When the last byte of a frame offered now would arrive: after what waits, its own sending and the delay.</summary>
    /// <returns>Rounded up to whole nanoseconds.</returns>
    public Timestamp EstimateArrival(LinkId link, int bytes, Timestamp now)
    {
        Arrival(link.Index, bytes, now.Nanoseconds, out _, out long latest);
        return new Timestamp(latest);
    }

    /// <summary>Bytes that a link accepted so far.</summary>
    public long Bytes(LinkId link) => _states[link.Index].Bytes;

    /// <summary>Frames that a link accepted so far.</summary>
    public long Frames(LinkId link) => _states[link.Index].Frames;

    /// <summary>Frames that found a link's bounded queue full.</summary>
    public long DroppedFrames(LinkId link) => _states[link.Index].DroppedFrames;

    /// <summary>The link's recent rate against its own speed: <see cref="LoadUnit"/> is all of it, more is a growing queue.</summary>
    /// <remarks>
    /// A discounting rate estimator (CONGA, SIGCOMM 2014, §3.2): bytes sent, less 2^−shift of the sum each period, read
    /// between periods by a straight line so that a steady rate reads steady.
    /// </remarks>
    public long Load(LinkId link, Timestamp now)
    {
        ref LinkState state = ref _states[link.Index];
        return _discounting.Load(state.DiscountedBytes, now.Nanoseconds - state.DiscountedAtNs, state.PicosecondsPerByte);
    }

    /// <summary>The load in 2^<paramref name="bits"/> equal bands, 0 for idle, the last for all that is at full speed or above.</summary>
    /// <param name="link">The link.</param>
    /// <param name="bits">1 to 16; CONGA's metric has 3.</param>
    /// <param name="now">The time.</param>
    public int LoadBand(LinkId link, int bits, Timestamp now) =>
        (int)Math.Min((Load(link, now) << bits) / LoadUnit, (1L << bits) - 1);

    /// <summary>A link's share against the others': its weight where it may be chosen, else 0.</summary>
    internal int UsableWeight(int link) => (UsableMask >> link & 1) != 0 ? _links[link].Weight : 0;

    /// <summary>Whether a link may be chosen; −1 may not.</summary>
    internal bool IsUsable(int link) => link >= 0 && (UsableMask >> link & 1) != 0;

    /// <summary>Picoseconds per byte of a link.</summary>
    internal long PicosecondsPerByte(int link) => _states[link].PicosecondsPerByte;

    /// <summary>Bytes that a link accepted so far.</summary>
    internal long Bytes(int link) => _states[link].Bytes;

    /// <summary>How long what waits on a link takes to leave, rounded down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal long WaitNs(int link, long nowNs) => _states[link].WaitPs(nowNs) / 1000;

    /// <summary>The links' states in order, for rules that compare all of them.</summary>
    internal ReadOnlySpan<LinkState> States => _states;

    /// <summary>When a frame offered now would arrive, rounded down and rounded up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Arrival(int link, int bytes, long nowNs, out long earliestNs, out long latestNs)
    {
        ref LinkState state = ref _states[link];
        ulong ps = (ulong)state.ArriveInPs(FrameBytes(bytes), nowNs);
        ulong ns = ps / 1000;
        earliestNs = nowNs + (long)ns;
        latestNs = earliestNs + (ps != ns * 1000 ? 1 : 0);
    }

    /// <summary>Queues a frame on a link and counts it.</summary>
    internal void Send(int link, int bytes, long nowNs)
    {
        ref LinkState state = ref _states[link];
        long size = FrameBytes(bytes);
        ulong ps = (ulong)state.LeaveInPs(size, nowNs);
        if (ps > (ulong)state.QueuePsMax)
        {
            state.DroppedFrames++;
            return;
        }

        ulong ns = ps / 1000;
        state.FinishNs = nowNs + (long)ns;
        state.FinishPs = (int)(ps - (ns * 1000));
        state.Bytes += size;
        state.Frames++;
        _discounting.Add(ref state.DiscountedBytes, ref state.DiscountedAtNs, size, nowNs);
    }

    /// <summary>A frame's length as it is counted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static long FrameBytes(int bytes) => (uint)bytes <= FrameBytesMax ? bytes : bytes < 0 ? 0 : FrameBytesMax;

    private static long QueuePsMax(ByteCount? bytesMax, long psPerByte)
    {
        const long PsMax = WaitNsMax * 1000;
        return bytesMax is ByteCount max && max.Bytes < PsMax / psPerByte ? Math.Max(0, max.Bytes) * psPerByte : PsMax;
    }

    private void SetHandicaps()
    {
        for (int i = 0; i < _states.Length; i++)
        {
            _states[i].Handicap = IsUsable(i) ? 0 : Unusable;
        }
    }
}
