using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>
/// What a second tier does with the flows that the first one sent to one link: the reason why switches have seeds,
/// offsets and other functions, and which of those help.
/// </summary>
public sealed class PolarizationTests
{
    private const int Flows = 60_000;

    [Theory]
    [InlineData("crc/crc32", "crc/crc32")]
    [InlineData("crc/crc16-ccitt", "crc/crc16-ccitt")]
    [InlineData("rss/toeplitz", "rss/toeplitz")]
    [InlineData("custom:function=sfh", "custom:function=sfh")]
    [InlineData("custom:function=murmur3", "custom:function=murmur3")]
    [InlineData("linux-bond/layer3+4", "linux-bond/layer3+4")]
    [InlineData("crc/crc32", "crc/crc32:seed=0x9e3779b9")]
    [InlineData("crc/crc16-ccitt", "crc/crc16-ccitt:seed=0x1d0f")]
    public void SecondTier_WithTheSameFunctionOrAnotherSeedOnALinearOne_UsesOneLink(string first, string second)
    {
        foreach (uint links in (uint[])[4, 8])
        {
            (int used, double peak) = Tiers(Frames.Policy(first), Frames.Policy(second), 0, links);

            Assert.Equal(1, used);
            Assert.Equal(links, peak);
        }
    }

    [Fact]
    public void SecondTier_WithAConstantXoredIntoLayer34_UsesOneLink()
    {
        IHashPolicy policy = Frames.Policy("linux-bond/layer3+4");

        Assert.Equal((1, 4.0), Tiers(policy, policy, 0x2545f491, 4));
        Assert.Equal((1, 8.0), Tiers(policy, policy, 0x2545f491, 8));
    }

    [Theory]
    [InlineData("crc/crc32", "crc/crc32:offset=8")]
    [InlineData("crc/crc16-ccitt", "crc/crc16-ccitt:offset=6")]
    [InlineData("crc/crc32", "crc/crc32c")]
    [InlineData("rss/toeplitz", "rss/toeplitz:key=be5fa4c3d10e6b97f2ab31c84d7756e01f9a68dc430b52ee97c6103b8a25f4d76eb09c417d38a2f5")]
    [InlineData("custom:function=toeplitz", "custom:function=toeplitz:seed=0x9e3779b9")]
    [InlineData("custom:function=sfh", "custom:function=sfh:seed=0x9e3779b9")]
    [InlineData("custom:function=murmur3", "custom:function=murmur3:seed=0x9e3779b9")]
    [InlineData("custom:function=siphash", "custom:function=siphash:seed=1")]
    public void SecondTier_WithOtherBitsAnotherFunctionOrAKeyedSeed_UsesAllLinksEvenly(string first, string second)
    {
        foreach (uint links in (uint[])[4, 8])
        {
            (int used, double peak) = Tiers(Frames.Policy(first), Frames.Policy(second), 0, links);

            Assert.Equal((int)links, used);
            Assert.InRange(peak, 1.0, 1.12);
        }
    }

    /// <summary>Links of the second tier that get anything, and its busiest link's share in units of the mean.</summary>
    private static (int Used, double Peak) Tiers(IHashPolicy first, IHashPolicy second, uint constant, uint links)
    {
        var random = new Random(42);
        var counts = new int[links];
        PacketHeaders packet = Frames.A;
        ref HeaderFields layer = ref packet.LayerForWriting(0);
        for (int i = 0; i < Flows; i++)
        {
            layer.SourceAddress = (uint)random.NextInt64(1L << 32);
            layer.DestinationAddress = (uint)random.NextInt64(1L << 32);
            layer.SourcePort = (ushort)random.Next(65536);
            layer.DestinationPort = (ushort)random.Next(65536);
            if (first.Hash(in packet) % links == 0)
            {
                counts[(second.Hash(in packet) ^ constant) % links]++;
            }
        }

        return (counts.Count(c => c > 0), counts.Max() * (double)links / counts.Sum());
    }
}
