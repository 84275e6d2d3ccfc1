using Trunkline.Core.Flows;

namespace Trunkline.Analysis.Flows;

/// <summary>The largest of the flows that the table had to give up, so that an elephant that rests is known when it comes back.</summary>
/// <remarks>Bounded: when it is full, the smaller half is forgotten for good.</remarks>
internal sealed class RetiredFlows(int capacity)
{
    /// <summary>Flows kept unless told otherwise; 2 MB.</summary>
    public const int CapacityDefault = 1 << 14;

    private readonly int _capacity = capacity;
    private readonly Dictionary<FlowKey, FlowTotals> _flows = [];
    private readonly List<FlowKey> _forgotten = [];
    private long _smallestBytes;

    /// <summary>Flows held.</summary>
    public int Count => _flows.Count;

    /// <summary>Keeps a flow, if it is not too small.</summary>
    /// <param name="key">Its 5-tuple; not held yet.</param>
    /// <param name="flow">Its counters.</param>
    /// <param name="forget">Gets every flow that is forgotten for good, this one maybe.</param>
    public void Add(in FlowKey key, in FlowTotals flow, FlowTable.FlowVisitor forget)
    {
        if (flow.Bytes <= _smallestBytes)
        {
            forget(in key, in flow);
            return;
        }

        _flows.Add(key, flow);
        if (_flows.Count > _capacity)
        {
            Shrink(forget);
        }
    }

    /// <summary>Gives a flow back, and holds it no longer.</summary>
    public bool TryTake(FlowKey key, out FlowTotals flow) => _flows.Remove(key, out flow);

    /// <summary>Shows every flow held.</summary>
    public void Visit(FlowTable.FlowVisitor visit)
    {
        foreach ((FlowKey key, FlowTotals flow) in _flows)
        {
            visit(in key, in flow);
        }
    }

    private void Shrink(FlowTable.FlowVisitor forget)
    {
        long[] sizes = [.. _flows.Values.Select(flow => flow.Bytes)];
        Array.Sort(sizes);
        _smallestBytes = sizes[sizes.Length / 2];
        foreach ((FlowKey key, FlowTotals flow) in _flows)
        {
            if (flow.Bytes <= _smallestBytes)
            {
                _forgotten.Add(key);
                forget(in key, in flow);
            }
        }

        foreach (FlowKey key in _forgotten)
        {
            _flows.Remove(key);
        }

        _forgotten.Clear();
    }
}
