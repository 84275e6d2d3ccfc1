using System.Net;
using System.Numerics;
using Trunkline.Cli.Analyze;

namespace Trunkline.Cli.Tests.Analyze;

public class AddressMaskTests
{
    // The key of the sample that comes with the authors' program.
    private static readonly byte[] SampleKey =
    [
        21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16,
        216, 152, 143, 131, 121, 121, 101, 39, 98, 87, 76, 45, 42, 132, 34, 2,
    ];

    [Theory]
    [InlineData("128.11.68.132", "135.242.180.132")]
    [InlineData("129.118.74.4", "134.136.186.123")]
    [InlineData("130.132.252.244", "133.68.164.234")]
    [InlineData("141.223.7.43", "141.167.8.160")]
    [InlineData("141.233.145.108", "141.129.237.235")]
    [InlineData("152.163.225.39", "151.140.114.167")]
    public void Mask_UnderTheSampleKey_GivesWhatTheAuthorsProgramGives(string address, string masked)
    {
        using var mask = new AddressMask(SampleKey);

        Assert.Equal(masked, mask.Mask(address));
    }

    [Fact]
    public void Mask_OfAnyTwoAddresses_KeepsTheLengthOfTheirCommonPrefix()
    {
        using var mask = AddressMask.Random();
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] first = new byte[i % 2 == 0 ? 4 : 16];
            random.NextBytes(first);
            byte[] second = [.. first];
            second[random.Next(first.Length)] ^= (byte)(1 << random.Next(8));

            Assert.Equal(CommonBits(first, second), CommonBits(Masked(first), Masked(second)));
        }

        byte[] Masked(byte[] address) => IPAddress.Parse(mask.Mask(new IPAddress(address).ToString())).GetAddressBytes();
    }

    [Fact]
    public void Mask_UnderAnotherKey_GivesOtherAddresses()
    {
        using var one = AddressMask.Random();
        using var other = AddressMask.Random();
        string[] addresses = [.. Enumerable.Range(1, 8).Select(i => $"10.{i}.2.3")];

        Assert.NotEqual(addresses.Select(one.Mask), addresses.Select(other.Mask));
        Assert.NotEqual(addresses, addresses.Select(one.Mask));
    }

    [Fact]
    public void Mask_OfWhatIsNoAddress_LeavesItAlone()
    {
        using var mask = AddressMask.Random();

        Assert.Equal("no address", mask.Mask("no address"));
    }

    private static int CommonBits(byte[] left, byte[] right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i])
            {
                return (i * 8) + BitOperations.LeadingZeroCount((uint)(left[i] ^ right[i])) - 24;
            }
        }

        return left.Length * 8;
    }
}
