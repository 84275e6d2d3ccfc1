using System.Text.Json;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Which.Devices;
using Trunkline.Testing;
using Trunkline.Testing.Network;

namespace Trunkline.Cli.Tests.Which;

/// <summary>What <c>--device</c> says, held against the kernel that decides.</summary>
public sealed class DeviceReaderTests
{
    private const string Prefix = "10.9.0.0/16";

    // On the loopback: a sender's address on a next hop's own link would make the kernel prefer that next hop.
    private const string Source = "10.100.0.1";
    private const string Seed = "0x12345678";

    [Theory]
    [Trait("Needs", "root")]
    [InlineData($"route/{Prefix}", 1)]
    [InlineData($"route/{Prefix}", 0)]
    [InlineData("nexthop/10", 1)]
    public void Which_OnAMultipathRoute_NamesTheNextHopThatTheKernelTakes(string device, int policy)
    {
        Require.Namespaces();
        using NetworkNamespace host = MultipathHost(device);
        SetHash(host, policy, Seed);

        var seen = new HashSet<string>();
        for (int i = 0; i < 24; i++)
        {
            string destination = $"10.9.{i}.{(i * 7) + 1}";
            int port = 40_000 + (i * 101);
            CommandLineRun run = host.Within(() => CommandLineRun.Of(
                $"which --device {device} --src {Source} --dst {destination} --proto tcp --sport {port} --dport 3260 --json"));
            string name = run.Json().GetProperty("results")[0].GetProperty("linkName").GetString()!;

            using JsonDocument route = JsonDocument.Parse(host.Check(
                "ip", "-j", "route", "get", destination, "from", Source, "ipproto", "tcp", "sport", $"{port}", "dport", "3260"));
            string taken = route.RootElement[0].GetProperty("dev").GetString()!;
            Assert.Equal(taken, name.Split('/')[0]);
            seen.Add(taken);
        }

        Assert.Equal(3, seen.Count);
    }

