using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing.Policies;

/// <summary>The names by which people write header fields: <c>src</c>, <c>dport</c>, <c>flow-label</c>.</summary>
public static class FieldNames
{
    private static readonly (HeaderField Field, string Name)[] Names =
    [
        (HeaderField.SourceMac, "smac"),
        (HeaderField.DestinationMac, "dmac"),
        (HeaderField.EtherType, "ethertype"),
        (HeaderField.Vlan, "vlan"),
        (HeaderField.InnerVlan, "inner-vlan"),
        (HeaderField.SourceAddress, "src"),
        (HeaderField.DestinationAddress, "dst"),
        (HeaderField.Protocol, "proto"),
        (HeaderField.Ttl, "ttl"),
        (HeaderField.TrafficClass, "tos"),
        (HeaderField.FlowLabel, "flow-label"),
        (HeaderField.SourcePort, "sport"),
        (HeaderField.DestinationPort, "dport"),
        (HeaderField.Spi, "spi"),
        (HeaderField.IcmpType, "icmp-type"),
        (HeaderField.IcmpIdentifier, "icmp-id"),
        (HeaderField.MplsLabels, "mpls"),
        (HeaderField.TunnelId, "tunnel-id"),
        (HeaderField.BthOpcode, "bth-opcode"),
        (HeaderField.BthDestinationQp, "dest-qp"),
        (HeaderField.IngressPort, "ingress-port"),
        (HeaderField.Fragment, "fragment"),
    ];

    /// <summary>The name of one field.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not exactly one field.</exception>
    public static string Of(HeaderField field)
    {
        foreach ((HeaderField known, string name) in Names)
        {
            if (known == field)
            {
                return name;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(field), field, "not one field");
    }

    /// <summary>The names of a set of fields, in the order of the headers.</summary>
    public static IEnumerable<string> OfAll(HeaderField fields) => Names.Where(n => (fields & n.Field) != 0).Select(n => n.Name);

    /// <summary>The field of a name; <see cref="HeaderField.None"/> for a name that is none.</summary>
    public static HeaderField Find(string name)
    {
        foreach ((HeaderField field, string known) in Names)
        {
            if (known == name)
            {
                return field;
            }
        }

        return HeaderField.None;
    }
}
