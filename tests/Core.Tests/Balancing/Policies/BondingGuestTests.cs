using Trunkline.Core.Wire;
using Trunkline.Testing.Guest;

namespace Trunkline.Core.Tests.Balancing.Policies;

/// <summary>The bonding driver of Linux as the judge of <c>linux-bond/*</c>, the parser included.</summary>
[Trait("Needs", "qemu")]
public sealed class BondingGuestTests(BondingGuestTests.Judge judge, ITestOutputHelper log) : IClassFixture<BondingGuestTests.Judge>
{
    [Fact]
    public void LinuxBond_OfEveryKindOfFrame_IsAsTheDriverSends()
    {
        BondDriver driver = judge.Driver;
        log.WriteLine($"{BondingGuestFrames.All.Count} frames; boot {driver.BootTime.TotalSeconds:0.0} s, all {driver.Time.TotalSeconds:0.0} s");

        IEnumerable<string> differences = BondingGuestFrames.All
            .Where(f => !BondingGuestFrames.KnownDifferences.ContainsKey(f.Name))
            .SelectMany(f => Differences(f.Name));

        Assert.Equal("", string.Join('\n', differences));
    }

    [Fact]
    public void LinuxBond_OfFramesKnownToDiffer_StillDiffers()
    {
        IEnumerable<string> alike = BondingGuestFrames.KnownDifferences.Keys.Where(name => !Differences(name).Any());

        Assert.Equal("", string.Join('\n', alike));
    }

    [Theory]
    [InlineData("A", 0x8dd, "1/1/1/4/5", 0xddddd508, "0/0/0/3/0", 0x30b6ab4f, "1/0/3/0/7")]
    [InlineData("A'", 0x8dd, "1/1/1/4/5", 0xddddd508, "0/0/0/3/0", 0x30b6a8cc, "0/2/0/2/4")]
    [InlineData("B", 0x8dd, "1/1/1/4/5", 0x787870ad, "1/0/1/0/5", 0x3cb8c647, "1/0/3/3/7")]
    [InlineData("C", 0x8dd, "1/1/1/4/5", 0x07070fd2, "0/2/2/4/2", 0x58514929, "1/1/1/3/1")]
    [InlineData("echo", 0x8dd, "1/1/1/4/5", 0x03030bd6, "0/0/2/1/6", 0x08929296, "0/0/2/0/6")]
    [InlineData("vxlan-outer", 0x8dd, "1/1/1/4/5", 0x03030bd6, "0/0/2/1/6", 0x5b525232, "0/2/2/0/2")]
    public void Driver_OfThePublishedFrames_HasThePublishedHashesAndLinks(
        string frame, uint layer2, string layer2Links, uint layer23, string layer23Links, uint layer34, string layer34Links)
    {
        Assert.Equal((layer2, layer2Links), HashAndLinks("layer2", frame));
        Assert.Equal((layer23, layer23Links), HashAndLinks("layer2+3", frame));
        Assert.Equal((layer23, layer23Links), HashAndLinks("encap2+3", frame));
        Assert.Equal((layer34, layer34Links), HashAndLinks("layer3+4", frame));
        Assert.Equal((layer34, layer34Links), HashAndLinks("encap3+4", frame));
    }

    [Theory]
    [InlineData("A", 0x20015)]
    [InlineData("vlan-100", 0x20071)]
    [InlineData("other-mac", 0x3c86d9)]
    [InlineData("other-mac-vlan-100", 0x3c86bd)]
    public void Driver_OfTagAndSourceMac_HasThePublishedHash(string frame, uint hash) =>
        Assert.Equal(hash, judge.Driver.Hash("vlan+srcmac", Index(frame)));

    private static int Index(string name) => BondingGuestFrames.All.Select(f => f.Name).ToList().IndexOf(name);

    private (uint Hash, string Links) HashAndLinks(string policy, string frame)
    {
        int index = Index(frame);
        int[] counts = [2, 3, 4, 5, 8];
        return (judge.Driver.Hash(policy, index), string.Join('/', counts.Select(n => judge.Driver.Member(policy, n, index))));
    }

    private IEnumerable<string> Differences(string name)
    {
        int index = Index(name);
        PacketHeaders headers = default;
        HeaderParser.Parse(LinkType.Ethernet, BondingGuestFrames.All[index].Frame, ref headers);
        foreach (string policy in BondDriver.Policies)
        {
            uint ours = Frames.Hash($"linux-bond/{policy}", headers);
            uint theirs = judge.Driver.Hash(policy, index);
            if (ours != theirs)
            {
                yield return $"{policy} of {name}: 0x{ours:x}, and the driver has 0x{theirs:x}";
            }
        }
    }

    /// <summary>One guest for all tests of the class.</summary>
    public sealed class Judge
    {
        private BondDriver? _driver;

        /// <summary>The driver with its answers; a test that is the first to ask waits for the guest, or is skipped.</summary>
        internal BondDriver Driver => _driver ??= BondDriver.Ask(GuestKit.Require(), [.. BondingGuestFrames.All.Select(f => f.Frame)]);
    }
}
