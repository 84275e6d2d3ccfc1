using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Simulation.Fabric;

/// <summary>What a flow's packets say of where they belong.</summary>
/// <param name="Source">Number of the sending endpoint: a host or one of its guests.</param>
/// <param name="Destination">Number of the receiving one; of multicast, the group.</param>
/// <param name="SourcePort">Port of the sender.</param>
/// <param name="DestinationPort">Port of the receiver.</param>
/// <param name="Protocol">6 for TCP, 17 for UDP.</param>
internal readonly record struct FlowAddress(int Source, int Destination, ushort SourcePort, ushort DestinationPort, byte Protocol)
{
    private const ulong MacPrefix = 0x0200_0000_0000;

    /// <summary>Whether it goes to a group.</summary>
    public bool IsMulticast { get; init; }

    /// <summary>The address of an endpoint: 10.0.0.1 is that of endpoint 0.</summary>
    public static uint Ipv4Of(int endpoint) => 0x0a00_0001u + (uint)endpoint;

    /// <summary>The address of a group: 239.1.1.1 is that of group 0.</summary>
    public static uint Ipv4OfGroup(int group) => 0xef01_0101u + (uint)group;

    /// <summary>The MAC address of an endpoint: 02:00:00:…, locally administered.</summary>
    public static ulong MacOf(int endpoint) => MacPrefix + (ulong)endpoint + 1;

    /// <summary>A hash of all that it says.</summary>
    public uint Hash() => (uint)(RandomSource.Mix(
        RandomSource.Mix(((ulong)(uint)Source << 32) | (uint)Destination) ^ ((ulong)Protocol << 32) ^ ((ulong)SourcePort << 16) ^ DestinationPort) >> 32);

    /// <summary>Writes the headers of its packets.</summary>
    /// <param name="headers">Where.</param>
    /// <param name="isBack">Of those that go from the destination to the source.</param>
    public void Write(ref PacketHeaders headers, bool isBack)
    {
        headers.LayerCount = 1;
        headers.HasEmbedded = false;
        uint group = Ipv4OfGroup(Destination);
        ref HeaderFields fields = ref headers.LayerForWriting(0);
        fields = new HeaderFields
        {
            SourceAddress = Ipv4Of(Source),
            DestinationAddress = IsMulticast ? group : Ipv4Of(Destination),
            SourceMac = MacOf(Source),
            // RFC 1112 §6.4: the low 23 bits of the group.
            DestinationMac = IsMulticast ? 0x0100_5e00_0000UL | (group & 0x7f_ffff) : MacOf(Destination),
            SourcePort = SourcePort,
            DestinationPort = DestinationPort,
            Protocol = Protocol,
            IpVersion = 4,
            EtherType = 0x0800,
            Ttl = 64,
            Present = HeaderField.SourceMac | HeaderField.DestinationMac | HeaderField.EtherType | HeaderField.SourceAddress
                | HeaderField.DestinationAddress | HeaderField.Protocol | HeaderField.Ttl | HeaderField.TrafficClass
                | HeaderField.SourcePort | HeaderField.DestinationPort,
        };
        if (isBack)
        {
            (fields.SourceAddress, fields.DestinationAddress) = (fields.DestinationAddress, fields.SourceAddress);
            (fields.SourceMac, fields.DestinationMac) = (fields.DestinationMac, fields.SourceMac);
            (fields.SourcePort, fields.DestinationPort) = (fields.DestinationPort, fields.SourcePort);
        }
    }
}
