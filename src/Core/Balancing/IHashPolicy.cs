using Trunkline.Core.Wire;

namespace Trunkline.Core.Balancing;

/// <summary>Fields and hash function: turns a packet into 32 bits that stay the same for all packets of a flow.</summary>
/// <remarks>Immutable, so any thread may use it; no member allocates or throws, whatever the packet.</remarks>
public interface IHashPolicy
{
    /// <summary>The longest key that any policy hashes: what to give <see cref="WriteKey"/>.</summary>
    const int KeyBytesMax = 256;

    /// <summary>The hash, as reference implementations print it: before the selection of a bucket.</summary>
    uint Hash(in PacketHeaders packet);

    /// <summary>Writes the bytes that are hashed for this packet, in the order in which the function takes them.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="key">At least <see cref="KeyBytesMax"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    int WriteKey(in PacketHeaders packet, Span<byte> key);

    /// <summary>The fields of the outer layer that the policy reads for a packet such as this one.</summary>
    /// <remarks>
    /// Depends on what is known of it: a policy over ports reads an SPI for ESP and nothing for a fragment, and where the
    /// protocol is not known it asks for that first. A tag, a label or a tunnel's key, which packets may lack, is listed only
    /// where the packet has it. What <see cref="HeaderFields.Present"/> lacks of this is what somebody has yet to say.
    /// </remarks>
    HeaderField FieldsRead(in PacketHeaders packet);
}
