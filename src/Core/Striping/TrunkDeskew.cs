using System.Globalization;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>What a trunk's cables may differ by.</summary>
/// <param name="SkewMax">Difference of delays above which no trunk forms.</param>
/// <param name="SkewAdvised">Difference of delays above which there is a warning.</param>
public sealed record TrunkLimits(Interval SkewMax, Interval SkewAdvised)
{
    /// <summary>Brocade SilkWorm 4100: cables that differ by 550 m at most, and better by no more than 30 m; at 5 ns/m.</summary>
    public static readonly TrunkLimits Brocade = new(TrunkDeskew.DelayOf(550), TrunkDeskew.DelayOf(30));
}

/// <summary>The de-skew of a trunk: how long each link holds its frames so that all links are as slow as the slowest.</summary>
/// <remarks>
/// Brocade's frame trunking measures each link when the trunk forms, and delays the faster ones by the difference. A trunk is up
/// to eight links of one speed in one port group of one ASIC, which also holds at the far end. As measured, so it stays: a link
/// that goes down takes no frames and changes nothing for the others.
/// </remarks>
public sealed class TrunkDeskew
{
    /// <summary>Most links of a trunk.</summary>
    public const int LinksMax = 8;

    /// <summary>The least value that switches show, that of the link with the lowest latency.</summary>
    public const int ShownMin = 15;

    private const long ShownUnitPs = 10_000;
    private const long PicosecondsPerMetre = 5_000;

    private readonly long[] _delaysPs;

    private TrunkDeskew(long[] delaysPs, string? warning) =>
        (_delaysPs, LeastPs, SlowestPs, Warning) = (delaysPs, delaysPs.Min(), delaysPs.Max(), warning);

    /// <summary>Number of links.</summary>
    public int Count => _delaysPs.Length;

    /// <summary>Delay of the fastest link in picoseconds.</summary>
    public long LeastPs { get; }

    /// <summary>Delay of the slowest link in picoseconds, which every frame has behind its link.</summary>
    public long SlowestPs { get; }

    /// <summary>What is not as advised; null for nothing.</summary>
    public string? Warning { get; }

    /// <summary>Delay of a cable: 5 ns/m.</summary>
    public static Interval DelayOf(long metres) => new(metres * (PicosecondsPerMetre / 1_000));

    /// <summary>Forms a trunk of links by their speeds and delays.</summary>
    /// <param name="links">The links; all go to the same far end.</param>
    /// <param name="limits">What delays may differ by; null for no limit.</param>
    /// <param name="faults">Every reason why no trunk forms is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static TrunkDeskew? Create(IReadOnlyList<Link> links, TrunkLimits? limits, ICollection<string> faults)
    {
        int before = faults.Count;
        if (links.Count is < 1 or > LinksMax)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"a trunk has 1 to {LinksMax} links, not {links.Count}"));
        }

        if (links.Count > 0 && links.FirstOrDefault(link => link.Rate != links[0].Rate) is Link other)
        {
            faults.Add($"links of a trunk have one speed; {links[0].Name} has {links[0].Rate}, {other.Name} has {other.Rate}");
        }

        if (links.FirstOrDefault(link => link.Delay.Nanoseconds < 0 || link.Delay > Interval.FromSeconds(1)) is Link odd)
        {
            faults.Add($"the delay of {odd.Name}, {odd.Delay}, is not 0s to 1s");
        }

        if (faults.Count > before)
        {
            return null;
        }

        Interval skew = links.Max(link => link.Delay) - links.Min(link => link.Delay);
        string differ = $"delays differ by {skew}, as of {Metres(skew)} of cable";
        if (limits is not null && skew > limits.SkewMax)
        {
            faults.Add($"{differ}; a trunk forms up to {limits.SkewMax}, {Metres(limits.SkewMax)}");
            return null;
        }

        bool isAdvised = limits is null || skew <= limits.SkewAdvised;
        return new TrunkDeskew(
            [.. links.Select(link => link.Delay.Nanoseconds * 1_000)],
            isAdvised ? null : $"{differ}; no more than {limits!.SkewAdvised}, {Metres(limits.SkewAdvised)}, are advised");
    }

    /// <summary>A link's own delay in picoseconds.</summary>
    public long DelayPs(int link) => _delaysPs[link];

    /// <summary>How long a link's frames are held so that its delay is that of the slowest, in picoseconds; 0 for the slowest.</summary>
    public long HoldPs(int link) => SlowestPs - _delaysPs[link];

    /// <summary>The value that switches show: 15 for the link with the lowest latency, and one more for each 10 ns above it.</summary>
    /// <remarks>That the unit is 10 ns is unverified.</remarks>
    public int Shown(int link) => (int)(ShownMin + ((_delaysPs[link] - LeastPs) / ShownUnitPs));

    private static string Metres(Interval delay) =>
        string.Create(CultureInfo.InvariantCulture, $"{delay.Nanoseconds * 1_000 / PicosecondsPerMetre} m");
}
