using System.Runtime.InteropServices;
using System.Text;
using Trunkline.Core.Wire;

namespace Trunkline.Testing.Packets;

/// <summary>What the parser found, as text: a line for each layer, one for a quoted packet, one for a fault.</summary>
/// <remarks>Only fields that are present are written, so a test that compares the text compares the presence too.</remarks>
public static class HeaderText
{
    /// <summary>Parses a frame and writes what was found.</summary>
    public static string Parse(LinkType linkType, ReadOnlySpan<byte> frame)
    {
        // Filled with rubbish first: nothing of what the record held before may show.
        PacketHeaders headers = Rubbish();
        ParseError error = HeaderParser.Parse(linkType, frame, ref headers);
        return Of(in headers, error);
    }

    /// <summary>Writes what was found.</summary>
    public static string Of(in PacketHeaders headers, ParseError error)
    {
        var lines = new List<string>();
        for (int i = 0; i < headers.LayerCount; i++)
        {
            string carried = headers.TunnelInto(i) == TunnelKind.None ? "" : headers.TunnelInto(i) + ": ";
            lines.Add(carried + Of(in headers.Layer(i)));
        }

        if (headers.HasEmbedded)
        {
            lines.Add("quoted: " + Of(in headers.Embedded));
        }

        if (error != ParseError.None)
        {
            lines.Add($"error: {error}");
        }

        return string.Join('\n', lines);
    }

    /// <summary>Writes one layer; TTL and traffic class only where they are not 64 and 0.</summary>
    public static string Of(in HeaderFields layer)
    {
        var text = new StringBuilder();
        Add(text, layer.Has(HeaderField.SourceMac), $"mac {Address.MacText(layer.SourceMac)}");
        Add(text, layer.Has(HeaderField.DestinationMac), $"> {Address.MacText(layer.DestinationMac)}");
        Add(text, layer.Has(HeaderField.Vlan), $"vlan {layer.Vlan:x4}");
        Add(text, layer.Has(HeaderField.InnerVlan), $"inner {layer.InnerVlan:x4}");
        Add(text, layer.Has(HeaderField.EtherType), $"type {layer.EtherType:x4}");
        uint[] labels = ((ReadOnlySpan<uint>)layer.MplsLabels)[..layer.MplsLabelCount].ToArray();
        Add(text, layer.Has(HeaderField.MplsLabels), $"mpls {string.Join(' ', labels)}");
        string source = Address.Text(layer.SourceAddress, layer.IpVersion), destination = Address.Text(layer.DestinationAddress, layer.IpVersion);
        Add(text, layer.Has(HeaderField.SourceAddress | HeaderField.DestinationAddress), $"ip{layer.IpVersion} {source} > {destination}");
        Add(text, layer.Has(HeaderField.Protocol), $"proto {layer.Protocol}");
        Add(text, layer.Has(HeaderField.Ttl) && layer.Ttl != 64, $"ttl {layer.Ttl}");
        Add(text, layer.Has(HeaderField.TrafficClass) && layer.TrafficClass != 0, $"class {layer.TrafficClass:x2}");
        Add(text, layer.Has(HeaderField.FlowLabel), $"label {layer.FlowLabel:x5}");
        Add(text, layer.IsFragment, "fragment");
        Add(text, layer.Has(HeaderField.SourcePort | HeaderField.DestinationPort), $"port {layer.SourcePort} > {layer.DestinationPort}");
        Add(text, layer.Has(HeaderField.Spi), $"spi {layer.Spi:x8}");
        Add(text, layer.Has(HeaderField.IcmpType), $"icmp {layer.IcmpType}/{layer.IcmpCode}");
        Add(text, layer.Has(HeaderField.IcmpIdentifier), $"id {layer.IcmpIdentifier:x4}");
        Add(text, layer.Has(HeaderField.TunnelId), $"tunnel {layer.TunnelId:x}");
        Add(text, layer.Has(HeaderField.BthOpcode), $"bth {layer.BthOpcode:x2}");
        Add(text, layer.Has(HeaderField.BthDestinationQp), $"qp {layer.BthDestinationQp:x6}");
        return text.ToString();
    }

    /// <summary>Headers of which every bit that a parser could forget to clear is set.</summary>
    public static PacketHeaders Rubbish()
    {
        var headers = new PacketHeaders { LayerCount = PacketHeaders.LayersMax, HasEmbedded = true };
        for (int i = 0; i < PacketHeaders.LayersMax; i++)
        {
            headers.SetTunnelInto(i, TunnelKind.Pseudowire);
            Fill(ref headers.LayerForWriting(i));
        }

        Fill(ref headers.EmbeddedForWriting());
        return headers;
    }

    private static void Fill(ref HeaderFields layer) =>
        MemoryMarshal.AsBytes(new Span<HeaderFields>(ref layer)).Fill(0xa5);

    private static void Add(StringBuilder text, bool isPresent, string field)
    {
        if (isPresent)
        {
            text.Append(text.Length == 0 ? "" : " ").Append(field);
        }
    }
}
