using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>Random TCP flows, always the same ones, to see what a policy does to many.</summary>
internal static class FlowSample
{
    /// <summary>Flows in a sample: enough that a link's share is known to one per cent.</summary>
    public const int Count = 100_000;

    private const ulong Seed = 0x7472_756e_6b6c_696e;

    /// <summary>Visits each flow of the sample.</summary>
    /// <param name="visit">Gets the headers; they are overwritten for the next flow.</param>
    public static void Visit(PacketVisitor visit)
    {
        var random = new RandomSource(Seed);
        var packet = new PacketHeaders { LayerCount = 1 };
        ref HeaderFields fields = ref packet.LayerForWriting(0);
        fields.Present = HeaderField.SourceMac | HeaderField.DestinationMac | HeaderField.EtherType | HeaderField.SourceAddress
            | HeaderField.DestinationAddress | HeaderField.Protocol | HeaderField.SourcePort | HeaderField.DestinationPort;
        fields.EtherType = 0x0800;
        fields.IpVersion = 4;
        fields.Protocol = 6;
        for (int i = 0; i < Count; i++)
        {
            ulong addresses = random.Next();
            ulong ports = random.Next();
            fields.SourceAddress = (uint)addresses;
            fields.DestinationAddress = (uint)(addresses >> 32);
            fields.SourcePort = (ushort)ports;
            fields.DestinationPort = (ushort)(ports >> 16);
            fields.SourceMac = random.Next() >> 16;
            fields.DestinationMac = random.Next() >> 16;
            visit(packet);
        }
    }

    /// <summary>Sees one packet's headers.</summary>
    internal delegate void PacketVisitor(in PacketHeaders packet);
}
