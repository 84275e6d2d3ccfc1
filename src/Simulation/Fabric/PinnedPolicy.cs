using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Simulation.Fabric;

/// <summary>The hash of a flow is its number, in both directions, so that flow i takes link i modulo the number of links.</summary>
/// <remarks>Of no use in a network, which knows no numbers of flows; it places flows exactly where a benchmark or a proof wants them.</remarks>
internal sealed class PinnedPolicy : IHashPolicy
{
    /// <summary>Its name.</summary>
    public const string Name = "pinned";

    /// <summary>The policy; it has no state.</summary>
    public static readonly PinnedPolicy Instance = new();

    private PinnedPolicy()
    {
    }

    /// <inheritdoc/>
    public uint Hash(in PacketHeaders packet) => 0;

    /// <inheritdoc/>
    public int WriteKey(in PacketHeaders packet, Span<byte> key) => 0;

    /// <inheritdoc/>
    public HeaderField FieldsRead(in PacketHeaders packet) => HeaderField.None;
}
