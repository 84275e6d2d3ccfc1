namespace Trunkline.Core.Wire;

/// <summary>What the bytes that are left begin with.</summary>
internal enum Stage
{
    /// <summary>Nothing that the parser reads.</summary>
    Nothing,

    /// <summary>An Ethernet header.</summary>
    Ethernet,

    /// <summary>What the EtherType in <see cref="PacketWalk.Number"/> says.</summary>
    EtherType,

    /// <summary>The rest of a VLAN tag.</summary>
    Vlan,

    /// <summary>An 802.2 LLC header.</summary>
    Llc,

    /// <summary>A PPPoE header.</summary>
    Pppoe,

    /// <summary>A PPP protocol field, with or without HDLC address and control in front.</summary>
    Ppp,

    /// <summary>An MPLS label.</summary>
    Mpls,

    /// <summary>The address family of a loopback capture.</summary>
    Loopback,

    /// <summary>A Linux cooked header, first version.</summary>
    LinuxSll,

    /// <summary>A Linux cooked header, second version.</summary>
    LinuxSll2,

    /// <summary>An IP header of the version in its first nibble.</summary>
    Ip,

    /// <summary>An IPv4 header.</summary>
    Ipv4,

    /// <summary>An IPv6 header.</summary>
    Ipv6,

    /// <summary>What the IP protocol in <see cref="PacketWalk.Number"/> says.</summary>
    Transport,

    /// <summary>The start of the packet that an ICMP error quotes.</summary>
    Quote,
}

/// <summary>Where the parser stands in one packet: the bytes that are left and what they begin with.</summary>
/// <remarks>Every stage takes bytes off the front, or ends the walk; so a walk ends.</remarks>
internal ref struct PacketWalk(ReadOnlySpan<byte> bytes, Stage stage)
{
    /// <summary>What is left, cut to the lengths that the headers so far announce.</summary>
    public ReadOnlySpan<byte> Rest = bytes;

    /// <summary>What <see cref="Rest"/> begins with.</summary>
    public Stage Stage = stage;

    /// <summary>The EtherType or IP protocol that belongs to the stage.</summary>
    public ushort Number;

    /// <summary>Not none: <see cref="Rest"/> begins a new layer, carried so.</summary>
    public TunnelKind Tunnel;

    /// <summary>The first fault.</summary>
    public ParseError Error;

    /// <summary>Keeps a fault in mind and goes on.</summary>
    public void Note(ParseError error)
    {
        if (Error == ParseError.None)
        {
            Error = error;
        }
    }

    /// <summary>Ends the walk with a fault.</summary>
    public void Fail(ParseError error)
    {
        Note(error);
        Stage = Stage.Nothing;
    }

    /// <summary>Takes bytes off the front, or fails with <see cref="ParseError.Truncated"/> when there are fewer.</summary>
    public bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        if (count > Rest.Length)
        {
            taken = default;
            Fail(ParseError.Truncated);
            return false;
        }

        taken = Rest[..count];
        Rest = Rest[count..];
        return true;
    }

    /// <summary>Cuts off what stands behind an announced length; takes note when there is less.</summary>
    public void Limit(int announced)
    {
        if (announced > Rest.Length)
        {
            Note(ParseError.Truncated);
        }
        else
        {
            Rest = Rest[..announced];
        }
    }

    /// <summary>Goes on with another stage.</summary>
    public void Enter(Stage stage, int number = 0)
    {
        Stage = stage;
        Number = (ushort)number;
    }

    /// <summary>Goes on with the first stage of a new layer.</summary>
    public void EnterTunnel(TunnelKind kind, Stage stage, int number = 0)
    {
        Enter(stage, number);
        Tunnel = kind;
    }
}
