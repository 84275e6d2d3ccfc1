using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Network;

namespace Trunkline.Core.Tests.Balancing.Policies.Judges;

/// <summary>The running kernel routes what <c>linux-ecmp/…</c> says: a router with three nexthops between two namespaces.</summary>
[Trait("Needs", "root")]
public sealed partial class LinuxEcmpJudgeTests
{
    private const int Tuples = 200;
    private const uint Seed = 0x12345678;
    private const ulong RouterMac = 0x020000000101;
    private const string SeedKey = "net.ipv4.fib_multipath_hash_seed";

    /// <summary>`ip route get` asks as a sender does, but of IPv4 with a packet, so that policy 3 mixes as when forwarding.</summary>
    public static TheoryData<string, string, int, string, string> RouteGetCases() => new()
    {
        { "linux-ecmp/l3", "linux-ecmp/l3", 0, "0x0007", "1 1 1" },
        { "linux-ecmp/l3", "linux-ecmp/l3", 0, "0x0007", "1 2 5" },
        { "linux-ecmp/l4", "linux-ecmp/l4", 1, "0x0007", "1 1 1" },
        { "linux-ecmp/l4", "linux-ecmp/l4", 1, "0x0007", "1 2 5" },
        { "linux-ecmp/l3-inner", "linux-ecmp/l3-inner:origin=local", 2, "0x0007", "1 1 1" },
        { "linux-ecmp/custom", "linux-ecmp/custom:origin=local", 3, "0x0007", "3 1 1" },
        { "linux-ecmp/custom:fields=0x0037", "linux-ecmp/custom:origin=local:fields=0x0037", 3, "0x0037", "1 1 1" },
        { "linux-ecmp/custom:fields=0x0021", "linux-ecmp/custom:origin=local:fields=0x0021", 3, "0x0021", "1 2 5" },
    };

    public static TheoryData<string, int, string, string> SendingCases() => new()
    {
        { "linux-ecmp/l3", 0, "0x0007", "1 2 5" },
        { "linux-ecmp/l4", 1, "0x0007", "1 1 1" },
        { "linux-ecmp/l3-inner:origin=local", 2, "0x0007", "1 1 1" },
        { "linux-ecmp/custom:origin=local", 3, "0x0007", "3 1 1" },
        { "linux-ecmp/custom:origin=local:fields=0x0fff", 3, "0x0fff", "1 1 1" },
    };

    public static TheoryData<string, int, string, string> ForwardedCases() => new()
    {
        { "linux-ecmp/l3", 0, "0x0007", "1 1 1" },
        { "linux-ecmp/l4", 1, "0x0007", "1 2 5" },
        { "linux-ecmp/l3-inner", 2, "0x0007", "1 1 1" },
        { "linux-ecmp/custom", 3, "0x0007", "1 1 1" },
        { "linux-ecmp/custom:fields=0x0037", 3, "0x0037", "1 2 5" },
        { "linux-ecmp/custom:fields=0x0038", 3, "0x0038", "1 1 1" },
        { "linux-ecmp/custom:fields=0x0dc0", 3, "0x0dc0", "1 1 1" },
        { "linux-ecmp/custom:fields=0x0fff", 3, "0x0fff", "2 3 7" },
        { "linux-ecmp/custom:fields=0x0200", 3, "0x0200", "1 1 1" },
    };

    [Theory]
    [MemberData(nameof(RouteGetCases))]
    public void RouteGet_OfPacketsTheHostSends_NamesThePolicysNexthop(string policy4, string policy6, int number, string fields, string weights)
    {
        using Router router = Router.Make(weights, number, fields, isSender: true);
        foreach (bool isIpv6 in (bool[])[false, true])
        {
            var random = new Random(number);
            PacketHeaders[] packets = [.. Enumerable.Range(0, Tuples).Select(_ => RandomTuple(random, isIpv6))];

            int[] chosen = router.RouteGet(packets, isIpv6);

            Assert.Equal(Expected(isIpv6 ? policy6 : policy4, packets, weights), chosen);
            Assert.Equal(3, chosen.Distinct().Count());
        }
    }

