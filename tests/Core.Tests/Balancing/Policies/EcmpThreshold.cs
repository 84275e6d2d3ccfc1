namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>Linux's choice of a nexthop, written out: <c>fib_rebalance</c> and <c>fib_select_multipath</c>.</summary>
internal static class EcmpThreshold
{
    /// <summary>The nexthop whose range the hash, shifted right by one, falls into.</summary>
    public static int Select(uint hash, int[] weights)
    {
        ulong total = (ulong)weights.Sum();
        ulong sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            sum += (ulong)weights[i];
            ulong upperBound = (((sum << 31) + (total / 2)) / total) - 1;
            if (hash >> 1 <= upperBound)
            {
                return i;
            }
        }

        return -1;
    }
}
