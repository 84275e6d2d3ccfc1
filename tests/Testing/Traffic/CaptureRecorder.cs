using System.Text.RegularExpressions;
using Trunkline.Core.Units;
using Trunkline.Testing.Network;

namespace Trunkline.Testing.Traffic;

/// <summary>Records real TCP over four links that the kernel balances: layer-4 ECMP with a known seed, both ways.</summary>
/// <remarks>
/// Two namespaces, <c>link0</c> to <c>link3</c> between them. Each host has one MAC address on all its links, as a switch has on
/// its routed ports; else whatever hashes MAC addresses would follow the links instead of explaining them. Packets are of one
/// segment, so every frame is one that a wire could carry. IPv6 is off, and so are its announcements.
/// </remarks>
public static partial class CaptureRecorder
{
    /// <summary>How many links there are.</summary>
    public const int Links = 4;

    /// <summary>The kernel's <c>fib_multipath_hash_seed</c> at both ends.</summary>
    public const uint HashSeed = 25;

    private const int SnapLength = 96;
    private const string HypervisorMac = "02:00:00:00:00:15", StorageMac = "02:00:00:00:00:c8";
    private const string HypervisorNetwork = "192.0.2.0/24", StorageNetwork = "198.51.100.0/24";
    private const string SeedKey = "net.ipv4.fib_multipath_hash_seed";

    private static readonly BitRate LinkRate = new(20_000_000);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ProgramLimit = TimeSpan.FromSeconds(10);

    /// <summary>Why this kernel cannot balance with a known seed; null when it can.</summary>
    public static string? WhyUnavailable => File.Exists("/proc/sys/" + SeedKey.Replace('.', '/'))
        ? null
        : $"needs Linux 6.11 for {SeedKey}";

    /// <summary>Runs the traffic and records what the hypervisor's links see.</summary>
    /// <remarks>Needs root, namespaces (<see cref="Require.Namespaces"/>) and the program dumpcap.</remarks>
    /// <exception cref="InvalidOperationException">A program failed, or frames were lost.</exception>
    public static RecordedCapture Record(StorageTrafficOptions options)
    {
        using var hosts = new HostPair(Links, new ShapedVethOptions { Rate = LinkRate });
        SetUp(hosts.Left, HypervisorMac, [.. Enumerable.Range(0, StorageTrafficOptions.Machines).Select(m => $"{StorageTrafficOptions.MachineAddress(m)}")]);
        SetUp(hosts.Right, StorageMac, [.. StorageTrafficOptions.StorageAddresses.Select(a => $"{a}")]);
        Route(hosts.Left, StorageNetwork, link => $"{HostPair.RightAddress(link)}");
        Route(hosts.Right, HypervisorNetwork, link => $"{HostPair.LeftAddress(link)}");

        string file = Path.GetTempFileName();
        try
        {
            RunBesideRecorder(hosts, file, options);
            return RecordedCapture.Read(file) with { Speed = LinkRate, Remark = Describe(options) };
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void SetUp(NetworkNamespace host, string mac, string[] addresses)
    {
        host.Sysctl("net.ipv6.conf.all.disable_ipv6", "1");
        host.Sysctl("net.ipv4.conf.all.arp_announce", "2");
        host.Sysctl("net.ipv4.fib_multipath_hash_policy", "1");
        host.Sysctl(SeedKey, $"{HashSeed}");
        foreach (string address in addresses)
        {
            host.Check("ip", "address", "add", $"{address}/32", "dev", "lo");
        }

        for (int link = 0; link < Links; link++)
        {
            host.Check("ip", "link", "set", $"link{link}", "address", mac);
            host.Check("ip", "link", "set", $"link{link}", "gso_max_segs", "1");
        }
    }

    private static void Route(NetworkNamespace host, string network, Func<int, string> gateway)
    {
        IEnumerable<string> hops = Enumerable.Range(0, Links)
            .SelectMany<int, string>(link => ["nexthop", "via", gateway(link), "dev", $"link{link}", "weight", "1"]);
        host.Check("ip", ["route", "add", network, .. hops]);
    }

    private static void RunBesideRecorder(HostPair hosts, string file, StorageTrafficOptions options)
    {
        using var traffic = new StorageTraffic(hosts.Left, hosts.Right, options);
        IEnumerable<string> interfaces = Enumerable.Range(0, Links).SelectMany<int, string>(link => ["-i", $"link{link}"]);
        // Snap length and buffer stand before the interfaces: behind one they would be for that one alone.
        RunningCommand recorder = hosts.Left.Start("dumpcap", ["-q", "-n", "-s", $"{SnapLength}", "-B", "16", .. interfaces, "-w", file]);
        if (!recorder.WaitForText("File: ", ProgramLimit))
        {
            throw new InvalidOperationException($"dumpcap did not start: {recorder.Printed}");
        }

        Thread.Sleep(Settle);
        traffic.RunAsync().GetAwaiter().GetResult();
        Thread.Sleep(Settle);
        Command.Check("kill", "-INT", $"{recorder.Id}");
        string printed = recorder.Wait(ProgramLimit).OrThrow().Error;
        MatchCollection drops = Drops().Matches(printed);
        if (drops.Count != Links || drops.Any(d => d.Groups[1].Value != "0"))
        {
            throw new InvalidOperationException($"dumpcap lost frames: {printed}");
        }
    }

    private static string Describe(StorageTrafficOptions options) =>
        $"Two elephants and {options.Mice} mice over {Links} links of {LinkRate} between two network namespaces; "
        + $"Linux ECMP, fib_multipath_hash_policy 1, fib_multipath_hash_seed {HashSeed}, both ways";

    [GeneratedRegex(@"received/dropped on interface '[^']*': \d+/(\d+)")]
    private static partial Regex Drops();
}
