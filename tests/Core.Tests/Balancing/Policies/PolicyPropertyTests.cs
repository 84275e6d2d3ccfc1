using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Hashes;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>What holds of every policy, whatever the packet.</summary>
public sealed class PolicyPropertyTests
{
    private const string EveryField =
        "smac+dmac+ethertype+inner-vlan+src+dst+proto+ttl+tos+flow-label+sport+dport+spi+icmp-type+icmp-id+mpls+tunnel-id+bth-opcode+dest-qp"
        + "+ingress-port";

    private static readonly string[] Names =
    [
        .. PolicyCatalog.All.Select(e => e.Descriptor.Name),
        "linux-ecmp/custom:fields=0xfff", "linux-ecmp/custom:origin=local:fields=0x3f", "linux-ecmp/l3-inner:origin=local",
        "rss/toeplitz:ports=false", "netapp/sfh-port:layout=dst-src:bytes=little-endian", "teamd/l4:fields=eth+vlan+ip+l4",
        $"custom:fields={EveryField}+vlan+mpls0+mpls4+inner-{EveryField.Replace("+", "+inner-", StringComparison.Ordinal)}:function=toeplitz",
        "custom:fields=inner-src/20+src+dst+dport/0xff00+sport/0xff00+smac:function=siphash", "crc/crc16-ccitt:offset=6:width=4:seed=9",
        "custom:function=sfh:symmetric=true", "custom:function=murmur3:fields=src/20+dst/20:symmetric=true",
    ];

    private static readonly (string Name, IHashPolicy Policy)[] Policies = [.. Names.Select(n => (n, Frames.Policy(n)))];

