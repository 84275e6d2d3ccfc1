using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Links;

/// <summary>Links whose arithmetic can be done by hand: at 8 Gb/s a byte takes a nanosecond.</summary>
internal static class TestLinks
{
    public static readonly BitRate NanosecondPerByte = new(8_000_000_000);

    /// <summary>Equal links of 8 Gb/s, named 0, 1, ….</summary>
    public static Link[] Equal(int count) => [.. Enumerable.Range(0, count).Select(i => new Link($"{i}", NanosecondPerByte))];

    /// <summary>Links of 8 Gb/s with weights.</summary>
    public static Link[] Weighted(params int[] weights) =>
        [.. weights.Select((weight, i) => new Link($"{i}", NanosecondPerByte) { Weight = weight })];

    /// <summary>Links with speeds in gigabytes per second: 1 takes a nanosecond per byte.</summary>
    public static Link[] Speeds(params double[] gigabytesPerSecond) =>
        [.. gigabytesPerSecond.Select((speed, i) => new Link($"{i}", new BitRate((long)(speed * 8_000_000_000))))];

    /// <summary>Takes links down.</summary>
    public static void Down(this Bundle bundle, params int[] links)
    {
        foreach (int link in links)
        {
            bundle.SetUp(new LinkId(link), false);
        }
    }

    /// <summary>Takes links up.</summary>
    public static void Up(this Bundle bundle, params int[] links)
    {
        foreach (int link in links)
        {
            bundle.SetUp(new LinkId(link), true);
        }
    }
}