    [Fact]
    [Trait("Needs", "root")]
    public void Which_OnARouteWithADeadNextHop_LeavesItOutAsTheKernelDoes()
    {
        Require.Namespaces();
        using NetworkNamespace host = MultipathHost("route");
        SetHash(host, 1, Seed);
        host.Check("ip", "link", "set", "up2", "down");

        for (int i = 0; i < 16; i++)
        {
            CommandLineRun run = host.Within(() => CommandLineRun.Of(
                $"which --device route/{Prefix} --src {Source} --dst 10.9.0.1 --proto tcp --sport {41_000 + i} --dport 3260 --json"));
            using JsonDocument route = JsonDocument.Parse(host.Check(
                "ip", "-j", "route", "get", "10.9.0.1", "from", Source, "ipproto", "tcp", "sport", $"{41_000 + i}", "dport", "3260"));
            string name = run.Json().GetProperty("results")[0].GetProperty("linkName").GetString()!;
            Assert.Equal(route.RootElement[0].GetProperty("dev").GetString(), name.Split('/')[0]);
            Assert.Contains("up2/10.2.0.2 is left out: it is dead", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("Needs", "root")]
    public void Which_OnAResilientGroup_RefusesToGuess()
    {
        Require.Namespaces();
        using NetworkNamespace host = MultipathHost("nexthop/10");
        SetHash(host, 1, Seed);
        host.Check("ip", "nexthop", "add", "id", "20", "group", "1/2", "type", "resilient", "buckets", "32");

        CommandLineRun run = host.Within(() => CommandLineRun.Of("which --device nexthop/20 --src 10.100.0.1 --dst 10.9.0.1"));

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains("nexthop group 20 is resilient", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Needs", "root")]
    public void Which_OnARouteWhoseKeyIsRandom_SaysHowToFixTheKey()
    {
        Require.Namespaces();
        using NetworkNamespace host = MultipathHost("route");

        CommandLineRun run = host.Within(() => CommandLineRun.Of($"which --device route/{Prefix} --src 10.1.0.1 --dst 10.9.0.1"));

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains("net.ipv4.fib_multipath_hash_seed", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Needs", "root")]
    [InlineData("lo", "lo is no bond")]
    [InlineData("nexthop/99", "nexthop show id 99")]
    [InlineData("nexthop/x", "\"x\" is no nexthop id")]
    [InlineData("nexthop/1", "nexthop 1 is no group")]
    [InlineData("route/10.8.0.0/16", "nothing of that name")]
    [InlineData("route/10.7.0.0/16", "has one next hop")]
    public void Which_OnAnotherDevice_SaysWhatToWrite(string device, string fault)
    {
        Require.Namespaces();
        using NetworkNamespace host = MultipathHost("nexthop/10");
        SetHash(host, 1, Seed);
        host.Check("ip", "route", "add", "10.7.0.0/16", "via", "10.1.0.2");

        CommandLineRun run = host.Within(() => CommandLineRun.Of($"which --device {device} --src 10.1.0.1 --dst 10.9.0.1"));

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains(fault, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAnLacpBond_TakesTheActiveAggregatorsSlavesThatAreUp()
    {
        using var root = new FakeSysfs("802.3ad 4", "layer3+4 1", "eth0 eth1 eth2 eth3");
        root.Write("bonding/ad_aggregator", "1");
        root.WriteSlave("eth0", "up", "1");
        root.WriteSlave("eth1", "down", "1");
        root.WriteSlave("eth2", "up", "2");
        root.WriteSlave("eth3", "up", "1");

        DeviceReading reading = new DeviceReader(new KernelState(root.Path, _ => (null, ""))).Read("bond0", 0, out _)!;

        Assert.Equal(["eth0", "eth3"], reading.Members);
        Assert.Equal("linux-bond/layer3+4", reading.Policy);
        Assert.Equal(["eth1 is left out: its link is down", "eth2 is left out: it is in aggregator 2, and 1 is active"], reading.Notes);
    }

    [Theory]
    [InlineData("active-backup 1", "everything takes eth1")]
    [InlineData("balance-rr 0", "each packet takes the next slave")]
    [InlineData("broadcast 3", "every slave")]
    [InlineData("balance-tlb 5", "move with the load")]
    public void Read_OfABondThatNoPolicyDecides_SaysWhatDoes(string mode, string fault)
    {
        using var root = new FakeSysfs(mode, "layer2 0", "eth0 eth1");
        root.Write("bonding/active_slave", "eth1");

        Assert.Null(new DeviceReader(new KernelState(root.Path, _ => (null, ""))).Read("bond0", 0, out string told));
        Assert.Contains(fault, told, StringComparison.Ordinal);
    }

    /// <summary>A host with three next hops of weights 1, 2 and 1 behind links of its own.</summary>
    private static NetworkNamespace MultipathHost(string device)
    {
        var host = new NetworkNamespace();
        host.Check("ip", "address", "add", $"{Source}/32", "dev", "lo");
        for (int i = 1; i <= 3; i++)
        {
            host.Check("ip", "link", "add", $"up{i}", "type", "veth", "peer", "name", $"far{i}");
            host.Check("ip", "address", "add", $"10.{i}.0.1/24", "dev", $"up{i}");
            host.Check("ip", "link", "set", $"up{i}", "up");
            host.Check("ip", "link", "set", $"far{i}", "up");
            host.Check("ip", "nexthop", "add", "id", $"{i}", "via", $"10.{i}.0.2", "dev", $"up{i}");
        }

        if (device.StartsWith("nexthop", StringComparison.Ordinal))
        {
            host.Check("ip", "nexthop", "add", "id", "10", "group", "1/2,2/3");
            host.Check("ip", "route", "add", Prefix, "nhid", "10");
        }
        else
        {
            host.Check(
                "ip", "route", "add", Prefix,
                "nexthop", "via", "10.1.0.2", "dev", "up1", "weight", "1",
                "nexthop", "via", "10.2.0.2", "dev", "up2", "weight", "2",
                "nexthop", "via", "10.3.0.2", "dev", "up3", "weight", "1");
        }

        return host;
    }

    private static void SetHash(NetworkNamespace host, int policy, string seed)
    {
        try
        {
            host.Sysctl("net.ipv4.fib_multipath_hash_seed", seed);
        }
        catch (FileNotFoundException)
        {
            host.Dispose();
            Assert.Skip("needs net.ipv4.fib_multipath_hash_seed (Linux 6.11)");
        }

        host.Sysctl("net.ipv4.fib_multipath_hash_policy", $"{policy}");
    }

    /// <summary>The part of sysfs that a bond fills, in a folder.</summary>
    private sealed class FakeSysfs : IDisposable
    {
        public FakeSysfs(string mode, string policy, string slaves)
        {
            Write("bonding/mode", mode);
            Write("bonding/xmit_hash_policy", policy);
            Write("bonding/slaves", slaves);
        }

        public string Path { get; } = Directory.CreateTempSubdirectory("trunkline-sysfs-").FullName;

        public void Write(string file, string text) => WriteAt($"bond0/{file}", text);

        public void WriteSlave(string name, string status, string aggregator)
        {
            WriteAt($"{name}/bonding_slave/mii_status", status);
            WriteAt($"{name}/bonding_slave/ad_aggregator_id", aggregator);
        }

        public void Dispose() => Directory.Delete(Path, recursive: true);

        private void WriteAt(string file, string text)
        {
            string path = System.IO.Path.Combine(Path, "sys/class/net", file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text + "\n");
        }
    }
}