    [Fact]
    public void EveryPolicy_OfAnyBytesForAPacket_IsTotalAndStaysWithinItsKey() =>
        Prop.ForAll<int>(seed =>
        {
            PacketHeaders packet = Garbage(new Random(seed));
            Span<byte> key = stackalloc byte[IHashPolicy.KeyBytesMax + 8];
            foreach ((string name, IHashPolicy policy) in Policies)
            {
                key.Fill(0xa5);
                int length = policy.WriteKey(in packet, key[..IHashPolicy.KeyBytesMax]);

                Assert.InRange(length, 0, IHashPolicy.KeyBytesMax);
                Assert.False(key[length..].ContainsAnyExcept((byte)0xa5), name);
                Assert.Equal(policy.Hash(in packet), policy.Hash(in packet));
                _ = policy.FieldsRead(in packet);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void EveryPolicy_OfManyPackets_AllocatesNothing()
    {
        PacketHeaders[] packets =
        [
            .. Enumerable.Range(0, 64).Select(i => Sensible(new Random(i))),
            .. Enumerable.Range(0, 64).Select(i => Garbage(new Random(i))),
        ];
        var key = new byte[IHashPolicy.KeyBytesMax];
        UseAll(packets, key);

        long before = GC.GetAllocatedBytesForCurrentThread();
        uint sum = UseAll(packets, key);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.NotEqual(0u, sum);
        Assert.Equal(0, allocated);
    }

    /// <summary>The key is what is hashed: the family's function over it is the hash.</summary>
    [Fact]
    public void EveryPolicyOverBytes_IsItsFunctionOfItsKey() =>
        Prop.ForAll<int>(seed =>
        {
            PacketHeaders packet = Sensible(new Random(seed));
            Span<byte> key = stackalloc byte[IHashPolicy.KeyBytesMax];
            foreach ((string name, Func<ReadOnlySpan<byte>, uint> function) in Functions)
            {
                IHashPolicy policy = Frames.Policy(name);
                ReadOnlySpan<byte> written = key[..policy.WriteKey(in packet, key)];
                Assert.True(function(written) == policy.Hash(in packet), $"{name}: {Convert.ToHexStringLower(written)}");
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("netapp/xor-full")]
    [InlineData("netapp/xor-octet")]
    [InlineData("netapp/xor-nibble")]
    [InlineData("linux-bond/layer2")]
    [InlineData("linux-bond/layer2+3")]
    [InlineData("linux-bond/encap2+3")]
    [InlineData("linux-ecmp/l3")]
    [InlineData("linux-ecmp/l4:seed=5")]
    [InlineData("linux-ecmp/l3-inner")]
    [InlineData("linux-ecmp/custom:fields=0xfff")]
    [InlineData("rss/toeplitz-symmetric")]
    [InlineData("rss/toeplitz-symmetric:key=1234")]
    [InlineData("crc/crc32:symmetric=true")]
    [InlineData("crc/crc16-ccitt:symmetric=true")]
    [InlineData("custom:symmetric=true:function=siphash:fields=smac+dmac+src/20+dst/20+sport/0xff+dport/0xff+inner-src+inner-dst")]
    [InlineData("xor/xor8")]
    [InlineData("xor/xor16")]
    [InlineData("teamd/default")]
    public void SymmetricPolicies_OfBothDirections_Agree(string name)
    {
        IHashPolicy policy = Frames.Policy(name);
        Prop.ForAll<int>(seed =>
        {
            PacketHeaders forward = Sensible(new Random(seed));
            PacketHeaders back = Frames.Reversed(forward);
            Assert.Equal(policy.Hash(in forward), policy.Hash(in back));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("linux-bond/layer3+4")]
    [InlineData("linux-bond/encap3+4")]
    [InlineData("netapp/sfh-port")]
    [InlineData("rss/toeplitz")]
    [InlineData("crc/crc32")]
    [InlineData("custom:function=siphash")]
    [InlineData("ovs/tcp")]
    [InlineData("ovs/tcp-sse42")]
    [InlineData("ovs/slb")]
    public void OtherPolicies_OfTheTwoDirectionsOfAFlow_Differ(string name) =>
        Assert.NotEqual(Frames.Hash(name, Frames.A), Frames.Hash(name, Frames.Reversed(Frames.A)));

    [Fact]
    public void RssSymmetric_OfAnyPacket_HasEqualHalves() =>
        Prop.ForAll<int>(seed =>
        {
            uint hash = Frames.Hash("rss/toeplitz-symmetric", Sensible(new Random(seed)));
            Assert.Equal(hash >> 16, hash & 0xffff);
        }).QuickCheckThrowOnFailure();

    /// <summary>No policy is a copy of another; custom's defaults are crc/crc32 on purpose.</summary>
    [Fact]
    public void EveryPolicy_DiffersFromEveryOtherOnSomePacket()
    {
        PacketHeaders[] packets = [.. Enumerable.Range(0, 200).Select(i => Sensible(new Random(i)))];
        string[] names = [.. PolicyCatalog.All.Select(e => e.Descriptor.Name).Where(n => n != "custom")];
        uint[][] hashes = [.. names.Select(n => packets.Select(p => Frames.Policy(n).Hash(in p)).ToArray())];
        for (int i = 0; i < names.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                Assert.False(hashes[i].SequenceEqual(hashes[j]), $"{names[i]} is {names[j]}");
            }
        }

        Assert.Equal(packets.Select(p => Frames.Hash("crc/crc32", p)), packets.Select(p => Frames.Hash("custom", p)));
    }

    private static readonly (string Name, Func<ReadOnlySpan<byte>, uint> Function)[] Functions =
    [
        ("netapp/sfh-ip", k => SuperFastHash.Compute(k)),
        ("netapp/sfh-mac", k => SuperFastHash.Compute(k)),
        ("netapp/sfh-port", k => SuperFastHash.Compute(k)),
        ("netapp/xor-full", k => BinaryPrimitives.ReadUInt32BigEndian(k) ^ BinaryPrimitives.ReadUInt32BigEndian(k[4..])),
        ("netapp/xor-nibble", k => BinaryPrimitives.ReadUInt32BigEndian(k) ^ BinaryPrimitives.ReadUInt32BigEndian(k[4..])),
        ("linux-ecmp/l3:seed=7", k => RouteHash(k, 7)),
        ("linux-ecmp/l4:seed=7", k => RouteHash(k, 7)),
        ("linux-ecmp/l3-inner:seed=7", k => RouteHash(k, 7)),
        ("linux-ecmp/custom:seed=7:fields=0x3f", k => k.IsEmpty ? 0 : Jhash.Compute(RouteHash(k, 7), 0)),
        ("linux-ecmp/custom:seed=7:fields=0x3f:origin=local", k => RouteHash(k, 7)),
        ("rss/toeplitz", k => new Toeplitz(Toeplitz.VerificationKey).Compute(k)),
        ("crc/crc16-arc", k => Crc.Crc16Arc.Compute(k)),
        ("crc/crc16-ccitt:seed=0x1234", k => Crc.Crc16Ccitt.Compute(k, 0x1234)),
        ("crc/crc16-xmodem", k => Crc.Crc16Xmodem.Compute(k)),
        ("crc/crc16-kermit", k => Crc.Crc16Kermit.Compute(k)),
        ("crc/crc16-buypass", k => Crc.Crc16Buypass.Compute(k)),
        ("crc/crc32:symmetric=true", k => Crc.Crc32.Compute(k)),
        ("crc/crc32c:offset=8:width=12", k => (Crc.Crc32C.Compute(k) >> 8) & 0xfff),
        ("crc/crc32-bzip2", k => Crc.Crc32Bzip2.Compute(k)),
        ("xor/xor8:seed=0x155", k => XorFold.Xor8(k) ^ 0x55),
        ("xor/xor16", k => XorFold.Xor16(k)),
        ("custom:function=sfh:fields=inner-src+inner-dst+ttl", k => SuperFastHash.Compute(k)),
        ("custom:function=murmur3:seed=3:fields=src+dst+mpls", k => Murmur3.Compute(k, 3)),
        ("custom:function=siphash:seed=7", k => (uint)SipHash.Compute(k, 0x0000000700000007, 0x0000000700000007)),
        ("ovs/slb:basis=9", k => Ovs(k, 9, 8, OvsHash.AddMurmur, OvsHash.FinishMurmur)),
        ("ovs/tcp:basis=9", k => Ovs(k, 9, 42, OvsHash.AddMurmur, OvsHash.FinishMurmur)),
        ("ovs/slb-sse42:basis=9", k => Ovs(k, 9, 23, OvsHash.AddCrc, OvsHash.FinishCrc)),
        ("ovs/tcp-sse42:basis=9", k => Ovs(k, 9, 42, OvsHash.AddCrc, OvsHash.FinishCrc)),
    ];

    private static uint RouteHash(ReadOnlySpan<byte> image, uint seed)
    {
        if (image.IsEmpty)
        {
            return 0;
        }

        ulong key = ((ulong)seed << 32) | seed;
        return Math.Max(1, (uint)SipHash.Compute(image, key, key));
    }

    private static uint Ovs(ReadOnlySpan<byte> key, uint basis, uint final, Func<uint, uint, uint> add, Func<uint, uint, uint> finish)
    {
        uint hash = basis;
        for (; !key.IsEmpty; key = key[4..])
        {
            hash = add(hash, BinaryPrimitives.ReadUInt32LittleEndian(key));
        }

        return finish(hash, final);
    }

    private static uint UseAll(PacketHeaders[] packets, byte[] key)
    {
        uint sum = 0;
        foreach ((string _, IHashPolicy policy) in Policies)
        {
            foreach (ref readonly PacketHeaders packet in packets.AsSpan())
            {
                sum += policy.Hash(in packet) + (uint)policy.WriteKey(in packet, key) + (uint)policy.FieldsRead(in packet);
            }
        }

        return sum;
    }

    /// <summary>Layers of random bytes: no parser makes them, and still nothing may throw.</summary>
    private static PacketHeaders Garbage(Random random)
    {
        var packet = new PacketHeaders { LayerCount = random.Next(1, PacketHeaders.LayersMax + 1), HasEmbedded = random.Next(2) == 0 };
        for (int i = 0; i < PacketHeaders.LayersMax; i++)
        {
            random.NextBytes(MemoryMarshal.AsBytes(new Span<HeaderFields>(ref packet.LayerForWriting(i))));
            packet.SetTunnelInto(i, (TunnelKind)random.Next(16));
        }

        random.NextBytes(MemoryMarshal.AsBytes(new Span<HeaderFields>(ref packet.EmbeddedForWriting())));
        return packet;
    }

    /// <summary>A packet of some kind, tagged, tunnelled or neither.</summary>
    private static PacketHeaders Sensible(Random random)
    {
        PacketHeaders packet = Simple(random);
        if (random.Next(4) == 0)
        {
            var kind = (TunnelKind)random.Next(1, 9);
            byte protocol = kind is TunnelKind.Gre or TunnelKind.Nvgre or TunnelKind.Erspan ? Frames.Gre
                : kind is TunnelKind.Vxlan ? Frames.Udp : (byte)41;
            PacketHeaders outer = Frames.Ip(Address(random, false), Address(random, false), protocol);
            packet = Frames.Tunnel(outer, kind, packet);
        }

        ref HeaderFields layer = ref packet.LayerForWriting(0);
        layer.SourceMac = (ulong)random.NextInt64(1L << 48);
        layer.DestinationMac = (ulong)random.NextInt64(1L << 48);
        return random.Next(3) == 0 ? Frames.Tagged(packet, (ushort)random.Next(1, 65536)) : packet;
    }

    private static PacketHeaders Simple(Random random)
    {
        bool isIpv6 = random.Next(2) == 0;
        (string source, string destination) = (Address(random, isIpv6), Address(random, isIpv6));
        return random.Next(8) switch
        {
            0 => Frames.NonIp((ushort)(random.Next(2) == 0 ? 0x0806 : random.Next(0x600, 0x800))),
            1 => Frames.Secured(source, destination, (uint)random.NextInt64(1L << 32)),
            2 => Frames.IcmpEcho(source, destination, (ushort)random.Next(65536)),
            3 => Frames.Fragment(Frames.Ip(source, destination, Frames.Udp)),
            4 => Frames.Ip(source, destination, Frames.Udp, random.Next(65536), random.Next(65536)),
            _ => Frames.Ip(source, destination, Frames.Tcp, random.Next(65536), random.Next(65536)),
        };
    }

    private static string Address(Random random, bool isIpv6) => isIpv6
        ? $"2001:db8:{random.Next(65536):x}::{random.Next(65536):x}:{random.Next(1, 65536):x}"
        : $"10.{random.Next(256)}.{random.Next(256)}.{random.Next(1, 255)}";
}
