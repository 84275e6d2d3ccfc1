using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>What makes two frames one flow: all that a policy can hash of them, outside and innermost.</summary>
/// <remarks>TTL, traffic class and RoCE opcode change within a flow and are left out.</remarks>
internal readonly struct FlowIdentity : IEquatable<FlowIdentity>
{
    private readonly HeaderFields _outer;
    private readonly HeaderFields _inner;

    /// <summary>The identity of a frame's flow.</summary>
    public FlowIdentity(in PacketHeaders headers)
    {
        _outer = Steady(headers.Outer);
        _inner = headers.LayerCount > 1 ? Steady(headers.Inner) : default;
        Fingerprint = Mix(in _inner, Mix(in _outer, 0));
    }

    /// <summary>64 bits that differ, as good as always, when the flow does.</summary>
    public ulong Fingerprint { get; }

    /// <inheritdoc/>
    public bool Equals(FlowIdentity other) => Fingerprint == other.Fingerprint && _outer == other._outer && _inner == other._inner;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FlowIdentity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)Fingerprint;

    private static HeaderFields Steady(HeaderFields fields)
    {
        fields.Ttl = 0;
        fields.TrafficClass = 0;
        fields.BthOpcode = 0;
        return fields;
    }

    private static ulong Mix(in HeaderFields fields, ulong state)
    {
        state = Mix(fields.SourceAddress, state);
        state = Mix(fields.DestinationAddress, state);
        state = RandomSource.Mix(state ^ fields.SourceMac);
        state = RandomSource.Mix(state ^ fields.DestinationMac);
        state = RandomSource.Mix(state ^ (ulong)fields.Present);
        state = Mix(fields.FlowLabel, fields.Spi, state);
        state = Mix(fields.TunnelId, fields.BthDestinationQp, state);
        state = Mix(fields.SourcePort | ((uint)fields.DestinationPort << 16), fields.EtherType | ((uint)fields.IcmpIdentifier << 16), state);
        state = Mix(fields.Vlan | ((uint)fields.InnerVlan << 16), fields.IngressPort, state);
        state = Mix(fields.Protocol | ((uint)fields.IpVersion << 8), fields.IcmpType | ((uint)fields.IcmpCode << 8), state);
        for (int i = 0; i < fields.MplsLabelCount; i++)
        {
            state = Mix(fields.MplsLabels[i], (uint)i, state);
        }

        return state;
    }

    private static ulong Mix(UInt128 value, ulong state) =>
        RandomSource.Mix(RandomSource.Mix(state ^ (ulong)(value >> 64)) + (ulong)value);

    private static ulong Mix(uint low, uint high, ulong state) => RandomSource.Mix(state ^ (low | ((ulong)high << 32))) + 1;
}
