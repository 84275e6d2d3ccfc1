using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>The method forget of <see cref="RebalanceRule"/>: a round drops all assignments, the next packets make new ones.</summary>
/// <remarks>
/// Linux balance-tlb (drivers/net/bonding/bond_alb.c: tlb_init_table_entry, tlb_get_least_loaded_slave, bond_alb_monitor).
/// A bucket is thought to bring 1 + what it sent in the last round, per second; before its first round nothing. The kernel
/// takes Mb/s for 2²⁰ bits, and with 32 bits wraps the bytes of a bucket, the speed and the load of a link.
/// </remarks>
internal sealed class ForgetPlan
{
    private readonly Bundle _bundle;
    private readonly bool _wraps;
    private readonly long _intervalMs;

    // What each bucket is thought to bring, and what each link got in this round, in bytes per second.
    private readonly long[] _rates;
    private readonly long[] _loads;

    public ForgetPlan(ParameterSet parameters, Bundle bundle, int buckets)
    {
        _bundle = bundle;
        _wraps = parameters.Flag("wrap32");
        _intervalMs = parameters["interval"] / 1_000_000;
        _rates = new long[buckets];
        _loads = new long[bundle.Count];
    }

    /// <summary>Ends a round: counters become rates and begin anew, and no link has any load.</summary>
    public void Run(long[] bytes)
    {
        Array.Clear(_loads);
        for (int i = 0; i < bytes.Length; i++)
        {
            long counted = _wraps ? (uint)bytes[i] : Math.Min(bytes[i], long.MaxValue / 1000);
            _rates[i] = 1 + (counted * 1000 / _intervalMs);
            bytes[i] = 0;
        }
    }

    /// <summary>Links that cannot be used have no load.</summary>
    public void ClearLost()
    {
        for (int i = 0; i < _loads.Length; i++)
        {
            _loads[i] = _bundle.IsUsable(i) ? _loads[i] : 0;
        }
    }

    /// <summary>The link with the most speed left takes the bucket, of equal ones the first; −1 when none can be used.</summary>
    public int Place(int bucket)
    {
        int best = -1;
        long most = long.MinValue;
        for (int i = 0; i < _loads.Length; i++)
        {
            if (_bundle.IsUsable(i))
            {
                long speed = _bundle[new LinkId(i)].Rate.BitsPerSecond / 1_000_000 << 20;
                long load = _loads[i] << 3;
                long left = _wraps ? (long)(uint)speed - (uint)load : speed - load;
                if (left > most)
                {
                    best = i;
                    most = left;
                }
            }
        }

        if (best >= 0)
        {
            _loads[best] += _rates[bucket];
        }

        return best;
    }
}
