using System.Runtime.CompilerServices;
using Trunkline.Analysis.Flows;
using Trunkline.Analysis.Replay;
using Trunkline.Core.Flows;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis;

/// <summary>Every flow of a capture, and within it every entry: frames between which no policy could tell a difference.</summary>
/// <remarks>
/// <para>An entry is known by its flow's 5-tuple, exactly, and by a signature of 64 bits of all else that a policy could hash and
/// that a flow's frames share: MACs, tags, labels, SPI, tunnel and inner headers, queue pair, and the interface that captured
/// it. So what a policy makes of an entry's first frame holds for all of them. Most flows are one entry. A frame without IP
/// belongs to an entry, but to no flow.</para>
/// <para>Exact up to <see cref="EntriesMaxDefault"/> entries at once, or fewer where memory is bounded. Then an eighth of them is retired, those idle for the longest; a
/// flow's first entry counts as idle since the flow is. Their flows' counters stay in the totals, the largest of them ready to
/// go on.</para>
/// <para>68 bytes for a flow with one entry, 32 more for IPv6, and some 8 in the index. Indices are dense and used again. Nothing is
/// allocated for a frame, except when the table grows. One thread reads the capture. Another may run the statistics: of entries that it
/// was told of it may ask <see cref="FlowOf"/>, <see cref="InterfaceOf"/> and <see cref="KeyOf"/>; all else only when an entry is
/// retired, or at the end.</para>
/// </remarks>
internal sealed class FlowTable
{
    /// <summary>Entries that live at once before idle ones are retired.</summary>
    public const int EntriesMaxDefault = 1 << 20;

    /// <summary>So many new entries may come before <see cref="IsFull"/> must be asked again.</summary>
    public const int NewEntriesPerRound = 2 * FrameGroup.FramesMax;

    /// <summary>Most entries that are active before <see cref="TakeActive"/>.</summary>
    public const int ActiveMax = 2048;

    private const int RetiredShare = 8;

    private readonly int _entriesMax;
    private readonly EntryBudget _budget;
    private readonly FlowletStatistics _flowlets;
    private readonly FlowIndex _index = new();
    private readonly LineArray<FlowRecord> _flows;
    private readonly ChunkedArray<OtherEntries> _otherEntries;
    private readonly ChunkedArray<EntryOwner> _owners;
    private readonly ChunkedArray<OtherEntry> _others;
    private readonly ChunkedArray<AddressPair> _pairs;
    private readonly ChunkedArray<int> _interfaces;
    private readonly RetiredFlows _retired;
    private readonly FlowSizes _forgotten = new();
    private readonly FlowVisitor _onFlowEnd;

    // Flows whose first entry is active; others as the complement of their place.
    private readonly int[] _active = new int[ActiveMax];
    private int _activeCount;
    private long _framesTaken;
    private long _bytesTaken;
    private FreeList _freeFlows = FreeList.Empty;
    private FreeList _freeEntries = FreeList.Empty;
    private FreeList _freeOthers = FreeList.Empty;
    private FreeList _freePairs = FreeList.Empty;
    private FreeList _freeOtherEntries = FreeList.Empty;
    private int _livePairs;
    private long _nonIpFrames;
    private long _nonIpBytes;
    private long _touched;

    /// <summary>An empty table.</summary>
    /// <param name="flowlets">Is told of pauses.</param>
    /// <param name="entriesMax">Entries that live at once, at least eight rounds' worth of new ones.</param>
    /// <param name="retiredMax">Retired flows that are remembered.</param>
    /// <param name="budget">What entries may take of memory; null for no bound but their number.</param>
    public FlowTable(
        FlowletStatistics flowlets,
        int entriesMax = EntriesMaxDefault,
        int retiredMax = RetiredFlows.CapacityDefault,
        EntryBudget? budget = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(entriesMax, RetiredShare * NewEntriesPerRound);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(entriesMax, FlowIndex.NumberMax);
        (_flowlets, _entriesMax, _budget) = (flowlets, entriesMax, budget ?? EntryBudget.Unlimited);
        _flows = new LineArray<FlowRecord>(entriesMax);

        // So that a guess always leads somewhere.
        _flows.Reach(0);
        _otherEntries = new ChunkedArray<OtherEntries>(entriesMax);
        _owners = new ChunkedArray<EntryOwner>(entriesMax);
        _others = new ChunkedArray<OtherEntry>(entriesMax);
        _pairs = new ChunkedArray<AddressPair>(entriesMax);
        _interfaces = new ChunkedArray<int>(entriesMax);
        _retired = new RetiredFlows(retiredMax);
        _onFlowEnd = OnFlowEnd;
    }

