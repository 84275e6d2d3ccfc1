using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Network;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Balancing.Policies.Judges;

/// <summary>The running kernel routes what <c>linux-ecmp/…</c> says: a router with three nexthops between two namespaces.</summary>
[Trait("Needs", "root")]
public sealed partial class LinuxEcmpJudgeTests
{
    private const int Tuples = 200;
    private const int Datagrams = 32;
    private const int FramesOfAKind = 16;
    private const uint Seed = 0x12345678;
    private const string RouterMac = "02:00:00:00:01:01";
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
    public void RouteGet_OfPacketsTheHostSends_NamesThePolicysNexthop(
        string policy4, string policy6, int number, string fields, string weights)
    {
        using Router router = Router.Make(weights, number, fields, isSender: true);
        foreach (bool isIpv6 in (bool[])[false, true])
        {
            var random = new Random(number);
            PacketHeaders[] packets = [.. Enumerable.Range(0, Tuples).Select(_ => Parse(Tuple(random, isIpv6).ToArray()))];

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
            PacketHeaders[] packets =
                [.. Enumerable.Range(0, Datagrams).Select(_ => Parse(Ip(random, isIpv6).Udp(Port(random), Port(random)).ToArray()))];

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
            foreach ((string kind, Func<Random, bool, PacketBuilder> make) in Kinds)
            {
                var packets = new PacketHeaders[FramesOfAKind];
                var chosen = new int[FramesOfAKind];
                for (int i = 0; i < FramesOfAKind; i++)
                {
                    byte[] marker = router.NextMarker();
                    byte[] frame = make(random, isIpv6).Payload(marker).ToArray();
                    packets[i] = Parse(frame);
                    chosen[i] = router.Forward(frame, marker);
                }

                int[] expected = Expected(policy, packets, weights);
                Assert.True(
                    expected.SequenceEqual(chosen),
                    $"{kind}, IPv{(isIpv6 ? 6 : 4)}: kernel {string.Join(' ', chosen)}, ours {string.Join(' ', expected)}");
            }
        }
    }

    /// <summary>What crosses a router, by kind; a kind in which the policy is wrong fails by its name.</summary>
    private static readonly (string Kind, Func<Random, bool, PacketBuilder> Make)[] Kinds =
    [
        ("TCP and UDP", Tuple),
        ("flow label", (r, v6) => Ip(r, v6, Label(r)).Tcp(Port(r), Port(r))),
        ("SCTP", (r, v6) => Ip(r, v6).Ports(IpProtocols.Sctp, Port(r), Port(r))),
        ("DCCP", (r, v6) => Ip(r, v6).Ports(IpProtocols.Dccp, Port(r), Port(r), length: 16)),
        ("UDP-Lite", (r, v6) => Ip(r, v6).Ports(IpProtocols.UdpLite, Port(r), Port(r), length: 8)),
        ("ESP", (r, v6) => Ip(r, v6).Esp((uint)r.NextInt64(1L << 32))),
        ("AH", (r, v6) => Ip(r, v6).Ah((uint)r.NextInt64(1L << 32)).Tcp(Port(r), Port(r))),
        ("first fragment", (r, v6) => FirstFragment(r, v6).Udp(Port(r), Port(r))),
        ("ICMP echo", (r, v6) => Icmp(Ip(r, v6), v6, v6 ? (byte)128 : (byte)8, Port(r))),
        ("ICMP error", (r, v6) => Inside(Icmp(Ip(r, v6), v6, v6 ? (byte)3 : (byte)11, 0), r, v6)),
        ("ICMP redirect of nothing", (r, v6) => Icmp(Ip(r, v6), v6, v6 ? (byte)137 : (byte)5, 0)),
        ("IPv4 inside", (r, v6) => Inside(Ip(r, v6), r, false)),
        ("IPv6 inside", (r, v6) => Inside(Ip(r, v6, Label(r)), r, true)),
        ("GRE", (r, v6) => Inside(Ip(r, v6).Gre(key: r.Next(2) == 0 ? 7u : null), r, r.Next(2) == 0)),
        ("NVGRE", (r, v6) => Inside(Ip(r, v6).Nvgre(0x1234).Ethernet(), r, false)),
        ("NVGRE with ARP", (r, v6) => Ip(r, v6).Nvgre(0x1234).Ethernet().EtherType(EtherTypes.Arp)),
        ("ERSPAN", (r, v6) => Inside(Ip(r, v6).Erspan2(5).Ethernet(), r, false)),
        ("GRE in IP in IP", (r, v6) => Inside(Inside(Ip(r, v6), r, false, transport: false).Gre(), r, r.Next(2) == 0)),
        ("fragment of IP in IP", (r, v6) => Inside(FirstFragment(r, v6), r, false)),
        ("VXLAN", (r, v6) => Inside(Ip(r, v6).Udp(Port(r), 4789).Vxlan(7).Ethernet(), r, false)),
    ];

