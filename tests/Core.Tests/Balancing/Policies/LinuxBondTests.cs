using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>What the kernel's bonding code does with packets that are not plain TCP or UDP, worked by hand; a guest's driver judges the same.</summary>
public sealed class LinuxBondTests
{
    private const uint Layer2OfIpv4 = 0x15 ^ 0xc8 ^ 0x0800;

    [Fact]
    public void Layer34_OfAFragment_TakesTheAddressesAlone()
    {
        // 10.9.8.7 ^ 10.1.2.3 = 00 08 0a 04, as a little-endian word 0x040a0800; folded 0x040e0606.
        Assert.Equal(0x040e0606u >> 1, Frames.Hash("linux-bond/layer3+4", Frames.D));
        Assert.Equal(0x040e0606u >> 1, Frames.Hash("linux-bond/encap3+4", Frames.D));
    }

    [Fact]
    public void Layer34_OfIpv6_FoldsTheAddresses() =>
        // The folded addresses differ in the last byte alone, 01 ^ 02; the ports are 9c40 and 01bb.
        Assert.Equal(Fold(0xbb01409c ^ 0x03000000) >> 1, Frames.Hash("linux-bond/layer3+4", Frames.E));

    [Theory]
    [InlineData(Frames.Esp)]
    [InlineData(Frames.Ah)]
    public void Layer34_OfEspAndAh_TakesTheSpiForThePorts(byte protocol)
    {
        PacketHeaders packet = Frames.Secured("10.0.0.1", "10.0.0.2", 0x11223344, protocol);

        Assert.Equal(Fold(0x44332211 ^ 0x03000000) >> 1, Frames.Hash("linux-bond/layer3+4", packet));
    }

    [Theory]
    [InlineData(0x1234, 0x12340008)]
    [InlineData(0, 0x00010008)]
    public void Layer34_OfAnEcho_TakesTypeCodeAndIdentifier(ushort identifier, uint word)
    {
        PacketHeaders packet = Frames.IcmpEcho("10.1.1.1", "10.1.1.2", identifier);

        Assert.Equal(Fold(word ^ 0x03000000) >> 1, Frames.Hash("linux-bond/layer3+4", packet));
        Assert.Equal(Fold(word ^ 0x03000000) >> 1, Frames.Hash("linux-bond/encap3+4", packet));
    }

    [Fact]
    public void AnIcmpError_GoesWhereTheFlowThatItQuotesGoes_UnlessEncap()
    {
        PacketHeaders error = Frames.IcmpError("10.7.7.7", "192.168.10.21", Frames.A.Outer);

        Assert.Equal(Frames.Hash("linux-bond/layer3+4", Frames.A), Frames.Hash("linux-bond/layer3+4", error));
        Assert.Equal(Frames.Hash("linux-bond/layer2+3", Frames.A), Frames.Hash("linux-bond/layer2+3", error));

        // Outer addresses 10.7.7.7 and 192.168.10.21, ports 0: 0a^c0, 07^a8, 07^0a, 07^15.
        Assert.Equal(Fold(0x120dafca) >> 1, Frames.Hash("linux-bond/encap3+4", error));
        Assert.Equal(Fold(0x120dafca ^ Layer2OfIpv4), Frames.Hash("linux-bond/encap2+3", error));
    }

    [Fact]
    public void AnIcmpError_ThatQuotesNothing_FallsBackToLayer2()
    {
        PacketHeaders error = Frames.IcmpMessage("10.7.7.7", "192.168.10.21", type: 3, code: 1);

        Assert.Equal(Layer2OfIpv4, Frames.Hash("linux-bond/layer3+4", error));
        Assert.Equal(Layer2OfIpv4, Frames.Hash("linux-bond/layer2+3", error));
    }

    [Theory]
    [InlineData(0x0806, 0u, true)]
    [InlineData(0x8906, 0u, true)]
    [InlineData(0x88a2, 0x15u ^ 0xc8 ^ 0x88a2, false)]
    public void WhatIsNotIp_TakesLayer2_OrOneLinkUnderEncap34(ushort etherType, uint encap34, bool isFolded)
    {
        PacketHeaders packet = Frames.NonIp(etherType);
        uint layer2 = 0x15u ^ 0xc8 ^ etherType;

        Assert.Equal(layer2, Frames.Hash("linux-bond/layer2", packet));
        Assert.Equal(layer2, Frames.Hash("linux-bond/layer2+3", packet));
        Assert.Equal(layer2, Frames.Hash("linux-bond/layer3+4", packet));
        Assert.Equal(encap34, Frames.Hash("linux-bond/encap3+4", packet));
        Assert.Equal(isFolded ? Fold(layer2) : layer2, Frames.Hash("linux-bond/encap2+3", packet));
    }

