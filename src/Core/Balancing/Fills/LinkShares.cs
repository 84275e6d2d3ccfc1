using System.Diagnostics;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>Cuts slots into shares by the weights of the links that may be chosen.</summary>
internal static class LinkShares
{
    /// <summary>How many of the slots each link gets: the difference of its rounded upper and lower bound.</summary>
    /// <param name="bundle">The links; those that may not be chosen get none.</param>
    /// <param name="slots">Slots in all, at most 2³².</param>
    /// <param name="wants">One per link; sums to the slots, or to 0 when no link may be chosen.</param>
    /// <remarks>
    /// As Linux rounds it for both kinds of next-hop group (net/ipv4/nexthop.c, nh_res_group_rebalance): the bound behind
    /// link i is slots × (weights up to i) ÷ (all weights), to the nearest, a half upwards.
    /// </remarks>
    public static void Apportion(Bundle bundle, long slots, Span<long> wants)
    {
        long total = 0;
        for (int i = 0; i < bundle.Count; i++)
        {
            total += bundle.UsableWeight(i);
        }

        long sum = 0;
        long bound = 0;
        for (int i = 0; i < bundle.Count; i++)
        {
            sum += bundle.UsableWeight(i);
            long upper = total == 0 ? 0 : ((slots * sum) + (total / 2)) / total;
            wants[i] = upper - bound;
            bound = upper;
        }
    }

    /// <summary>Deals the slots in turn, each link until it has its share; −1 throughout when no link may be chosen.</summary>
    public static void Deal(Bundle bundle, Span<sbyte> slots)
    {
        Span<long> wants = stackalloc long[Bundle.LinksMax];
        Apportion(bundle, slots.Length, wants);
        slots.Fill(-1);
        int slot = 0;
        while (slot < slots.Length && bundle.UsableMask != 0)
        {
            int before = slot;
            for (int i = 0; i < bundle.Count; i++)
            {
                if (wants[i] > 0)
                {
                    wants[i]--;
                    slots[slot++] = (sbyte)i;
                }
            }

            Debug.Assert(slot > before, "The shares sum to the slots.");
        }
    }

    /// <summary>One turn of the links in the smallest number of slots that shows their weights exactly: 2:1:1 is 0 1 2 0.</summary>
    /// <returns>At least one slot; −1 in it when no link may be chosen.</returns>
    public static sbyte[] Turn(Bundle bundle)
    {
        int divisor = 0;
        int total = 0;
        for (int i = 0; i < bundle.Count; i++)
        {
            int weight = bundle.UsableWeight(i);
            total += weight;
            divisor = GreatestCommonDivisor(divisor, weight);
        }

        var slots = new sbyte[total == 0 ? 1 : total / divisor];
        Deal(bundle, slots);
        return slots;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
