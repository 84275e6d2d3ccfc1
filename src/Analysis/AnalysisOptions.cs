using Trunkline.Analysis.Replay;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Analysis;

/// <summary>What <c>analyze</c> is asked.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Most gaps that flowlets are counted for.</summary>
    public const int GapsMax = 64;

    /// <summary>The gaps that flowlets are counted for where none are given: 16 µs to 100 ms.</summary>
    public static IReadOnlyList<Interval> DefaultGaps { get; } =
    [
        Interval.FromMicroseconds(16), Interval.FromMicroseconds(50), Interval.FromMicroseconds(100), Interval.FromMicroseconds(256),
        Interval.FromMicroseconds(500), Interval.FromMilliseconds(1), Interval.FromMilliseconds(10), Interval.FromMilliseconds(100),
    ];

    /// <summary>The techniques to replay where none is named: every policy that needs no parameter, and the main rules.</summary>
    public static IReadOnlyList<string> DefaultTechniques => TechniqueLists.Default;

    /// <summary>Every technique that needs no parameter: policies, fills, rules and their presets.</summary>
    public static IReadOnlyList<string> AllTechniques => TechniqueLists.All;

    /// <summary>The links that the traffic is spread over, 1 to <see cref="Bundle.LinksMax"/>; at least one with a rate above 0.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>Names of the techniques to replay, as written, each once.</summary>
    public IReadOnlyList<string> Techniques { get; init; } = [];

    /// <summary>Idle times that split flowlets, in any order; 0 or more each, at most <see cref="GapsMax"/>.</summary>
    public IReadOnlyList<Interval> Gaps { get; init; } = DefaultGaps;

    /// <summary>Difference in delay between the links; a flowlet may move safely behind a gap that is no shorter.</summary>
    public Interval Skew { get; init; } = Interval.FromMicroseconds(3);

    /// <summary>Length of a window of the series, 1 ns or more.</summary>
    public Interval Window { get; init; } = Interval.FromMilliseconds(100);

    /// <summary>Start of what is random; the same seed gives the same answer.</summary>
    public ulong Seed { get; init; }

    /// <summary>What if: links that are gone, one after the other.</summary>
    public IReadOnlyList<LinkId> Without { get; init; } = [];

    /// <summary>What if: so many links instead, as fast as the first one with a speed; each 1 to <see cref="Bundle.LinksMax"/>.</summary>
    public IReadOnlyList<int> LinkCounts { get; init; } = [];

    /// <summary>Is shown every window with traffic, in order, on the thread that runs the statistics; null for nobody.</summary>
    public Action<WindowSeries>? OnWindow { get; init; }

    /// <summary>Whether a second thread runs the statistics; null for where it helps. The answer is the same.</summary>
    public bool? UseSecondThread { get; init; }

    /// <summary>Is told of the idle buckets of every window with traffic, in order; maybe on another thread than the caller's.</summary>
    public Action<BucketWindow>? OnBucketWindow { get; init; }

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Links.Count, 1, nameof(Links));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Links.Count, Bundle.LinksMax, nameof(Links));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Links.Max(link => link.Rate.BitsPerSecond), 0, nameof(Links));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Gaps.Count, GapsMax, nameof(Gaps));
        ArgumentOutOfRangeException.ThrowIfLessThan(Skew, Interval.Zero, nameof(Skew));
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, new Interval(1), nameof(Window));
        foreach (LinkId link in Without)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)link.Index, (uint)Links.Count, nameof(Without));
        }

        foreach (int count in LinkCounts)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(LinkCounts));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Bundle.LinksMax, nameof(LinkCounts));
        }

        foreach (Interval gap in Gaps)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(gap, Interval.Zero, nameof(Gaps));
        }
    }
}
