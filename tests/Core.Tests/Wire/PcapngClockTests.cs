using System.Numerics;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Tests.Wire;

public sealed class PcapngClockTests
{
    [Theory]
    [InlineData(0, 1_700_000_000, 0, 1_700_000_000_000_000_000, 1_000_000_000)]
    [InlineData(3, 1_700_000_000_123, 0, 1_700_000_000_123_000_000, 1_000_000)]
    [InlineData(6, 1_700_000_000_123_456, 0, 1_700_000_000_123_456_000, 1_000)]
    [InlineData(9, 1_700_000_000_123_456_789, 0, 1_700_000_000_123_456_789, 1)]
    [InlineData(12, 1_700_000_123_456_789, 0, 1_700_000_123_456, 1)]
    [InlineData(28, ulong.MaxValue, 0, 1, 1)]
    [InlineData(29, ulong.MaxValue, 0, 0, 1)]
    [InlineData(127, ulong.MaxValue, 0, 0, 1)]
    [InlineData(0x80, 5, 0, 5_000_000_000, 1_000_000_000)]
    [InlineData(0x8a, 1_025, 0, 1_000_976_562, 976_563)]
    [InlineData(0x9d, 3, 0, 5, 2)]
    [InlineData(0x9e, 3, 0, 2, 1)]
    [InlineData(0xa0, 0x1_8000_0000, 0, 1_500_000_000, 1)]
    [InlineData(0xff, ulong.MaxValue, 0, 0, 1)]
    [InlineData(6, 4_294_967_296_000_000, 0, 4_294_967_296_000_000_000, 1_000)]
    [InlineData(6, 1, 1_700_000_000, 1_700_000_000_000_001_000, 1_000)]
    [InlineData(6, 3_000_000, -5, -2_000_000_000, 1_000)]
    public void Clock_WithAResolution_CountsNanoseconds(byte resolution, ulong count, long offset, long nanoseconds, long unit)
    {
        var clock = new PcapngClock(resolution, offset);

        Assert.Equal(new Timestamp(nanoseconds), clock.ToTimestamp(count));
        Assert.Equal(new Interval(unit), clock.Resolution);
    }

    [Theory]
    [InlineData(0, ulong.MaxValue, 0, long.MaxValue)]
    [InlineData(9, 1ul << 63, 0, long.MaxValue)]
    [InlineData(9, 0, long.MaxValue, long.MaxValue)]
    [InlineData(9, 0, long.MinValue, long.MinValue)]
    public void Clock_BeyondSixtyFourBits_Saturates(byte resolution, ulong count, long offset, long nanoseconds) =>
        Assert.Equal(new Timestamp(nanoseconds), new PcapngClock(resolution, offset).ToTimestamp(count));

    [Fact]
    public void Clock_OfRandomBits_IsExact()
    {
        var random = new Random(20_260_101);
        for (int i = 0; i < 20_000; i++)
        {
            byte resolution = (byte)random.Next(256);
            ulong count = (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            long offset = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
            Assert.Equal(Exact(resolution, count, offset), new PcapngClock(resolution, offset).ToTimestamp(count).Nanoseconds);
        }
    }

    private static long Exact(byte resolution, ulong count, long offset)
    {
        BigInteger divisor = BigInteger.Pow((resolution & 0x80) != 0 ? 2 : 10, resolution & 0x7f);
        BigInteger nanoseconds = (new BigInteger(count) * 1_000_000_000 / divisor) + (new BigInteger(offset) * 1_000_000_000);
        return (long)BigInteger.Clamp(nanoseconds, long.MinValue, long.MaxValue);
    }
}