    [Theory]
    [InlineData(TunnelKind.Gre, true)]
    [InlineData(TunnelKind.Nvgre, true)]
    [InlineData(TunnelKind.IpInIp, true)]
    [InlineData(TunnelKind.Vxlan, false)]
    [InlineData(TunnelKind.Geneve, false)]
    [InlineData(TunnelKind.GtpU, false)]
    public void Encap_OfATunnel_EntersWhatTheDissectorEnters(TunnelKind kind, bool isEntered)
    {
        PacketHeaders outer = Frames.Ip("10.0.0.1", "10.0.0.2", kind switch
        {
            TunnelKind.IpInIp => 4,
            TunnelKind.Gre or TunnelKind.Nvgre => Frames.Gre,
            _ => Frames.Udp,
        });
        PacketHeaders tunnel = Frames.Tunnel(outer, kind, Frames.A);

        Assert.Equal(Frames.Hash("linux-bond/layer3+4", isEntered ? Frames.A : outer), Frames.Hash("linux-bond/encap3+4", tunnel));
        Assert.Equal(Frames.Hash("linux-bond/layer2+3", isEntered ? Frames.A : outer), Frames.Hash("linux-bond/encap2+3", tunnel));
        Assert.Equal(Frames.Hash("linux-bond/layer3+4", outer), Frames.Hash("linux-bond/layer3+4", tunnel));
    }

    [Fact]
    public void Encap_OfErspan_IsNotUnderstoodAndTakesLayer2()
    {
        PacketHeaders tunnel = Frames.Tunnel(Frames.Ip("10.0.0.1", "10.0.0.2", Frames.Gre), TunnelKind.Erspan, Frames.A);

        Assert.Equal(Layer2OfIpv4, Frames.Hash("linux-bond/encap3+4", tunnel));
        Assert.Equal(Layer2OfIpv4, Frames.Hash("linux-bond/encap2+3", tunnel));
    }

    [Fact]
    public void IpUnderMpls_IsNoIpToABond()
    {
        PacketHeaders packet = Frames.A;
        packet.LayerForWriting(0).MplsLabelCount = 1;
        packet.LayerForWriting(0).Present |= HeaderField.MplsLabels;

        Assert.Equal(0x15u ^ 0xc8 ^ 0x8847, Frames.Hash("linux-bond/layer3+4", packet));
        Assert.Equal(0u, Frames.Hash("linux-bond/encap3+4", packet));

        PacketHeaders tagged = Frames.Tagged(packet, 100);

        Assert.Equal(0x15u ^ 0xc8 ^ 0x8100, Frames.Hash("linux-bond/layer3+4", tagged));
        Assert.Equal(0x15u ^ 0xc8 ^ 0x8100, Frames.Hash("linux-bond/encap3+4", tagged));
        Assert.Equal(0x20015u, Frames.Hash("linux-bond/vlan+srcmac", tagged));
    }

    [Fact]
    public void ASecondTag_StandsInTheFrame()
    {
        PacketHeaders one = Frames.Tagged(Frames.A, 100);
        PacketHeaders two = Frames.Tagged(Frames.A, 100);
        two.LayerForWriting(0).InnerVlan = 7;
        two.LayerForWriting(0).Present |= HeaderField.InnerVlan;

        Assert.Equal(Frames.Hash("linux-bond/layer3+4", Frames.A), Frames.Hash("linux-bond/layer3+4", one));
        Assert.Equal(0x15u ^ 0xc8 ^ 0x8100, Frames.Hash("linux-bond/layer3+4", two));
        Assert.Equal(Frames.Hash("linux-bond/layer3+4", Frames.A), Frames.Hash("linux-bond/encap3+4", two));

        // 192.168.10.21 ^ 192.168.10.200 = 00 00 00 dd.
        Assert.Equal(Fold(0x15 ^ 0xc8 ^ 0x8100 ^ 0xdd000000), Frames.Hash("linux-bond/encap2+3", two));
    }

    private static uint Fold(uint word)
    {
        word ^= word >> 16;
        return word ^ (word >> 8);
    }
}