    [Theory]
    [MemberData(nameof(SendingCases))]
    public void Sending_FromTheHostsOwnSockets_TakesThePolicysNexthop(string policy, int number, string fields, string weights)
    {
        using Router router = Router.Make(weights, number, fields, isSender: true);
        foreach (bool isIpv6 in (bool[])[false, true])
        {
            var random = new Random(number);
            PacketHeaders[] packets = [.. Enumerable.Range(0, 32).Select(_ => RandomTuple(random, isIpv6))];
            foreach (ref PacketHeaders packet in packets.AsSpan())
            {
                packet.LayerForWriting(0).Protocol = Frames.Udp;
            }

            int[] chosen = router.Send(packets, isIpv6);

            Assert.Equal(Expected(policy, packets, weights), chosen);
        }
    }

    [Theory]
    [MemberData(nameof(ForwardedCases))]
    public void Forwarding_OfPacketsOfEveryKind_TakesThePolicysNexthop(string policy, int number, string fields, string weights)
    {
        using Router router = Router.Make(weights, number, fields);
        foreach (bool isIpv6 in (bool[])[false, true])
        {
            var random = new Random(number);
            foreach ((string kind, Func<Random, bool, PacketHeaders> make) in Kinds)
            {
                PacketHeaders[] packets = [.. Enumerable.Range(0, 16).Select(_ => make(random, isIpv6))];
                int[] chosen = [.. packets.Select(p => router.Forward(in p))];

                Assert.True(Expected(policy, packets, weights).SequenceEqual(chosen),
                    $"{kind}, IPv{(isIpv6 ? 6 : 4)}: kernel {string.Join(' ', chosen)}, ours {string.Join(' ', Expected(policy, packets, weights))}");
            }
        }
    }

    /// <summary>What crosses a router, by kind; a kind in which the policy is wrong fails by its name.</summary>
    private static readonly (string Kind, Func<Random, bool, PacketHeaders> Make)[] Kinds =
    [
        ("TCP and UDP", RandomTuple),
        ("flow label", (r, v6) => v6 ? Frames.WithFlowLabel(RandomTuple(r, v6), (uint)r.Next(1 << 20)) : RandomTuple(r, v6)),
        ("SCTP, DCCP, UDP-Lite", (r, v6) => Frames.Ip(Source(r, v6), Destination(r, v6), Pick(r, 132, 33, 136), r.Next(65536), r.Next(65536))),
        ("ESP and AH", (r, v6) => Frames.Secured(Source(r, v6), Destination(r, v6), (uint)r.NextInt64(1L << 32), Pick(r, Frames.Esp, v6 ? Frames.Esp : Frames.Ah))),
        ("fragment", (r, v6) => Frames.Fragment(RandomTuple(r, v6))),
        ("ICMP echo", (r, v6) => Frames.IcmpEcho(Source(r, v6), Destination(r, v6), (ushort)r.Next(65536))),
        ("ICMP error", (r, v6) => Frames.IcmpError(Source(r, v6), Destination(r, v6), RandomTuple(r, v6).Outer)),
        ("IPv4 inside", (r, v6) => Frames.Tunnel(Frames.Ip(Source(r, v6), Destination(r, v6), 4),
            v6 ? TunnelKind.IpInIpv6 : TunnelKind.IpInIp, RandomTuple(r, false))),
        ("IPv6 inside", (r, v6) => Frames.Tunnel(Frames.WithFlowLabel(Frames.Ip(Source(r, v6), Destination(r, v6), 41), v6 ? (uint)r.Next(1 << 20) : 0),
            v6 ? TunnelKind.IpInIpv6 : TunnelKind.SixInFour, Frames.WithFlowLabel(RandomTuple(r, true), (uint)(r.Next(2) * r.Next(1 << 20))))),
        ("GRE", (r, v6) => Frames.Tunnel(Frames.Ip(Source(r, v6), Destination(r, v6), Frames.Gre), TunnelKind.Gre, RandomTuple(r, r.Next(2) == 0))),
        ("NVGRE", (r, v6) => Frames.Tunnel(Frames.Ip(Source(r, v6), Destination(r, v6), Frames.Gre), TunnelKind.Nvgre, RandomTuple(r, false))),
        ("NVGRE with ARP", (r, v6) => Frames.Tunnel(Frames.Ip(Source(r, v6), Destination(r, v6), Frames.Gre), TunnelKind.Nvgre, Frames.NonIp(0x0806))),
        ("GRE in IP in IP", (r, v6) => Frames.Tunnel(Frames.Tunnel(Frames.Ip(Source(r, v6), Destination(r, v6), 4),
            v6 ? TunnelKind.IpInIpv6 : TunnelKind.IpInIp, Frames.Ip(Source(r, false), Destination(r, false), Frames.Gre)), TunnelKind.Gre, RandomTuple(r, false))),
        ("fragment of IP in IP", (r, v6) => Frames.Fragment(Frames.Ip(Source(r, v6), Destination(r, v6), 4))),
        ("VXLAN", (r, v6) => Frames.Tunnel(Frames.Ip(Source(r, v6), Destination(r, v6), Frames.Udp, r.Next(65536), 4789), TunnelKind.Vxlan, RandomTuple(r, false))),
    ];

