using System.Globalization;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>Plays a written trace through a rule and compares the links that it picks with those written.</summary>
/// <remarks>
/// Lines: <c>12us hash 5 1000B -> 1</c>, a packet and its link (or none); <c>20us down 1</c>, <c>up 1</c>, a link's change;
/// <c>1s tick</c>, deadlines only; <c>moves 3 unsafe 1</c>, the counters; what follows # is for the reader. Each trace is played from
/// time 0 and from an instant of the Unix epoch, packet by packet and, where nothing but packets comes, as one batch.
/// </remarks>
internal static class Trace
{
    private const long Epoch = 1_782_000_000_000_000_000;

    public static void Play(string technique, Link[] links, string table, ulong seed = 1)
    {
        string[][] lines = [.. table.Split('\n').Select(Words).Where(words => words.Length > 0)];
        string expected = Render(lines);
        Assert.Equal(expected, Render(Single(technique, links, lines, seed, 0)));
        Assert.Equal(expected, Render(Single(technique, links, lines, seed, Epoch)));
        if (lines.All(words => words[0] == "moves" || words[1] == "hash"))
        {
            Assert.Equal(expected, Render(Batch(technique, links, lines, seed, Epoch)));
        }
    }

    private static List<string[]> Single(string technique, Link[] links, string[][] lines, ulong seed, long origin)
    {
        var bundle = new Bundle(links);
        IBalancer balancer = TestRules.Make(technique, bundle, seed);
        var played = new List<string[]>();
        foreach (string[] words in lines)
        {
            string[] line = [.. words];
            played.Add(line);
            if (words[0] == "moves")
            {
                (line[1], line[3]) = ($"{balancer.Moves.Moves}", $"{balancer.Moves.UnsafeMoves}");
                continue;
            }

            long nowNs = origin + TimeOf(words);
            switch (words[1])
            {
                case "hash":
                    int link = balancer.Send(bundle, HashOf(words), BytesOf(words), nowNs);
                    line[^1] = link < 0 ? "none" : $"{link}";
                    break;
                case "tick":
                    balancer.KeepDeadlines(new Timestamp(nowNs));
                    break;
                default:
                    balancer.KeepDeadlines(new Timestamp(nowNs));
                    bundle.SetUp(new LinkId(int.Parse(words[2], CultureInfo.InvariantCulture)), words[1] == "up");
                    balancer.OnLinkChange(new Timestamp(nowNs));
                    break;
            }
        }

        return played;
    }

    private static List<string[]> Batch(string technique, Link[] links, string[][] lines, ulong seed, long origin)
    {
        var bundle = new Bundle(links);
        IBalancer balancer = TestRules.Make(technique, bundle, seed);
        OfferedPacket[] packets = [.. lines.Where(words => words[0] != "moves")
            .Select(words => new OfferedPacket(HashOf(words), BytesOf(words), new Timestamp(origin + TimeOf(words))))];
        var picked = new LinkId[packets.Length];
        balancer.PickMany(packets, picked);

        // Counters written in between are those of the line-by-line run; at the end both must agree.
        int next = 0;
        return [.. lines.Select(words => words[0] == "moves"
            ? next < packets.Length ? words : ["moves", $"{balancer.Moves.Moves}", "unsafe", $"{balancer.Moves.UnsafeMoves}"]
            : [.. words[..^1], picked[next++] is { IsNone: false } link ? $"{link.Index}" : "none"])];
    }

    private static string[] Words(string line)
    {
        int comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Render(IEnumerable<string[]> lines) => string.Join('\n', lines.Select(words => string.Join(' ', words)));

    private static long TimeOf(string[] words)
    {
        Assert.True(Interval.TryParse(words[0], out Interval time), words[0]);
        return time.Nanoseconds;
    }

    private static uint HashOf(string[] words) => uint.Parse(words[2], CultureInfo.InvariantCulture);

    private static int BytesOf(string[] words)
    {
        Assert.True(ByteCount.TryParse(words[3], out ByteCount bytes), words[3]);
        return (int)bytes.Bytes;
    }
}
