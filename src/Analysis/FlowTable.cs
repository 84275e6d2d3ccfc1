using System.Runtime.CompilerServices;
using Trunkline.Analysis.Flows;
using Trunkline.Analysis.Replay;
using Trunkline.Core.Flows;
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
/// <para>96 bytes for a flow with one entry, 32 more for IPv6; with the index, measured at a million flows, 118 and 150. Indices are
/// dense and used again. Nothing is allocated for a frame, except when the table grows. One thread reads the capture. Another may run the statistics:
/// <see cref="Counters"/> and what asks them are its own, and of entries that it was told of it may ask <see cref="FlowOf"/>,
/// <see cref="InterfaceOf"/> and <see cref="KeyOf"/>; all else only when an entry is retired, or at the end.</para>
/// </remarks>
internal sealed class FlowTable
{
    /// <summary>Entries that live at once before idle ones are retired.</summary>
    public const int EntriesMaxDefault = 1 << 20;

    /// <summary>So many new entries may come before <see cref="IsFull"/> must be asked again.</summary>
    public const int NewEntriesPerRound = 2 * FrameGroup.FramesMax;

    private const int RetiredShare = 8;

    private readonly int _entriesMax;
    private readonly EntryBudget _budget;
    private readonly FlowletStatistics _flowlets;
    private readonly FlowIndex _index = new();
    private readonly ChunkedArray<FlowRecord> _flows;
    private readonly ChunkedArray<EntryOwner> _owners;
    private readonly ChunkedArray<OtherEntry> _others;
    private readonly ChunkedArray<AddressPair> _pairs;
    private readonly ChunkedArray<int> _interfaces;
    private readonly RetiredFlows _retired;
    private readonly FlowSizes _forgotten = new();
    private readonly FlowVisitor _onFlowEnd;
    private FreeList _freeFlows = FreeList.Empty;
    private FreeList _freeEntries = FreeList.Empty;
    private FreeList _freeOthers = FreeList.Empty;
    private FreeList _freePairs = FreeList.Empty;
    private int _livePairs;
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
        _flows = new ChunkedArray<FlowRecord>(entriesMax);
        _owners = new ChunkedArray<EntryOwner>(entriesMax);
        _others = new ChunkedArray<OtherEntry>(entriesMax);
        _pairs = new ChunkedArray<AddressPair>(entriesMax);
        _interfaces = new ChunkedArray<int>(entriesMax);
        _retired = new RetiredFlows(retiredMax);
        _onFlowEnd = OnFlowEnd;
        Counters = new EntryCounters(entriesMax);
    }

    /// <summary>Is shown a flow.</summary>
    internal delegate void FlowVisitor(in FlowKey key, in FlowRecord flow);

    /// <summary>Frames so far.</summary>
    public long Frames { get; private set; }

    /// <summary>Bytes on the wire so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Frames that belong to a flow.</summary>
    public long IpFrames { get; private set; }

    /// <summary>Bytes that belong to a flow.</summary>
    public long IpBytes { get; private set; }

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

    /// <summary>What entries carry; of the thread that runs the statistics.</summary>
    public EntryCounters Counters { get; }

    /// <summary>Counts frames.</summary>
    /// <param name="keys">Their keys, in time order, at most 64.</param>
    /// <param name="packets">Room for as many: what statistics see of them.</param>
    /// <returns>Which of them are the first of a new entry: bit i for frame i.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public ulong OnFrames(Span<FrameKey> keys, Span<SeenPacket> packets)
    {
        Guess(keys);
        packets = packets[..keys.Length];
        ulong shortestGapNs = _flowlets.ShortestGapNs;
        ulong isNew = 0;
        long bytes = 0;
        long ipBytes = 0;
        int ipFrames = 0;
        for (int i = 0; i < packets.Length; i++)
        {
            ref FrameKey key = ref keys[i];
            int flow = -1;
            int entry = -1;
            if (key.Protocol != 0)
            {
                ref FlowRecord record = ref FindFlow(ref key, out flow);
                CountIn(ref record, in key, shortestGapNs);
                ipFrames++;
                ipBytes += key.Bytes;
                entry = record.Signature == key.Signature ? record.Entry : -1;
            }

            if (entry < 0)
            {
                entry = FindOther(in key, flow, out bool isFirst);
                isNew |= isFirst ? 1UL << i : 0;
            }

            bytes += key.Bytes;
            packets[i] = new SeenPacket(entry, key.Bytes, key.NowNs);
        }

        Frames += packets.Length;
        Bytes += bytes;
        IpFrames += ipFrames;
        IpBytes += ipBytes;
        return isNew;
    }

    /// <summary>Bytes of a live entry.</summary>
    public long BytesOf(int entry) => Counters.Bytes(entry);

    /// <summary>Frames of a live entry.</summary>
    public long FramesOf(int entry) => Counters.Frames(entry);

    /// <summary>Bytes of a live entry in the window that is open or just over.</summary>
    public long WindowBytes(int entry) => Counters.WindowBytes(entry);

    /// <summary>Whether an index is in use.</summary>
    public bool IsLive(int entry) => _owners[entry].Other != EntryOwner.Free;

    /// <summary>The flow of a live entry; −1 for frames without IP.</summary>
    public int FlowOf(int entry) => _owners[entry].Flow;

    /// <summary>The interface that captured a live entry.</summary>
    public int InterfaceOf(int entry) => _interfaces.ValueOrDefault(entry);

    /// <summary>Whether a flow's index is in use.</summary>
    public bool IsLiveFlow(int flow) => _flows[flow].EntryCount > 0;

    /// <summary>A live flow's counters.</summary>
    public ref readonly FlowRecord Flow(int flow) => ref _flows[flow];

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
                visit(in key, in _flows[flow]);
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
                sizes.Add(_flows[flow].Bytes);
            }
        }

        for (int entry = 0; entry < EntryEnd; entry++)
        {
            if (IsLive(entry) && FlowOf(entry) < 0)
            {
                sizes.Add(BytesOf(entry));
            }
        }

        _retired.Visit((in FlowKey _, in FlowRecord flow) => sizes.Add(flow.Bytes));
        sizes.Add(_forgotten);
        return sizes;
    }

    /// <summary>Gives up the entries that were idle for the longest. The statistics must have seen all frames.</summary>
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

        Counters.Forget(entry => !IsLive(entry));
        BuildIndex();
    }

    /// <summary>When an entry was last seen; of a flow's first, when the flow was.</summary>
    private long LastNsOf(int entry)
    {
        EntryOwner owner = _owners[entry];
        return owner.Other == EntryOwner.First ? _flows[owner.Flow].LastNs : _others[owner.Other].LastNs;
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

        long touched = 0;
        foreach (ref FrameKey key in keys)
        {
            // What is found may be the number of another entry, or none.
            int guess = _index.Guess(key.Hash, isOther: false);
            guess = Math.Clamp(guess, 0, FlowEnd - 1);
            key.Flow = guess;

            // A record may lie across two lines of the caches.
            ref FlowRecord record = ref _flows[guess];
            touched += record.LastNs + record.Ports;
        }

        _touched = touched;
    }

    /// <summary>A frame's flow; a new one where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref FlowRecord FindFlow(ref FrameKey key, out int flow)
    {
        flow = key.Flow;
        ref FlowRecord record = ref _flows.Reach(flow);
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
    private void CountIn(ref FlowRecord flow, in FrameKey key, ulong shortestGapNs)
    {
        ulong idleNs = (ulong)(key.NowNs - flow.LastNs);
        if (idleNs > shortestGapNs)
        {
            _flowlets.OnPause(ref flow, idleNs);
        }

        flow.LastNs = key.NowNs;
        flow.Bytes += key.Bytes;
        flow.Frames++;
    }

    private bool HasAddresses(int pair, in FrameKey key)
    {
        ref AddressPair addresses = ref _pairs[pair];
        return addresses.Source == key.SourceV6 && addresses.Destination == key.DestinationV6;
    }

    /// <summary>The entry of a frame that is not of its flow's first one; a new one where there is none.</summary>
    private int FindOther(in FrameKey key, int flow, out bool isNew)
    {
        ulong hash = KeyHash.OfEntry(flow < 0 ? 0 : key.Hash, key.Signature);
        int place = _index.Home(hash);
        isNew = false;
        while (true)
        {
            int number = _index.Next(ref place, hash, isOther: true);
            if (number < 0)
            {
                isNew = true;
                return AddEntry(in key, flow);
            }

            ref OtherEntry other = ref _others[number];
            if (other.Signature == key.Signature && other.Flow == flow)
            {
                other.LastNs = key.NowNs;
                return other.Entry;
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

        added = new FlowRecord { FirstNs = key.NowNs, LastNs = key.NowNs, Ports = key.Ports, Protocol = key.Protocol };
        added.Addresses = key.IsV6 ? (ulong)AddPair(in key) : key.Addresses;
        added.Entry = -1;
        _index.Add(key.Hash, isOther: false, flow);
        if (_retired.Count > 0 && _retired.TryTake(KeyOf(flow), out FlowRecord retired))
        {
            (added.FirstNs, added.LastNs, added.GapsExceeded) = (retired.FirstNs, retired.LastNs, retired.GapsExceeded);
            (added.Bytes, added.Frames) = (retired.Bytes, retired.Frames);
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

    private int AddEntry(in FrameKey key, int flow)
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
            _freeEntries.Head = owner.Flow;
        }

        LiveEntries++;
        if (key.InterfaceIndex != _interfaces.ValueOrDefault(entry))
        {
            _interfaces.Reach(entry) = key.InterfaceIndex;
        }

        if (flow >= 0)
        {
            ref FlowRecord record = ref _flows[flow];
            record.EntryCount++;
            if (record.Entry < 0)
            {
                record.Entry = entry;
                record.Signature = key.Signature;
                owner = new EntryOwner { Flow = flow, Other = EntryOwner.First };
                return entry;
            }
        }

        owner = new EntryOwner { Flow = flow, Other = AddOther(in key, flow, entry) };
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
        if (owner.Flow >= 0)
        {
            ref FlowRecord flow = ref _flows[owner.Flow];
            flow.Entry = owner.Other == EntryOwner.First ? -1 : flow.Entry;
            flow.EntryCount--;
            if (flow.EntryCount == 0)
            {
                RetireFlow(owner.Flow);
            }
        }
        else
        {
            _forgotten.Add(BytesOf(entry));
        }

        if (owner.Other != EntryOwner.First)
        {
            _others[owner.Other] = new OtherEntry { Entry = _freeOthers.Give(owner.Other) };
        }

        owner = new EntryOwner { Flow = _freeEntries.Give(entry), Other = EntryOwner.Free };
        LiveEntries--;
        RetiredEntries++;
    }

    private void RetireFlow(int flow)
    {
        ref FlowRecord retired = ref _flows[flow];
        FlowKey key = KeyOf(flow);
        _retired.Add(in key, in retired, _onFlowEnd);
        if (retired.IpVersion == 6)
        {
            int pair = (int)retired.Addresses;
            _pairs[pair].Source = (uint)_freePairs.Give(pair);
            _livePairs--;
        }

        retired = new FlowRecord { Entry = _freeFlows.Give(flow) };
    }

    private void OnFlowEnd(in FlowKey key, in FlowRecord flow)
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
            int number = _owners[entry].Other;
            if (number >= 0)
            {
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