    private static int[] Expected(string policy, PacketHeaders[] packets, string weights)
    {
        IHashPolicy hash = Frames.Policy(policy + $":seed={Seed}");
        int[] shares = [.. weights.Split(' ').Select(int.Parse)];
        return [.. packets.Select(p => EcmpThreshold.Select(hash.Hash(in p), shares))];
    }

    private static PacketHeaders RandomTuple(Random random, bool isIpv6) => Frames.Ip(
        Source(random, isIpv6), Destination(random, isIpv6), Pick(random, Frames.Tcp, Frames.Udp), random.Next(1, 65536), random.Next(1, 65536));

    private static byte Pick(Random random, params byte[] choices) => choices[random.Next(choices.Length)];

    /// <summary>An address that the router takes for its own when it sends, and for a host behind it when it forwards.</summary>
    private static string Source(Random random, bool isIpv6) => isIpv6
        ? $"2001:db8:{random.Next(1, 65536):x}:{random.Next(65536):x}::{random.Next(65536):x}:{random.Next(1, 65536):x}"
        : $"{random.Next(20, 100)}.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";

    private static string Destination(Random random, bool isIpv6) => isIpv6
        ? $"2001:{(random.Next(2) == 0 ? "db7" : "db9")}:{random.Next(65536):x}::{random.Next(65536):x}:{random.Next(1, 65536):x}"
        : $"{(random.Next(2) == 0 ? random.Next(130, 160) : random.Next(2, 9))}.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";

    /// <summary>The router and the hosts around it.</summary>
    private sealed partial class Router : IDisposable
    {
        private const int Nexthops = 3;

        private readonly NetworkNamespace _router = new();
        private readonly NetworkNamespace _hosts = new();
        private readonly Dictionary<int, int> _sinks = [];
        private PacketSocket? _socket;
        private int _entry;
        private ulong _sent;

        public static Router Make(string weights, int policy, string fields, bool isSender = false)
        {
            Require.Namespaces();
            if (!File.Exists("/proc/sys/net/ipv4/fib_multipath_hash_seed"))
            {
                Assert.Skip($"needs sysctl {SeedKey} (Linux 6.11)");
            }

            var router = new Router();
            try
            {
                router.Build(weights, policy, fields, isSender);
                return router;
            }
            catch
            {
                router.Dispose();
                throw;
            }
        }

        /// <summary>Asks the kernel for the nexthop of packets of its own.</summary>
        public int[] RouteGet(PacketHeaders[] packets, bool isIpv6)
        {
            string questions = string.Join('\n', packets.Select(p => string.Create(
                CultureInfo.InvariantCulture,
                $"route get {Text(p.Outer.DestinationAddress, isIpv6)} from {Text(p.Outer.SourceAddress, isIpv6)} ipproto {p.Outer.Protocol} sport {p.Outer.SourcePort} dport {p.Outer.DestinationPort}")));
            string answers = Batch(_router, questions + "\n", isIpv6 ? "-6" : "-4");
            return [.. DevicePattern().Matches(answers).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        }

        /// <summary>Lets the router send datagrams of its own, and says which nexthop each came out of.</summary>
        public int[] Send(PacketHeaders[] packets, bool isIpv6) => _router.Within(() =>
        {
            var chosen = new int[packets.Length];
            for (int i = 0; i < packets.Length; i++)
            {
                HeaderFields layer = packets[i].Outer;
                using var socket = new Socket(isIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(Text(layer.SourceAddress, isIpv6)), layer.SourcePort));
                byte[] marker = NextMarker();
                socket.SendTo(marker, new IPEndPoint(IPAddress.Parse(Text(layer.DestinationAddress, isIpv6)), layer.DestinationPort));
                chosen[i] = _sinks[_socket!.Receive(marker)];
            }

            return chosen;
        });

