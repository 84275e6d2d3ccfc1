using System.Globalization;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Hosts;

/// <summary>Plays a written trace of flows through a technique of hosts, and compares the labels that it chooses with those written.</summary>
/// <remarks>
/// A line is a time, a flow, what happens to it, and its label then: <c>12us a send 1000 100B flight 2 -> v1</c> (payload before it, its own,
/// segments under way; <c>again</c> for a retransmission), <c>20us a ack 2 1 sent 12us -> v1</c> (delivered, of them marked, when the answered
/// segment left), <c>30us a round 10 1 flight 3 -> v1</c>, <c>40us a timeout -> v2</c>. Labels: <c>-</c> none, <c>v1</c> a value, <c>p1</c> a path,
/// <c>c1</c> behind it a priority class; <c>until 50us</c>: it sends nothing before. <c>moves a 3 unsafe 1</c>: the counters. What follows # is for the reader. A flow opens at its first line;
/// all go from host 0 to host 1. <c>x1</c>, <c>x2</c>: values drawn, by when they first came. <c>20us echo 2 rtt 50us marked</c>: the answer to a probe of path 2.
/// </remarks>
internal static class HostTrace
{
    private static readonly Interval RoundTrip = Interval.FromMicroseconds(100);

    private const long Epoch = 1_782_000_000_000_000_000;

    /// <summary>Plays a trace from time 0, and from an instant of the Unix epoch.</summary>
    public static void Play(string technique, int paths, string table, Func<string, ulong>? seedOf = null)
    {
        Play(Make(technique), TableOf([.. Enumerable.Repeat(10, paths)]), table, seedOf);
        Play(Make(technique), TableOf([.. Enumerable.Repeat(10, paths)]), table, seedOf, Epoch);
    }

    public static void Play(HostTechnique technique, PathTable paths, string table, Func<string, ulong>? seedOf = null, long origin = 0)
    {
        string[][] lines = [.. table.Split('\n').Select(Words).Where(words => words.Length > 0)];
        var flows = new Dictionary<string, PathSelector>();
        var drawn = new List<int>();
        var played = new List<string[]>();
        foreach (string[] words in lines)
        {
            string[] line = [.. words];
            played.Add(line);
            if (words[0] == "moves")
            {
                (line[2], line[4]) = ($"{flows[words[1]].Moves.Moves}", $"{flows[words[1]].Moves.UnsafeMoves}");
                continue;
            }

            var now = new Timestamp(origin + TimeOf(words[0]));
            if (words[1] == "echo")
            {
                technique.OnEcho(new HostProbe(0, 1, Number(words[2]), 84, 0), new Interval(TimeOf(words[4])), words[^1] == "marked", now);
                continue;
            }

            if (!flows.TryGetValue(words[1], out PathSelector? flow))
            {
                ulong seed = seedOf?.Invoke(words[1]) ?? 1;
                flow = technique.Open(new FlowSite(flows.Count, 0, 1, 10, 11, 0, paths, seed, now))!;
                flows.Add(words[1], flow);
            }

            Tell(flow, words, origin, now);
            int label = Array.IndexOf(words, "->") + 1;
            string pause = flow.ResumesAt > now ? $"until {(flow.ResumesAt.Nanoseconds - origin) / 1000}us" : "";
            played[^1] = [.. words[..label], TextOf(flow, words[label].StartsWith('x') ? drawn : null), .. pause.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        }

        Assert.Equal(Render(lines), Render(played));
    }

    /// <summary>A technique from its name.</summary>
    public static HostTechnique Make(string technique)
    {
        Assert.Null(TechniqueName.TryParsePart(technique, out TechniqueName.Part? part));
        var faults = new List<string>();
        HostTechnique? made = HostCatalog.Create(part!, 7, faults);
        Assert.Empty(faults);
        return made!;
    }

    /// <summary>What chooses the path of one flow.</summary>
    public static PathSelector Open(string technique, ulong seed = 1) =>
        Make(technique).Open(new FlowSite(0, 0, 1, 10, 11, 0, TableOf(10, 10), seed, Timestamp.Zero))!;

    /// <summary>Paths of so many gigabits per second.</summary>
    public static PathTable TableOf(params int[] gigabits)
    {
        BitRate[] rates = [.. gigabits.Select(g => new BitRate(g * 1_000_000_000L))];
        var table = new PathTable();
        table.Set(rates, rates);
        return table;
    }

    /// <summary>A seed whose first draw below a bound is this.</summary>
    public static ulong SeedFor(uint draw, uint bound)
    {
        ulong seed = 1;
        while (new RandomSource(seed).Below(bound) != draw && seed < 1000ul * bound)
        {
            seed++;
        }

        return seed;
    }

    private static void Tell(PathSelector flow, string[] words, long origin, Timestamp now)
    {
        switch (words[2])
        {
            case "send":
                flow.OnSend(new PathSegment(Number(words[3]), Number(words[4].TrimEnd('B')), words.Contains("again"), After(words, "flight")), now);
                break;
            case "ack":
                flow.OnAck(new PathAck(Number(words[3]), Number(words[4]), 0, new Timestamp(origin + TimeOf(words[6])), RoundTrip, After(words, "flight")), now);
                break;
            case "round":
                flow.OnRound(new PathRound(Number(words[3]), Number(words[4]), RoundTrip, After(words, "flight")), now);
                break;
            default:
                flow.OnTimeout(now);
                break;
        }
    }

    private static string TextOf(PathSelector flow, List<int>? drawn)
    {
        if (drawn is not null && flow.Label != PathLabel.None)
        {
            if (!drawn.Contains(flow.Label.Value))
            {
                drawn.Add(flow.Label.Value);
            }

            return $"x{drawn.IndexOf(flow.Label.Value) + 1}";
        }

        string label = flow.Label == PathLabel.None ? "-" : $"{(flow.Label.IsPath ? 'p' : 'v')}{flow.Label.Number}";
        return flow.PriorityClass is { } number ? $"{label}c{number}" : label;
    }

    private static string[] Words(string line)
    {
        int comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Render(IEnumerable<string[]> lines) => string.Join('\n', lines.Select(words => string.Join(' ', words)));

    private static int After(string[] words, string word) => Array.IndexOf(words, word) is var at and >= 0 ? Number(words[at + 1]) : 0;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static long TimeOf(string text)
    {
        Assert.True(Interval.TryParse(text, out Interval time), text);
        return time.Nanoseconds;
    }
}
