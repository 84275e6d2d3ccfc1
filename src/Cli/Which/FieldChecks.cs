using Trunkline.Cli.CommandLine;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>Finds fields that no packet has together: a hash over them would be the hash of nothing.</summary>
internal static class FieldChecks
{
    private const HeaderField Ports = HeaderField.SourcePort | HeaderField.DestinationPort;
    private const HeaderField Icmp = HeaderField.IcmpType | HeaderField.IcmpIdentifier;

    /// <summary>Checks the fields of a packet that was given by hand.</summary>
    public static void Check(in HeaderFields fields, FaultList faults)
    {
        if (fields.IsFragment)
        {
            Reject(fields.Present & Ports, "a fragment is balanced without ports", faults);
        }

        if (fields.Has(HeaderField.Protocol))
        {
            CheckProtocol(in fields, faults);
        }

        if (fields.IpVersion == 4)
        {
            Reject(fields.Present & HeaderField.FlowLabel, "only IPv6 has a flow label", faults);
        }

        ushort etherType = fields.IpVersion == 4 ? EtherTypes.Ipv4 : EtherTypes.Ipv6;
        if (fields.IpVersion != 0 && fields.EtherType is EtherTypes.Ipv4 or EtherTypes.Ipv6 && fields.EtherType != etherType)
        {
            faults.Add($"--ethertype: 0x{fields.EtherType:x4} does not carry the IPv{fields.IpVersion} addresses given; write 0x{etherType:x4}, or leave it away");
        }
    }

    private static void CheckProtocol(in HeaderFields fields, FaultList faults)
    {
        byte protocol = fields.Protocol;
        if (protocol is not (IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Dccp or IpProtocols.Sctp or IpProtocols.UdpLite))
        {
            Reject(fields.Present & Ports, $"protocol {protocol} has no ports", faults);
        }

        if (protocol is not (IpProtocols.Esp or IpProtocols.Ah))
        {
            Reject(fields.Present & HeaderField.Spi, $"protocol {protocol} has no security parameters index", faults);
        }

        if (protocol is not (IpProtocols.Icmp or IpProtocols.IcmpV6))
        {
            Reject(fields.Present & Icmp, $"protocol {protocol} is not ICMP", faults);
        }

        if ((fields.IpVersion, protocol) is (6, IpProtocols.Icmp) or (4, IpProtocols.IcmpV6))
        {
            string meant = fields.IpVersion == 6 ? "icmp6" : "icmp";
            faults.Add($"--proto: with IPv{fields.IpVersion} addresses the ICMP is {meant}; write {meant}");
        }
    }

    private static void Reject(HeaderField given, string why, FaultList faults)
    {
        IReadOnlyList<string> names = FieldOption.NamesOf(given);
        if (names.Count > 0)
        {
            faults.Add($"{names[0]}: {why}; leave {string.Join(", ", names)} away");
        }
    }
}
