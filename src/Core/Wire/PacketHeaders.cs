using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Trunkline.Core.Wire;

/// <summary>Every layer of one packet, from the wire inwards, and the packet quoted by an ICMP error.</summary>
/// <remarks>
/// Large (some 700 bytes): keep one and let the parser refill it. Only the first <see cref="LayerCount"/> layers
/// mean anything; the parser does not clear the others.
/// </remarks>
public struct PacketHeaders
{
    /// <summary>Layers kept; a packet with more tunnels than that ends with the last one kept.</summary>
    public const int LayersMax = 4;

    private LayerArray _layers;
    private TunnelArray _tunnels;
    private HeaderFields _embedded;

    /// <summary>Layers that the packet has, 1 to <see cref="LayersMax"/>.</summary>
    public int LayerCount { readonly get; set; }

    /// <summary>Whether the innermost layer is an ICMP error whose quoted packet stands in <see cref="Embedded"/>.</summary>
    public bool HasEmbedded { readonly get; set; }

    /// <summary>The layer on the wire.</summary>
    [UnscopedRef]
    public readonly ref readonly HeaderFields Outer => ref _layers[0];

    /// <summary>The innermost layer; the outer one where there is no tunnel.</summary>
    [UnscopedRef]
    public readonly ref readonly HeaderFields Inner => ref Layer(Math.Max(0, LayerCount - 1));

    /// <summary>The packet that an ICMP error quotes: addresses, protocol and ports, nothing of the link below.</summary>
    [UnscopedRef]
    public readonly ref readonly HeaderFields Embedded => ref _embedded;

    /// <summary>A layer to fill, 0 the outermost.</summary>
    [UnscopedRef]
    public ref HeaderFields LayerForWriting(int index) => ref _layers[index];

    /// <summary>A layer to read, 0 the outermost.</summary>
    [UnscopedRef]
    public readonly ref readonly HeaderFields Layer(int index) => ref _layers[index];

    /// <summary>The packet that an ICMP error quotes, to fill.</summary>
    [UnscopedRef]
    public ref HeaderFields EmbeddedForWriting() => ref _embedded;

    /// <summary>How the layer <paramref name="index"/> is carried by the one around it; the outermost is not.</summary>
    public readonly TunnelKind TunnelInto(int index) => _tunnels[index];

    /// <summary>Says how a layer is carried.</summary>
    public void SetTunnelInto(int index, TunnelKind kind) => _tunnels[index] = kind;

    [InlineArray(LayersMax)]
    private struct LayerArray
    {
        private HeaderFields _layer;
    }

    [InlineArray(LayersMax)]
    private struct TunnelArray
    {
        private TunnelKind _kind;
    }
}
