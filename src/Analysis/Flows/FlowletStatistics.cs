using System.Numerics;
using System.Runtime.CompilerServices;
using Trunkline.Core.Flows;
using Trunkline.Core.Units;
using Trunkline.Results;

namespace Trunkline.Analysis.Flows;

/// <summary>Counts bursts: frames of one flow between which it was never idle for longer than a gap.</summary>
/// <remarks>
/// Idle time is compared in exact nanoseconds, and a gap splits when the idle time is longer. One comparison per frame, with
/// the shortest gap; only a longer pause is sorted in among the others. A flow's first flowlet cannot move, as there is nothing
/// yet to move from; so its bytes are what is left out of the movable share.
/// </remarks>
internal sealed class FlowletStatistics
{
    private readonly long[] _gapsNs;

    // The gaps and, behind them, one that nothing exceeds.
    private readonly ulong[] _limitsNs;

    // For each number of leading zeros of an idle time, how many gaps it exceeds at least.
    private readonly byte[] _exceededAtLeast = new byte[65];
    private readonly long[] _pauses;
    private readonly long[] _firstBytes;

    /// <summary>Counts for gaps in any order.</summary>
    public FlowletStatistics(IReadOnlyList<Interval> gaps)
    {
        _gapsNs = [.. gaps.Select(gap => gap.Nanoseconds).Distinct().Order()];
        _pauses = new long[_gapsNs.Length];
        _firstBytes = new long[_gapsNs.Length];
        _limitsNs = [.. _gapsNs.Select(gap => (ulong)gap), ulong.MaxValue];
        for (int zeros = 1; zeros < 64; zeros++)
        {
            long least = 1L << (63 - zeros);
            _exceededAtLeast[zeros] = (byte)_gapsNs.Count(gap => gap < least);
        }

        _exceededAtLeast[0] = (byte)_gapsNs.Length;
        ShortestGapNs = _gapsNs.Length == 0 ? ulong.MaxValue : (ulong)_gapsNs[0];
    }

    /// <summary>A pause must be longer than this to be told of.</summary>
    public ulong ShortestGapNs { get; }

    /// <summary>A flow was idle for longer than the shortest gap.</summary>
    /// <returns>How many gaps that exceeds.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int OnPause(ulong idleNs)
    {
        // Gaps are mostly more than a factor of two apart, so that one comparison is enough; as a sum it is no branch to mistake.
        ulong[] limitsNs = _limitsNs;
        int exceeded = _exceededAtLeast[BitOperations.LeadingZeroCount(idleNs)];
        exceeded += idleNs > limitsNs[exceeded] ? 1 : 0;
        while (idleNs > limitsNs[exceeded])
        {
            exceeded++;
        }

        _pauses[exceeded - 1]++;
        return exceeded;
    }

    /// <summary>A flow was never idle for so long before.</summary>
    /// <param name="before">How many gaps it exceeded before.</param>
    /// <param name="exceeded">How many it exceeds now.</param>
    /// <param name="bytes">What it carried until now.</param>
    public void OnFirstPauses(int before, int exceeded, long bytes)
    {
        for (int gap = before; gap < exceeded; gap++)
        {
            _firstBytes[gap] += bytes;
        }
    }

    /// <summary>A flow is forgotten: what never split is its first flowlet.</summary>
    public void OnFlowEnd(in FlowKey key, in FlowTotals flow) => AddFirst(in flow, _firstBytes);

    /// <summary>What was found, the shortest gap first.</summary>
    /// <param name="table">The flows that are still there.</param>
    /// <param name="skew">The difference in delay that a flowlet must outwait to move.</param>
    public IReadOnlyList<AnalyzeFlowlets> Report(FlowTable table, Interval skew)
    {
        long[] firstBytes = [.. _firstBytes];
        table.VisitFlows((in FlowKey _, in FlowTotals flow) => AddFirst(in flow, firstBytes));
        var flowlets = new AnalyzeFlowlets[_gapsNs.Length];
        long pauses = 0;
        for (int i = flowlets.Length - 1; i >= 0; i--)
        {
            pauses += _pauses[i];
            long count = table.FlowCount + pauses;
            bool isSafe = _gapsNs[i] >= skew.Nanoseconds && table.Bytes > 0;
            flowlets[i] = new AnalyzeFlowlets(
                new Interval(_gapsNs[i]).TotalSeconds,
                count,
                count == 0 ? 0 : (double)table.IpBytes / count,
                isSafe ? (double)(table.IpBytes - firstBytes[i]) / table.Bytes : 0);
        }

        return flowlets;
    }

    private void AddFirst(in FlowTotals flow, long[] firstBytes)
    {
        for (int i = flow.GapsExceeded; i < _gapsNs.Length; i++)
        {
            firstBytes[i] += flow.Bytes;
        }
    }
}
