namespace Trunkline.Core.Wire;

/// <summary>What the first byte of a captured frame belongs to; the numbers are those of the pcap link-type registry.</summary>
public enum LinkType
{
    /// <summary>BSD loopback: a 4-byte address family in the byte order of the capturing machine, then the packet.</summary>
    Null = 0,

    /// <summary>Ethernet II and 802.3, without preamble.</summary>
    Ethernet = 1,

    /// <summary>PPP, with or without HDLC-like framing (RFC 1662).</summary>
    Ppp = 9,

    /// <summary>Raw IP, as some BSDs number it in their files.</summary>
    RawBsd = 12,

    /// <summary>Raw IP, as OpenBSD numbers it in its files.</summary>
    RawOpenBsd = 14,

    /// <summary>Raw IP; the first nibble says which version.</summary>
    Raw = 101,

    /// <summary>OpenBSD loopback: a 4-byte address family in network byte order, then the packet.</summary>
    Loop = 108,

    /// <summary>Linux "cooked" capture of the <c>any</c> device, 16 bytes.</summary>
    LinuxSll = 113,

    /// <summary>Raw IPv4.</summary>
    Ipv4 = 228,

    /// <summary>Raw IPv6.</summary>
    Ipv6 = 229,

    /// <summary>Linux "cooked" capture, second version, 20 bytes.</summary>
    LinuxSll2 = 276,
}
