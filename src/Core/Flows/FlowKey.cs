using Trunkline.Core.Wire;

namespace Trunkline.Core.Flows;

/// <summary>The 5-tuple that names a flow in one direction: addresses, protocol and ports of one layer.</summary>
/// <remarks>
/// Ports are 0 for fragments and for protocols without any, so the fragments of a flow are a flow of their own. The hash
/// code mixes all bits but has no secret in it: whoever may choose all 5-tuples can make them collide.
/// </remarks>
public readonly record struct FlowKey
{
    private FlowKey(in HeaderFields fields)
    {
        SourceAddress = fields.SourceAddress;
        DestinationAddress = fields.DestinationAddress;
        SourcePort = fields.SourcePort;
        DestinationPort = fields.DestinationPort;
        Protocol = fields.Protocol;
        IpVersion = fields.IpVersion;
    }

    /// <summary>Source IP address; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 SourceAddress { get; }

    /// <summary>Destination IP address; an IPv4 address stands in the low 32 bits.</summary>
    public UInt128 DestinationAddress { get; }

    /// <summary>Source port, or 0.</summary>
    public ushort SourcePort { get; }

    /// <summary>Destination port, or 0.</summary>
    public ushort DestinationPort { get; }

    /// <summary>IP protocol.</summary>
    public byte Protocol { get; }

    /// <summary>4 or 6.</summary>
    public byte IpVersion { get; }

    /// <summary>The flow that a layer belongs to, which for a balancer is the outer one.</summary>
    /// <returns>False for a layer without IP, which belongs to no flow.</returns>
    public static bool TryFrom(in HeaderFields fields, out FlowKey key)
    {
        bool isIp = fields.IpVersion != 0;
        key = isIp ? new FlowKey(in fields) : default;
        return isIp;
    }

    /// <inheritdoc/>
    public bool Equals(FlowKey other) =>
        SourceAddress == other.SourceAddress && DestinationAddress == other.DestinationAddress && Rest == other.Rest;

    /// <summary>Multiplies halves of 64 bits and folds the 128-bit products, so that any bit of the key moves all bits.</summary>
    public override int GetHashCode()
    {
        // Odd constants with half their bits set; any such would do.
        const ulong Left = 0x9e3779b97f4a7c15, Right = 0xc2b2ae3d27d4eb4f, Last = 0x165667b19e3779f9;
        ulong source = Fold((ulong)(SourceAddress >> 64) ^ Left, (ulong)SourceAddress ^ Right);
        ulong destination = Fold((ulong)(DestinationAddress >> 64) ^ Right, (ulong)DestinationAddress ^ Last);
        ulong hash = Fold(source ^ Rest ^ Last, destination ^ Left);
        return (int)(hash ^ (hash >> 32));
    }

    private ulong Rest => ((ulong)IpVersion << 40) | ((ulong)Protocol << 32) | ((ulong)SourcePort << 16) | DestinationPort;

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
