using Trunkline.Core.Flows;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Flows;

/// <summary>Recognises RoCEv2, whose headers hardly differ, and what hashing its queue pairs could gain.</summary>
/// <remarks>
/// RDMA sends at line rate over few queue pairs, which may share a 5-tuple. Both floors are of this traffic alone. A queue pair
/// is a number at a destination address; entries tell them apart.
/// </remarks>
/// <param name="table">Has the entries' counters.</param>
/// <param name="links">The links.</param>
/// <param name="entriesMax">One more than the largest entry.</param>
internal sealed class QueuePairStatistics(FlowTable table, IReadOnlyList<Link> links, int entriesMax) : IPacketSink, IResultPart
{
    private const uint IsQueuePair = 1u << 31;

    private readonly FlowTable _table = table;
    private readonly BitRate[] _speeds = [.. links.Select(link => link.Rate)];
    private readonly ChunkedArray<uint> _queuePairs = new(entriesMax);
    private long _retiredBytes;
    private long _retiredPairs;
    private long _largestRetired;

    /// <inheritdoc/>
    public void OnEntry(int entry, in PacketHeaders headers)
    {
        if (headers.Outer.Has(HeaderField.BthDestinationQp))
        {
            _queuePairs.Reach(entry) = headers.Outer.BthDestinationQp | IsQueuePair;
        }
        else if (_queuePairs.ValueOrDefault(entry) != 0)
        {
            _queuePairs[entry] = 0;
        }
    }

    /// <inheritdoc/>
    public void OnRetire(int entry)
    {
        if (_queuePairs.ValueOrDefault(entry) != 0)
        {
            _retiredPairs++;
            _retiredBytes += _table.BytesOf(entry);
            _largestRetired = Math.Max(_largestRetired, _table.BytesOf(entry));
        }
    }

    /// <inheritdoc/>
    public AnalyzeResult AddTo(AnalyzeResult result)
    {
        int count = 0;
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            count += IsLivePair(entry) ? 1 : 0;
        }

        return count + _retiredPairs > 0 ? result with { LowEntropy = SumQueuePairs(count) } : result;
    }

    private bool IsLivePair(int entry) => _table.IsLive(entry) && _queuePairs.ValueOrDefault(entry) != 0;

    private AnalyzeLowEntropy SumQueuePairs(int count)
    {
        var pairs = new ulong[count];
        var pairBytes = new long[count];
        var isCounted = new bool[_table.FlowEnd];
        int filled = 0;
        long bytes = _retiredBytes;
        long flows = 0;
        long largestFlow = _largestRetired;
        for (int entry = 0; entry < _table.EntryEnd; entry++)
        {
            if (!IsLivePair(entry))
            {
                continue;
            }

            int flow = _table.FlowOf(entry);
            pairs[filled] = KeyHash.OfEntry(KeyHash.OfAddresses(0, _table.KeyOf(flow).DestinationAddress), _queuePairs[entry]);
            pairBytes[filled++] = _table.BytesOf(entry);
            bytes += _table.BytesOf(entry);
            if (!isCounted[flow])
            {
                isCounted[flow] = true;
                flows++;
                largestFlow = Math.Max(largestFlow, _table.Flow(flow).Bytes);
            }
        }

        Array.Sort(pairs, pairBytes);
        long queuePairs = _retiredPairs;
        long largestPair = _largestRetired;
        long sum = 0;
        for (int i = 0; i < count; i++)
        {
            bool isSame = i > 0 && pairs[i] == pairs[i - 1];
            queuePairs += isSame ? 0 : 1;
            sum = (isSame ? sum : 0) + pairBytes[i];
            largestPair = Math.Max(largestPair, sum);
        }

        return new AnalyzeLowEntropy(
            "RoCEv2", bytes, flows, queuePairs, Floor.Imbalance(largestFlow, bytes, _speeds), Floor.Imbalance(largestPair, bytes, _speeds));
    }
}