    /// <summary>Is shown a flow.</summary>
    internal delegate void FlowVisitor(in FlowKey key, in FlowTotals flow);

    /// <summary>A packet is close to the one before of its entry when no more time than this lies between them.</summary>
    public Interval Skew { get; init; }

    /// <summary>Frames so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes on the wire so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Frames that belong to a flow.</summary>
    public long IpFrames => Frames - _nonIpFrames;

    /// <summary>Bytes that belong to a flow.</summary>
    public long IpBytes => Bytes - _nonIpBytes;

    /// <summary>Flows so far, the retired ones among them; one that came back after it was forgotten counts again.</summary>
    public long FlowCount { get; private set; }

    /// <summary>Entries that were retired; above 0 counts are approximate.</summary>
    public long RetiredEntries { get; private set; }

    /// <summary>Entries that live.</summary>
    public int LiveEntries { get; private set; }

    /// <summary>Indices of entries are below this.</summary>
    public int EntryEnd => _freeEntries.End;

    /// <summary>Indices of flows are below this.</summary>
    public int FlowEnd => _freeFlows.End;

    /// <summary>Whether <see cref="RetireIdle"/> must come before another round.</summary>
    public bool IsFull => LiveEntries > _entriesMax - NewEntriesPerRound
        || !_budget.Fits(Math.Max(EntryEnd, LiveEntries + NewEntriesPerRound), Math.Max(_freePairs.End, _livePairs + NewEntriesPerRound));

    /// <summary>Whether <see cref="TakeActive"/> must come before more frames.</summary>
    public bool HasManyActive => _activeCount > ActiveMax - FrameGroup.FramesMax
        || Frames - _framesTaken > EntryCounters.FramesMax - FrameGroup.FramesMax
        || Bytes - _bytesTaken > EntryCounters.BytesMax - ((long)FrameGroup.FramesMax * int.MaxValue);

    /// <summary>Counts frames.</summary>
    /// <param name="keys">Their keys, in time order, at most 64.</param>
    /// <param name="packets">Room for as many: what statistics see of them. Empty where none asks.</param>
    /// <returns>Which of them are the first of a new entry, which their key then tells: bit i for frame i.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public ulong OnFrames(Span<FrameKey> keys, Span<SeenPacket> packets)
    {
        Guess(keys);
        ulong shortestGapNs = _flowlets.ShortestGapNs;
        ulong skewNs = (ulong)Skew.Nanoseconds;
        ulong isNew = 0;
        long bytes = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            ref FrameKey key = ref keys[i];
            bytes += key.Bytes;
            int entry;
            bool isClose;
            if (key.Protocol != 0)
            {
                ref FlowRecord record = ref FindFlow(in key, out int flow);
                ulong idleNs = (ulong)(key.NowNs - record.LastNs);
                record.LastNs = key.NowNs;
                if (idleNs > shortestGapNs)
                {
                    OnPause(ref record, idleNs);
                }

                entry = record.Entry;
                isClose = idleNs <= skewNs;
                if (record.Signature == (uint)key.Signature && entry >= 0)
                {
                    // Every flow is written behind the last active one, and stays there if it was not active before: no decision to mistake.
                    _active[_activeCount] = flow;
                    _activeCount += record.Counters.Add(key.Bytes);
                }
                else
                {
                    isNew |= CountOther(ref key, flow, key.NowNs - (long)idleNs, out entry, out isClose) << i;
                }
            }
            else
            {
                _nonIpFrames++;
                _nonIpBytes += key.Bytes;
                isNew |= CountOther(ref key, -1, key.NowNs, out entry, out isClose) << i;
            }

            if (packets.Length > 0)
            {
                packets[i] = new SeenPacket(entry, key.Bytes, key.NowNs, isClose);
            }
        }

