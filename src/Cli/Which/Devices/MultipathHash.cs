namespace Trunkline.Cli.Which.Devices;

/// <summary>Reads policy and seed of the kernel's ECMP, the sysctls <c>net.ipv4.fib_multipath_hash_*</c>.</summary>
/// <remarks>Documentation/networking/ip-sysctl.rst; the seed since Linux 6.11, one for both versions of IP.</remarks>
internal static class MultipathHash
{
    /// <summary>What decides between next hops.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="hops">The next hops.</param>
    /// <param name="ipVersion">Of the packets to send, 4 or 6: each has a policy of its own.</param>
    /// <param name="only">4 or 6 where only such packets can take the next hops; 0 where both can.</param>
    /// <param name="fault">What is wrong and what to do.</param>
    /// <returns>Null with a fault.</returns>
    public static DeviceReading? Read(KernelState kernel, NextHops hops, int ipVersion, int only, out string fault)
    {
        if (hops.Members.Count == 0)
        {
            fault = $"{hops.Source} has no next hop that can send ({string.Join("; ", hops.Notes)})";
            return null;
        }

        string family = $"ipv{ipVersion}";
        string policy = kernel.Text($"proc/sys/net/{family}/fib_multipath_hash_policy");
        string seed = kernel.Text("proc/sys/net/ipv4/fib_multipath_hash_seed");
        string fields = kernel.Text($"proc/sys/net/{family}/fib_multipath_hash_fields");
        if (seed is "" or "0")
        {
            fault = $"{hops.Source}: the kernel's hash key is random and cannot be read; set sysctl net.ipv4.fib_multipath_hash_seed (Linux 6.11 and later), or name the policy with --policy and --links to see the spread";
            return null;
        }

        string? name = policy switch
        {
            "0" => "linux-ecmp/l3",
            "1" => "linux-ecmp/l4",
            "2" => "linux-ecmp/l3-inner",
            "3" => $"linux-ecmp/custom:fields={fields}",
            _ => null,
        };
        if (name is null)
        {
            fault = $"{hops.Source}: net.{family}.fib_multipath_hash_policy is \"{policy}\", and 0 to 3 are known";
            return null;
        }

        fault = "";
        return new DeviceReading(
            hops.Source,
            hops.Members,
            hops.Weights,
            $"{name}:seed={seed}",
            only,
            [.. hops.Notes, "for packets of this host's own, recent kernels prefer the next hop on whose link the source address is"]);
    }
}