    private static int[] Expected(string policy, PacketHeaders[] packets, string weights)
    {
        IHashPolicy hash = Frames.Policy(policy + $":seed={Seed}");
        int[] shares = [.. weights.Split(' ').Select(int.Parse)];
        return [.. packets.Select(p => EcmpThreshold.Select(hash.Hash(in p), shares))];
    }

    private static PacketHeaders Parse(byte[] frame)
    {
        PacketHeaders packet = default;
        ParseError error = HeaderParser.Parse(LinkType.Ethernet, frame, ref packet);

        // An ICMP error that quotes less than a header is among the kinds.
        Assert.True(error is ParseError.None || packet.Outer.Has(HeaderField.IcmpType), $"{error}");
        return packet;
    }

    private static PacketBuilder Ip(Random random, bool isIpv6, uint flowLabel = 0) =>
        Begin(Packet.Ethernet(destination: RouterMac), random, isIpv6, flowLabel);

    private static PacketBuilder Begin(PacketBuilder packet, Random random, bool isIpv6, uint flowLabel = 0) => isIpv6
        ? packet.Ipv6(Source(random, true), Destination(random, true), flowLabel)
        : packet.Ipv4(Source(random, false), Destination(random, false));

    private static PacketBuilder Tuple(Random random, bool isIpv6) => random.Next(2) == 0
        ? Ip(random, isIpv6).Tcp(Port(random), Port(random))
        : Ip(random, isIpv6).Udp(Port(random), Port(random));

    private static PacketBuilder Inside(PacketBuilder packet, Random random, bool isIpv6, bool transport = true)
    {
        PacketBuilder inner = Begin(packet, random, isIpv6, isIpv6 && random.Next(2) == 0 ? Label(random) : 0);
        return !transport ? inner : random.Next(2) == 0 ? inner.Tcp(Port(random), Port(random)) : inner.Udp(Port(random), Port(random));
    }

    private static PacketBuilder FirstFragment(Random random, bool isIpv6) => isIpv6
        ? Ip(random, true).Fragment(offsetAndFlags: 1)
        : Packet.Ethernet(destination: RouterMac).Ipv4(Source(random, false), Destination(random, false), flagsAndOffset: 0x2000);

    private static PacketBuilder Icmp(PacketBuilder packet, bool isIpv6, byte type, ushort identifier) =>
        isIpv6 ? packet.IcmpV6(type, 0, identifier) : packet.Icmp(type, 0, identifier);

    private static ushort Port(Random random) => (ushort)random.Next(10_000, 60_000);

    private static uint Label(Random random) => (uint)random.Next(1, 1 << 20);

    /// <summary>An address that the router takes for its own when it sends, and for a host behind it when it forwards.</summary>
    private static string Source(Random random, bool isIpv6) => isIpv6
        ? $"2001:db8:{random.Next(1, 65536):x}:{random.Next(65536):x}::{random.Next(65536):x}:{random.Next(1, 65536):x}"
        : $"{random.Next(20, 100)}.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";

    /// <summary>Below and above the sources, so that both orders of addresses come up.</summary>
    private static string Destination(Random random, bool isIpv6) => isIpv6
        ? $"2001:{(random.Next(2) == 0 ? "db7" : "db9")}:{random.Next(65536):x}::{random.Next(65536):x}:{random.Next(1, 65536):x}"
        : $"{random.Next(130, 160)}.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";

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
                $"route get {Text(p.Outer.DestinationAddress, isIpv6)} from {Text(p.Outer.SourceAddress, isIpv6)} "
                    + $"ipproto {p.Outer.Protocol} sport {p.Outer.SourcePort} dport {p.Outer.DestinationPort}")));
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
                var from = new IPEndPoint(IPAddress.Parse(Text(layer.SourceAddress, isIpv6)), layer.SourcePort);
                var to = new IPEndPoint(IPAddress.Parse(Text(layer.DestinationAddress, isIpv6)), layer.DestinationPort);
                using var socket = new Socket(from.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(from);
                byte[] marker = NextMarker();
                socket.SendTo(marker, to);
                chosen[i] = _sinks[_socket!.Receive(marker)];
            }

            return chosen;
        });

        /// <summary>Sends a frame through the router and says which nexthop it came out of.</summary>
        public int Forward(byte[] frame, byte[] marker)
        {
            _socket!.Send(_entry, frame);
            return _sinks[_socket.Receive(marker)];
        }

        /// <summary>Bytes to tell the next frame by, at its end.</summary>
        public byte[] NextMarker() => BitConverter.GetBytes(0x7472756e_00000000 + ++_sent);

        public void Dispose()
        {
            _socket?.Dispose();
            _hosts.Dispose();
            _router.Dispose();
        }

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
                link set in address {RouterMac} up
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
