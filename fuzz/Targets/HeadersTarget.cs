using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Fuzz.Targets;

/// <summary>The header parser. The first byte of an input chooses the link type, the rest is the frame.</summary>
public sealed class HeadersTarget : IFuzzTarget
{
    private static readonly LinkType[] LinkTypes =
    [
        LinkType.Ethernet, LinkType.Raw, LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.Ppp, LinkType.Null, LinkType.Loop,
        LinkType.Ipv4, LinkType.Ipv6, LinkType.RawBsd, LinkType.RawOpenBsd,
    ];

    /// <inheritdoc/>
    public string Name => "headers";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds => SamplePackets.All.Select(sample =>
        KeyValuePair.Create<string, byte[]>(sample.Name, [(byte)Array.IndexOf(LinkTypes, sample.LinkType), .. sample.Frame]));

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input) => input.IsEmpty
        ? 0
        // A frame of its own: reading behind its end is reading behind an array.
        : HeaderInvariants.Check(LinkTypes[input[0] % LinkTypes.Length], input[1..].ToArray());
}