        Frames += keys.Length;
        Bytes += bytes;
        return isNew;
    }

    /// <summary>The entries that were active since this was last asked, and what they carried: from now on they are not.</summary>
    /// <param name="active">Room for <see cref="ActiveMax"/>.</param>
    /// <returns>How many.</returns>
    public int TakeActive(Span<ActiveEntry> active)
    {
        int count = _activeCount;
        for (int i = 0; i < count; i++)
        {
            int at = _active[i];
            if (at >= 0)
            {
                ref FlowRecord record = ref _flows[at];
                active[i] = new ActiveEntry(FirstOf(in record), record.Counters.Take());
            }
            else
            {
                ref OtherEntry other = ref _others[~at];
                active[i] = new ActiveEntry(other.Entry, other.Counters.Take());
            }
        }

        _activeCount = 0;
        (_framesTaken, _bytesTaken) = (Frames, Bytes);
        return count;
    }

    /// <summary>Bytes of a live entry.</summary>
    public long BytesOf(int entry) => CountersOf(entry).Bytes;

    /// <summary>Frames of a live entry.</summary>
    public long FramesOf(int entry) => CountersOf(entry).Frames;

    /// <summary>Whether an index is in use.</summary>
    public bool IsLive(int entry) => !_owners[entry].IsFree;

    /// <summary>The flow of a live entry; −1 for frames without IP.</summary>
    public int FlowOf(int entry)
    {
        EntryOwner owner = _owners[entry];
        return owner.IsFirst ? owner.Flow : _others[owner.Other].Flow;
    }

    /// <summary>The interface that captured a live entry.</summary>
    public int InterfaceOf(int entry) => _interfaces.ValueOrDefault(entry);

    /// <summary>Whether a flow's index is in use.</summary>
    public bool IsLiveFlow(int flow) => _flows[flow].IsLive;

    /// <summary>What a live flow carries.</summary>
    public FlowTotals Flow(int flow)
    {
        ref FlowRecord record = ref _flows[flow];
        OtherEntries others = record.Entry < 0 ? _otherEntries[~record.Entry] : default;
        return new FlowTotals(
            record.Counters.Bytes + others.Bytes, record.Counters.Frames + others.Frames, record.FirstNs, record.LastNs, record.GapsExceeded);
    }

    /// <summary>Live entries of a live flow.</summary>
    public int EntryCountOf(int flow) => _flows[flow].Entry is < 0 and int others ? _otherEntries[~others].Count : 1;

    /// <summary>A live flow's 5-tuple.</summary>
    public FlowKey KeyOf(int flow)
    {
        ref FlowRecord record = ref _flows[flow];
        AddressPair pair = record.IpVersion == 6
            ? _pairs[(int)record.Addresses]
            : new AddressPair { Source = record.Addresses >> 32, Destination = (uint)record.Addresses };
        var fields = new HeaderFields
        {
            SourceAddress = pair.Source,
            DestinationAddress = pair.Destination,
            SourcePort = (ushort)(record.Ports >> 16),
            DestinationPort = (ushort)record.Ports,
            Protocol = (byte)record.Protocol,
            IpVersion = (byte)record.IpVersion,
        };
        FlowKey.TryFrom(in fields, out FlowKey key);
        return key;
    }

    /// <summary>Shows every flow whose counters are known: those that live and those retired but remembered.</summary>
    public void VisitFlows(FlowVisitor visit)
    {
        for (int flow = 0; flow < FlowEnd; flow++)
        {
            if (IsLiveFlow(flow))
            {
                FlowKey key = KeyOf(flow);
                FlowTotals totals = Flow(flow);
                visit(in key, in totals);
            }
        }

        _retired.Visit(visit);
    }

    /// <summary>Sizes of all that is whole to every policy: flows and, without IP, entries. Those forgotten are among them.</summary>
    public FlowSizes CollectSizes()
    {
        var sizes = new FlowSizes();
        for (int flow = 0; flow < FlowEnd; flow++)
        {
            if (IsLiveFlow(flow))
            {
                sizes.Add(Flow(flow).Bytes);
            }
        }

        for (int entry = 0; entry < EntryEnd; entry++)
        {
            if (IsLive(entry) && FlowOf(entry) < 0)
            {
                sizes.Add(BytesOf(entry));
            }
        }

        _retired.Visit((in FlowKey _, in FlowTotals flow) => sizes.Add(flow.Bytes));
        sizes.Add(_forgotten);
        return sizes;
    }

    /// <summary>Gives up the entries that were idle for the longest. The statistics must have seen all frames and active entries.</summary>
    /// <param name="retire">Is told of each before it goes, while its counters are still there.</param>
    public void RetireIdle(Action<int> retire)
    {
        var idle = new IdleOrder(Math.Max(1, LiveEntries / RetiredShare));
        for (int pass = 0; pass < IdleOrder.Passes; pass++)
        {
            for (int entry = 0; entry < EntryEnd; entry++)
            {
                if (IsLive(entry))
                {
                    idle.Add(LastNsOf(entry));
                }
            }

            idle.EndPass();
        }

        for (int entry = 0; entry < EntryEnd; entry++)
        {
            if (IsLive(entry) && idle.TryPick(LastNsOf(entry)))
            {
                retire(entry);
                Retire(entry);
            }
        }

        BuildIndex();
    }

    private ref readonly EntryCounters CountersOf(int entry)
    {
        EntryOwner owner = _owners[entry];
        return ref owner.IsFirst ? ref _flows[owner.Flow].Counters : ref _others[owner.Other].Counters;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FirstOf(in FlowRecord flow) => flow.Entry >= 0 ? flow.Entry : _otherEntries[~flow.Entry].First;

    /// <summary>When an entry was last seen; of a flow's first, when the flow was.</summary>
    private long LastNsOf(int entry)
    {
        EntryOwner owner = _owners[entry];
        return owner.IsFirst ? _flows[owner.Flow].LastNs : _others[owner.Other].LastNs;
    }

    /// <summary>
    /// Guesses each frame's flow and touches it, which takes no decision that depends on what is there: so many waits for memory
    /// overlap.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void Guess(Span<FrameKey> keys)
    {
        if (FlowEnd == 0)
        {
            return;
        }

        foreach (ref FrameKey key in keys)
        {
            _index.Fetch(key.Hash);
        }

        long touched = 0;
        foreach (ref FrameKey key in keys)
        {
            // What is found may be the number of another entry, or none.
            int guess = _index.Guess(key.Hash, isOther: false);
            guess = Math.Clamp(guess, 0, FlowEnd - 1);
            key.Flow = guess;

            if (CacheLine.CanPrefetch)
            {
                CacheLine.Prefetch(in _flows[guess]);
            }
            else
            {
                touched += _flows[guess].LastNs;
            }
        }

        _touched = touched;
    }

    /// <summary>A frame's flow; a new one where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref FlowRecord FindFlow(in FrameKey key, out int flow)
    {
        flow = key.Flow;
        ref FlowRecord record = ref _flows[flow];
        if (IsOf(in record, in key))
        {
            return ref record;
        }

        flow = SearchFlow(in key);
        return ref _flows[flow];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOf(in FlowRecord record, in FrameKey key) =>
        record.Ports == key.Ports && record.Protocol == key.Protocol
        && (key.IsV6 ? HasAddresses((int)record.Addresses, in key) : record.Addresses == key.Addresses);

    private int SearchFlow(in FrameKey key)
    {
        int place = _index.Home(key.Hash);
        while (true)
        {
            int flow = _index.Next(ref place, key.Hash, isOther: false);
            if (flow < 0)
            {
                return AddFlow(in key);
            }

            if (IsOf(in _flows[flow], in key))
            {
                return flow;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void OnPause(ref FlowRecord flow, ulong idleNs)
    {
        int exceeded = _flowlets.OnPause(idleNs);
        if (flow.GapsExceeded < exceeded)
        {
            OnFirstPauses(ref flow, exceeded);
        }
    }

    /// <summary>A flow was never idle for so long: what it carried until now is its first flowlet.</summary>
    private void OnFirstPauses(ref FlowRecord flow, int exceeded)
    {
        long bytes = flow.Counters.Bytes + (flow.Entry < 0 ? _otherEntries[~flow.Entry].Bytes : 0);
        _flowlets.OnFirstPauses(flow.GapsExceeded, exceeded, bytes);
        flow.GapsExceeded = (byte)exceeded;
    }

    private bool HasAddresses(int pair, in FrameKey key)
    {
        ref AddressPair addresses = ref _pairs[pair];
        return addresses.Source == key.SourceV6 && addresses.Destination == key.DestinationV6;
    }

    /// <summary>Counts a frame that is not of its flow's only entry.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="flow">Its flow; −1 without IP.</param>
    /// <param name="flowLastNs">When the flow's frame before came.</param>
    /// <param name="entry">Its entry.</param>
    /// <param name="isClose">Whether it followed its entry's frame before within the skew.</param>
    /// <returns>1 when its entry is new, else 0.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ulong CountOther(ref FrameKey key, int flow, long flowLastNs, out int entry, out bool isClose)
    {
        ulong isNew = 0;
        int number = -1;
        isClose = false;
        entry = flow < 0 || (uint)key.Signature != _flows[flow].Signature || !_flows[flow].IsLive ? -1 : FirstOf(in _flows[flow]);
        if (entry < 0)
        {
            number = FindOther(in key, flow);
            entry = number < 0 ? -1 : _others[number].Entry;
        }

        if (entry < 0)
        {
            isNew = 1;
            entry = key.Entry = AddEntry(in key, flow, flowLastNs);
            number = _owners[entry].IsFirst ? -1 : _owners[entry].Other;
        }

        if (number < 0)
        {
            if (_flows[flow].Entry < 0)
            {
                ref long lastNs = ref _otherEntries[~_flows[flow].Entry].FirstLastNs;
                isClose = isNew == 0 && (ulong)(key.NowNs - lastNs) <= (ulong)Skew.Nanoseconds;
                lastNs = key.NowNs;
            }

            _active[_activeCount] = flow;
            _activeCount += _flows[flow].Counters.Add(key.Bytes);
            return isNew;
        }

        ref OtherEntry other = ref _others[number];
        isClose = isNew == 0 && (ulong)(key.NowNs - other.LastNs) <= (ulong)Skew.Nanoseconds;
        other.LastNs = key.NowNs;
        _active[_activeCount] = ~number;
        _activeCount += other.Counters.Add(key.Bytes);
        if (flow >= 0)
        {
            ref OtherEntries all = ref _otherEntries[~_flows[flow].Entry];
            all.Bytes += key.Bytes;
            all.Frames++;
        }

        return isNew;
    }

    /// <summary>Where the entry of a frame is that is not of its flow's first one; −1 where there is none.</summary>
    private int FindOther(in FrameKey key, int flow)
    {
        ulong hash = KeyHash.OfEntry(flow < 0 ? 0 : key.Hash, key.Signature);
        int place = _index.Home(hash);
        while (true)
        {
            int number = _index.Next(ref place, hash, isOther: true);
            if (number < 0 || (_others[number].Signature == key.Signature && _others[number].Flow == flow))
            {
                return number;
            }
        }
    }

    private int AddFlow(in FrameKey key)
    {
        MakeRoom();
        int flow = _freeFlows.Take(out bool isReused);
        ref FlowRecord added = ref _flows.Reach(flow);
        if (isReused)
        {
            _freeFlows.Head = added.Entry;
        }

        added = new FlowRecord { FirstNs = key.NowNs, LastNs = key.NowNs, Ports = key.Ports, Protocol = key.Protocol, Entry = FlowRecord.None };
        added.Addresses = key.IsV6 ? (ulong)AddPair(in key) : key.Addresses;
        _index.Add(key.Hash, isOther: false, flow);
        if (_retired.Count > 0 && _retired.TryTake(KeyOf(flow), out FlowTotals retired))
        {
            (added.FirstNs, added.LastNs, added.GapsExceeded) = (retired.FirstNs, retired.LastNs, retired.GapsExceeded);
            added.Entry = ~AddOtherEntries(new OtherEntries { Bytes = retired.Bytes, Frames = retired.Frames, First = -1 });
        }
        else
        {
            FlowCount++;
        }

        return flow;
    }

    private int AddPair(in FrameKey key)
    {
        _livePairs++;
        int pair = _freePairs.Take(out bool isReused);
        ref AddressPair added = ref _pairs.Reach(pair);
        if (isReused)
        {
            _freePairs.Head = (int)added.Source;
        }

        added = new AddressPair { Source = key.SourceV6, Destination = key.DestinationV6 };
        return pair;
    }

    /// <summary>Makes room to count a flow's other entries.</summary>
    private int AddOtherEntries(OtherEntries first)
    {
        int place = _freeOtherEntries.Take(out bool isReused);
        ref OtherEntries added = ref _otherEntries.Reach(place);
        if (isReused)
        {
            _freeOtherEntries.Head = added.Count;
        }

        added = first;
        return place;
    }

    private int AddEntry(in FrameKey key, int flow, long flowLastNs)
    {
        // The index always has room for a new flow and its entry together.
        if (flow < 0 || IsLiveFlow(flow))
        {
            MakeRoom();
        }

        int entry = _freeEntries.Take(out bool isReused);
        ref EntryOwner owner = ref _owners.Reach(entry);
        if (isReused)
        {
            _freeEntries.Head = owner.NextFree;
        }

        LiveEntries++;
        if (key.InterfaceIndex != _interfaces.ValueOrDefault(entry))
        {
            _interfaces.Reach(entry) = key.InterfaceIndex;
        }

        if (flow >= 0)
        {
            ref FlowRecord record = ref _flows[flow];
            bool isFirst = !record.IsLive || FirstOf(in record) < 0;
            record.IsLive = true;
            if (record.Entry == FlowRecord.None)
            {
                record.Entry = entry;
            }
            else
            {
                if (record.Entry >= 0)
                {
                    record.Entry = ~AddOtherEntries(new OtherEntries { Count = 1, First = record.Entry, FirstLastNs = flowLastNs });
                }

                ref OtherEntries others = ref _otherEntries[~record.Entry];
                others.Count++;
                others.First = isFirst ? entry : others.First;
            }

            if (isFirst)
            {
                record.Signature = (uint)key.Signature;
                owner = EntryOwner.FirstOf(flow);
                return entry;
            }
        }

        owner = EntryOwner.At(AddOther(in key, flow, entry));
        return entry;
    }

    private int AddOther(in FrameKey key, int flow, int entry)
    {
        int number = _freeOthers.Take(out bool isReused);
        ref OtherEntry added = ref _others.Reach(number);
        if (isReused)
        {
            _freeOthers.Head = added.Entry;
        }

        added = new OtherEntry { Signature = key.Signature, LastNs = key.NowNs, Flow = flow, Entry = entry };
        _index.Add(KeyHash.OfEntry(flow < 0 ? 0 : key.Hash, key.Signature), isOther: true, number);
        return number;
    }

    private void Retire(int entry)
    {
        ref EntryOwner owner = ref _owners[entry];
        int number = FlowOf(entry);
        if (number >= 0)
        {
            ref FlowRecord flow = ref _flows[number];
            if (flow.Entry >= 0 || --_otherEntries[~flow.Entry].Count == 0)
            {
                RetireFlow(number);
            }
            else if (owner.IsFirst)
            {
                ref OtherEntries others = ref _otherEntries[~flow.Entry];
                others.Bytes += flow.Counters.Bytes;
                others.Frames += flow.Counters.Frames;
                others.First = -1;
                flow.Counters = default;
            }
        }
        else
        {
            _forgotten.Add(BytesOf(entry));
        }

        if (!owner.IsFirst)
        {
            _others[owner.Other] = new OtherEntry { Entry = _freeOthers.Give(owner.Other) };
        }

        owner = EntryOwner.Free(_freeEntries.Give(entry));
        LiveEntries--;
        RetiredEntries++;
    }

    private void RetireFlow(int flow)
    {
        ref FlowRecord retired = ref _flows[flow];
        FlowKey key = KeyOf(flow);
        FlowTotals totals = Flow(flow);
        _retired.Add(in key, in totals, _onFlowEnd);
        if (retired.Entry < 0)
        {
            _otherEntries[~retired.Entry].Count = _freeOtherEntries.Give(~retired.Entry);
        }

        if (retired.IpVersion == 6)
        {
            int pair = (int)retired.Addresses;
            _pairs[pair].Source = (uint)_freePairs.Give(pair);
            _livePairs--;
        }

        retired = new FlowRecord { Entry = _freeFlows.Give(flow) };
    }

    private void OnFlowEnd(in FlowKey key, in FlowTotals flow)
    {
        _flowlets.OnFlowEnd(in key, in flow);
        _forgotten.Add(flow.Bytes);
    }

    private void MakeRoom()
    {
        if (_index.IsFull)
        {
            BuildIndex();
        }
    }

    /// <summary>Puts into the index what lives, with room for more.</summary>
    private void BuildIndex()
    {
        _index.Clear();
        for (int flow = 0; flow < FlowEnd; flow++)
        {
            if (IsLiveFlow(flow))
            {
                _index.Add(HashOf(flow), isOther: false, flow);
            }
        }

        for (int entry = 0; entry < EntryEnd; entry++)
        {
            EntryOwner owner = _owners[entry];
            if (!owner.IsFree && !owner.IsFirst)
            {
                int number = owner.Other;
                ref OtherEntry other = ref _others[number];
                _index.Add(KeyHash.OfEntry(other.Flow < 0 ? 0 : HashOf(other.Flow), other.Signature), isOther: true, number);
            }
        }
    }

    private ulong HashOf(int flow)
    {
        ref FlowRecord record = ref _flows[flow];
        ulong addresses = record.Addresses;
        if (record.IpVersion == 6)
        {
            ref AddressPair pair = ref _pairs[(int)addresses];
            addresses = KeyHash.OfAddresses(pair.Source, pair.Destination);
        }

        return KeyHash.OfFlow(addresses, record.Ports, record.Protocol);
    }
}