        /// <summary>Sends a frame through the router and says which nexthop it came out of.</summary>
        public int Forward(in PacketHeaders packet)
        {
            byte[] marker = NextMarker();
            _socket!.Send(_entry, FrameWriter.Write(in packet, RouterMac, marker));
            return _sinks[_socket.Receive(marker)];
        }

        public void Dispose()
        {
            _socket?.Dispose();
            _hosts.Dispose();
            _router.Dispose();
        }

        private byte[] NextMarker() => BitConverter.GetBytes(0x7472756e_00000000 + ++_sent);

        private static string Batch(NetworkNamespace host, string commands, params string[] options)
        {
            string file = Path.GetTempFileName();
            try
            {
                File.WriteAllText(file, commands);
                return host.Check("ip", [.. options, "-batch", file]);
            }
            finally
            {
                File.Delete(file);
            }
        }

        private static string Text(UInt128 address, bool isIpv6)
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
            return new IPAddress(isIpv6 ? bytes : bytes[12..]).ToString();
        }

        private void Build(string weights, int policy, string fields, bool isSender)
        {
            foreach (string kind in (string[])["all", "default"])
            {
                _hosts.Sysctl($"net.ipv6.conf.{kind}.disable_ipv6", "1");
                _router.Sysctl($"net.ipv4.conf.{kind}.rp_filter", "0");
            }

            string commands = $"""
                link add in type veth peer name src netns {_hosts.Name}
                link set in address 02:00:00:00:01:01 up
                address add 198.18.0.1/24 dev in

                """;
            string[] shares = weights.Split(' ');
            string route4 = "route add default";
            string route6 = "route add default";
            for (int i = 0; i < Nexthops; i++)
            {
                commands += $"""
                    link add out{i} type veth peer name sink{i} netns {_hosts.Name}
                    link set out{i} up
                    address add 198.18.{i + 1}.1/24 dev out{i}
                    address add fd00:{i + 1}::1/64 dev out{i} nodad
                    neighbour add 198.18.{i + 1}.2 lladdr 02:00:00:00:02:0{i} dev out{i} nud permanent
                    neighbour add fd00:{i + 1}::2 lladdr 02:00:00:00:02:0{i} dev out{i} nud permanent

                    """;
                route4 += $" nexthop via 198.18.{i + 1}.2 dev out{i} weight {shares[i]}";
                route6 += $" nexthop via fd00:{i + 1}::2 dev out{i} weight {shares[i]}";
            }

            Batch(_router, commands);
            Batch(_hosts, "link set src up\nlink set sink0 up\nlink set sink1 up\nlink set sink2 up\n");
            Batch(_router, route4 + "\n", "-4");
            Batch(_router, route6 + "\n", "-6");
            if (isSender)
            {
                // Every source that the test draws is the router's own, as a route lookup for sending demands.
                Batch(_router, """
                    route add local 16.0.0.0/4 dev lo
                    route add local 32.0.0.0/3 dev lo
                    route add local 64.0.0.0/2 dev lo
                    route add local 2001:db8::/32 dev lo

                    """);
                _router.Sysctl("net.ipv6.ip_nonlocal_bind", "1");
            }

            _router.Sysctl("net.ipv4.ip_forward", "1");
            _router.Sysctl("net.ipv6.conf.all.forwarding", "1");
            _router.Sysctl(SeedKey, Seed.ToString(CultureInfo.InvariantCulture));
            foreach (string family in (string[])["ipv4", "ipv6"])
            {
                _router.Sysctl($"net.{family}.fib_multipath_hash_policy", policy.ToString(CultureInfo.InvariantCulture));
                _router.Sysctl($"net.{family}.fib_multipath_hash_fields", fields);
            }

            foreach (Match device in LinkPattern().Matches(Batch(_hosts, "link show\n", "-oneline")))
            {
                int index = int.Parse(device.Groups[1].Value, CultureInfo.InvariantCulture);
                if (device.Groups[2].Value is ['s', 'i', 'n', 'k', char number])
                {
                    _sinks[index] = number - '0';
                }
                else if (device.Groups[2].Value == "src")
                {
                    _entry = index;
                }
            }

            _socket = _hosts.Within(() => new PacketSocket());
        }

        [GeneratedRegex(@"^(\d+): (\w+)@", RegexOptions.Multiline)]
        private static partial Regex LinkPattern();

        [GeneratedRegex(@" dev out(\d) ")]
        private static partial Regex DevicePattern();
    }
}
