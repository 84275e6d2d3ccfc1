using System.Buffers.Binary;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>Prefixes of addresses in a list of fields, which packets of both IP versions are put to.</summary>
public sealed class FieldListTests
{
    [Theory]
    [InlineData(0, 0x00000000u)]
    [InlineData(8, 0xc0000000u)]
    [InlineData(24, 0xc0a80a00u)]
    [InlineData(31, 0xc0a80a14u)]
    [InlineData(32, 0xc0a80a15u)]
    [InlineData(33, 0xc0a80a15u)]
    [InlineData(99, 0xc0a80a15u)]
    [InlineData(128, 0xc0a80a15u)]
    public void Write_OfAnIpv4AddressUnderAPrefix_TakesAllOfItFrom32BitsOn(int prefix, uint key) =>
        Assert.Equal(key, KeyOf(prefix, 4, 0xc0a80a15));

    [Theory]
    [InlineData(32, 0x20010db8u)]
    [InlineData(64, 0x20010db8u ^ 0x11112222u)]
    [InlineData(99, 0x20010db8u ^ 0x11112222u ^ 0x33334444u ^ 0xe0000000u)]
    [InlineData(128, 0x20010db8u ^ 0x11112222u ^ 0x33334444u ^ 0xffff0001u)]
    public void Write_OfAnIpv6AddressUnderAPrefix_MasksFirstAndThenFolds(int prefix, uint key) =>
        Assert.Equal(key, KeyOf(prefix, 6, new UInt128(0x20010db8_11112222, 0x33334444_ffff0001)));

    [Theory]
    [InlineData("src/129")]
    [InlineData("src/-1")]
    [InlineData("sport/8")]
    public void Parse_OfAPrefixThatNoAddressHas_SaysWhatToWrite(string text)
    {
        var faults = new List<string>();

        Assert.Null(Create(text, faults));
        Assert.Contains("is no mask of it; write", Assert.Single(faults), StringComparison.Ordinal);
    }

    private static uint KeyOf(int prefix, byte version, UInt128 source)
    {
        var packet = new PacketHeaders { LayerCount = 1 };
        ref HeaderFields fields = ref packet.LayerForWriting(0);
        (fields.IpVersion, fields.SourceAddress, fields.Present) = (version, source, HeaderField.SourceAddress);
        byte[] key = new byte[IHashPolicy.KeyBytesMax];
        Assert.Equal(4, Create($"src/{prefix}", [])!.WriteKey(packet, key));
        return BinaryPrimitives.ReadUInt32BigEndian(key);
    }

    private static IHashPolicy? Create(string fields, List<string> faults)
    {
        Assert.Null(TechniqueName.TryParsePart($"custom:fields={fields}", out TechniqueName.Part? part));
        return PolicyCatalog.Create(part!, faults);
    }
}
