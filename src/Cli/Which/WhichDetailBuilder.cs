using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Cli.Which;

/// <summary>What a report shows beside the answer: tables of buckets, and how many flows spread.</summary>
internal static class WhichDetailBuilder
{
    private const int BucketsMax = 256;

    /// <summary>Looks at the tables, and where no capture has flows at random ones.</summary>
    /// <param name="request">The question, answered.</param>
    /// <param name="result">The answer.</param>
    /// <param name="command">The command line that gives it again.</param>
    public static WhichDetail Build(WhichRequest request, WhichResult result, string command)
    {
        Flow shown = request.Capture?.Kept[0] ?? request.Given!;
        return new WhichDetail
        {
            Command = command,
            Tables = [.. request.Deciders.Select((decider, i) => TableOf(decider, shown, result.Results[i].Bucket ?? 0))],
            Sample = request.Capture is null ? Sample(request.Deciders) : null,
        };
    }

    private static WhichTable TableOf(Decider decider, Flow shown, int bucket)
    {
        int first = decider.BucketCount <= BucketsMax ? 0 : Math.Clamp(bucket - (BucketsMax / 2), 0, decider.BucketCount - BucketsMax);
        var counts = new int[decider.Bundle.Count];
        for (int i = 0; i < decider.BucketCount; i++)
        {
            if (decider.LinkOf(i) is { IsNone: false } link)
            {
                counts[link.Index]++;
            }
        }

        HeaderField reads = decider.Reads(shown.Headers);
        return new WhichTable(
            decider.Name,
            decider.Entry.Descriptor.Summary,
            [.. FieldOption.All.Where(o => (reads & o.Field) != 0).Select(o => o.Name)],
            first,
            [.. Enumerable.Range(first, Math.Min(BucketsMax, decider.BucketCount)).Select(i => decider.LinkOf(i) is { IsNone: false } link ? link.Index : -1)],
            counts);
    }

    private static WhichSpread[] Sample(IReadOnlyList<Decider> deciders)
    {
        Tally[] tallies = [.. deciders.Select(decider => new Tally(decider, null, null))];
        FlowSample.Visit((in PacketHeaders packet) =>
        {
            foreach (Tally tally in tallies)
            {
                tally.Add(packet, 1, 1, isNew: true);
            }
        });
        return [.. tallies.Select(tally => tally.Spread())];
    }
}
