using System.Globalization;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

/// <summary>Wireshark's dissectors as a judge from outside: addresses, protocols, ports, tags and labels of every packet.</summary>
public class TsharkTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    /// <summary>Fields whose values tshark lists from the outside in.</summary>
    private static readonly string[] Fields =
    [
        "frame.protocols", "eth.src", "eth.dst", "ieee8021ad.id", "vlan.id", "mpls.label", "gre.key",
        "ip.src", "ip.dst", "ip.proto", "ip.ttl", "ipv6.src", "ipv6.dst", "ipv6.flow",
        "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport", "dccp.srcport", "dccp.dstport",
        "icmp.type", "icmpv6.type", "esp.spi", "ah.spi", "vxlan.vni", "geneve.vni", "gtp.teid",
    ];

    private enum Relation
    {
        Equal,
        OursStopsFirst,
        TheirsStopsFirst,
    }

    [Fact]
    public void Captures_AsTsharkReadsThem_AreTheSame()
    {
        string folder = Require.Captures();
        Compare(
            from path in Directory.GetFiles(folder, "*.pcap").Order(StringComparer.Ordinal)
            from frame in CaptureFile.Read(path).Index()
            select new SamplePacket($"{Path.GetFileName(path)} packet {frame.Index + 1}", frame.Item.LinkType, frame.Item.Frame));
    }

    /// <summary>The same for our own packets, which have kinds that no capture at hand has; so it judges their builder too.</summary>
    [Fact]
    public void Samples_AsTsharkReadsThem_AreTheSame() => Compare(SamplePackets.All);

    /// <summary>Checksums and lengths of the packet builder.</summary>
    [Fact]
    public void Samples_AsTsharkChecksThem_HaveNoFault()
    {
        string[] checks =
        [
            "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
            "-T", "fields", "-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status",
            "-e", "icmp.checksum.status", "-e", "icmpv6.checksum.status",
        ];
        SamplePacket[] packets =
            [.. SamplePackets.All.Where(sample => sample.LinkType == LinkType.Ethernet && HasChecksums(sample.Name))];
        const string Good = "1", Unverified = "2";
        foreach ((SamplePacket packet, string line) in packets.Zip(Run(LinkType.Ethernet, packets, checks)))
        {
            string[] statuses = line.Split('\t', ',');
            Assert.True(statuses.Contains(Good) && statuses.All(status => status is "" or Good or Unverified), $"{packet.Name}: {line}");
        }
    }

    /// <summary>Not IP; or with a transport header that is all zeros, or cut off from its addresses by headers in between.</summary>
    private static bool HasChecksums(string name) => name is not ("arp" or "lacp" or "stp" or "sctp" or "dccp" or "udp-lite" or "ah"
        or "extensions6" or "fragment-first" or "fragment6-first" or "fragment6-later");

    private static void Compare(IEnumerable<SamplePacket> packets)
    {
        var differences = new List<string>();
        foreach (IGrouping<LinkType, SamplePacket> group in packets.GroupBy(packet => packet.LinkType))
        {
            SamplePacket[] list = [.. group];
            string[] lines = Run(
                group.Key, list, ["-T", "fields", "-E", "occurrence=a", .. Fields.SelectMany(field => new[] { "-e", field })]);
            Assert.Equal(list.Length, lines.Length);
            foreach ((SamplePacket packet, string line) in list.Zip(lines))
            {
                string[] columns = line.Split('\t');
                var theirs = Fields.Zip(columns).ToDictionary(pair => pair.First, pair => pair.Second);
                differences.AddRange(
                    Differences(packet, theirs).Select(difference => $"{packet.Name}: {difference} [{theirs["frame.protocols"]}]"));
            }
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differences\n{string.Join('\n', differences.Take(40))}");
    }

    private static string[] Run(LinkType linkType, IEnumerable<SamplePacket> packets, string[] arguments)
    {
        string tshark = Require.Program("tshark");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, CaptureFile.Write(linkType, packets.Select(packet => packet.Frame)));
            string[] all =
            [
                "-n", "-r", file, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-d", "udp.port==8472,vxlan", "-d", "mpls.label==17001,pwethcw", .. arguments,
            ];
            return Command.Run(tshark, all, TimeLimit).OrThrow().Output.TrimEnd('\n').Split('\n');
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IEnumerable<string> Differences(SamplePacket packet, Dictionary<string, string> theirs)
    {
        PacketHeaders headers = default;
        ParseError error = HeaderParser.Parse(packet.LinkType, packet.Frame, ref headers);
        Dictionary<string, List<string>> ours = Values(in headers);
        Relation relation = RelationOf(in headers, error, theirs["frame.protocols"]);
        // Tshark has the provider's tags, which stand in front, in a list of their own.
        theirs["vlan.id"] = $"{theirs["ieee8021ad.id"]},{theirs["vlan.id"]}";
        bool isNvgre = ours.GetValueOrDefault("gre.key", []).Any(key => key.StartsWith("subnet", StringComparison.Ordinal));
        return from field in Fields.Skip(1)
               where field != "ieee8021ad.id" && (field is not ("eth.src" or "eth.dst") || packet.LinkType == LinkType.Ethernet)
               let values = theirs[field].Split(',', StringSplitOptions.RemoveEmptyEntries)
               let their = values.Select(value => Plain(field, value, isNvgre)).ToArray()
               let our = ours.GetValueOrDefault(field, [])
               where !Agree(field, our, their, relation)
               select $"{field}: {string.Join(',', our)} and not {string.Join(',', their)}";
    }

    /// <summary>Where one of the two is known to stop before the other.</summary>
    private static Relation RelationOf(in PacketHeaders headers, ParseError error, string protocols)
    {
        // Tshark looks into first fragments, behind AH, at more layers than we keep, and through Cisco's metadata in GRE.
        if (headers.Inner.IsFragment || headers.Inner.Protocol == IpProtocols.Ah || error == ParseError.TooDeep
            || protocols.Contains(":cmd", StringComparison.Ordinal))
        {
            return Relation.OursStopsFirst;
        }

        // It takes a UDP length of 0, as Linux writes it in packets over 64 KiB, for a fault.
        return headers.LayerCount == 2 && protocols == "eth:ethertype:ip:udp" ? Relation.TheirsStopsFirst : Relation.Equal;
    }

    private static bool Agree(string field, List<string> ours, string[] theirs, Relation relation) => relation switch
    {
        Relation.OursStopsFirst => theirs.Take(ours.Count).SequenceEqual(ours),
        Relation.TheirsStopsFirst => ours.Take(theirs.Length).SequenceEqual(theirs),
        // Of tags and labels the first few are kept.
        _ when field is "vlan.id" or "mpls.label" => theirs.Take(ours.Count).SequenceEqual(ours) && ours.Count > 0 == theirs.Length > 0,
        _ => ours.SequenceEqual(theirs),
    };

    /// <summary>Numbers in decimal, whatever base tshark prints them in; of an NVGRE key the virtual subnet.</summary>
    private static string Plain(string field, string value, bool isNvgre)
    {
        if (!value.StartsWith("0x", StringComparison.Ordinal))
        {
            return field is "ipv6.src" or "ipv6.dst" ? Address.Text(Address.Ip(value), 6) : value;
        }

        uint number = uint.Parse(value.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        bool isSubnet = isNvgre && field == "gre.key";
        return (isSubnet ? "subnet " : "") + (isSubnet ? number >> 8 : number).ToString(CultureInfo.InvariantCulture);
    }

    private static Dictionary<string, List<string>> Values(in PacketHeaders headers)
    {
        var values = new Dictionary<string, List<string>>();
        for (int i = 0; i < headers.LayerCount; i++)
        {
            AddLayer(values, in headers.Layer(i), i + 1 < headers.LayerCount ? headers.TunnelInto(i + 1) : TunnelKind.None);
        }

        if (headers.HasEmbedded)
        {
            AddLayer(values, in headers.Embedded, TunnelKind.None);
        }

        return values;
    }

    private static void AddLayer(Dictionary<string, List<string>> values, in HeaderFields layer, TunnelKind carries)
    {
        void Add(bool isPresent, string field, object value)
        {
            if (isPresent)
            {
                string text = string.Create(CultureInfo.InvariantCulture, $"{value}");
                (values.TryGetValue(field, out List<string>? list) ? list : values[field] = []).Add(text);
            }
        }

        Add(layer.Has(HeaderField.SourceMac), "eth.src", Address.MacText(layer.SourceMac));
        Add(layer.Has(HeaderField.DestinationMac), "eth.dst", Address.MacText(layer.DestinationMac));
        Add(layer.Has(HeaderField.Vlan), "vlan.id", layer.Vlan & 0xfff);
        Add(layer.Has(HeaderField.InnerVlan), "vlan.id", layer.InnerVlan & 0xfff);
        for (int i = 0; i < layer.MplsLabelCount; i++)
        {
            Add(true, "mpls.label", layer.MplsLabels[i]);
        }

        string ip = layer.IpVersion == 4 ? "ip" : "ipv6";
        Add(layer.IpVersion != 0, $"{ip}.src", Address.Text(layer.SourceAddress, layer.IpVersion));
        Add(layer.IpVersion != 0, $"{ip}.dst", Address.Text(layer.DestinationAddress, layer.IpVersion));
        Add(layer.IpVersion == 4, "ip.proto", layer.Protocol);
        Add(layer.IpVersion == 4, "ip.ttl", layer.Ttl);
        Add(layer.IpVersion == 6, "ipv6.flow", layer.FlowLabel);
        string transport = layer.Protocol switch
        {
            IpProtocols.Tcp => "tcp",
            IpProtocols.Sctp => "sctp",
            IpProtocols.Dccp => "dccp",
            _ => "udp",
        };
        Add(layer.Has(HeaderField.SourcePort), $"{transport}.srcport", layer.SourcePort);
        Add(layer.Has(HeaderField.DestinationPort), $"{transport}.dstport", layer.DestinationPort);
        Add(layer.Has(HeaderField.IcmpType), layer.Protocol == IpProtocols.Icmp ? "icmp.type" : "icmpv6.type", layer.IcmpType);
        Add(layer.Has(HeaderField.Spi), layer.Protocol == IpProtocols.Esp ? "esp.spi" : "ah.spi", layer.Spi);
        Add(layer.Has(HeaderField.TunnelId) && carries == TunnelKind.Vxlan, "vxlan.vni", layer.TunnelId);
        Add(layer.Has(HeaderField.TunnelId) && carries == TunnelKind.Geneve, "geneve.vni", layer.TunnelId);
        Add(layer.Has(HeaderField.TunnelId) && carries == TunnelKind.GtpU, "gtp.teid", layer.TunnelId);
        bool hasGreKey = layer.Has(HeaderField.TunnelId) && layer.Protocol == IpProtocols.Gre;
        Add(hasGreKey && carries is (TunnelKind.Gre or TunnelKind.None), "gre.key", layer.TunnelId);
        Add(carries == TunnelKind.Nvgre, "gre.key", $"subnet {layer.TunnelId}");
    }
}
