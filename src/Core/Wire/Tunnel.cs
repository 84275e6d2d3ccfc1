namespace Trunkline.Core.Wire;

/// <summary>What the tunnel steps have in common.</summary>
internal static class Tunnel
{
    /// <summary>Goes on with what a tunnel header with an EtherType carries: a frame, a network packet, or nothing known.</summary>
    public static void Enter(ref PacketWalk walk, TunnelKind kind, ushort etherType)
    {
        if (etherType == EtherTypes.EthernetBridging)
        {
            walk.EnterTunnel(kind, Stage.Ethernet);
        }
        else if (LinkLayer.StageOf(etherType) is Stage.Ipv4 or Stage.Ipv6 or Stage.Mpls)
        {
            walk.EnterTunnel(kind, Stage.EtherType, etherType);
        }
        else
        {
            walk.Stage = Stage.Nothing;
        }
    }

    /// <summary>Keeps the key of the tunnel header that the layer carries.</summary>
    public static void SetId(ref HeaderFields layer, uint id)
    {
        layer.TunnelId = id;
        layer.Present |= HeaderField.TunnelId;
    }
}
