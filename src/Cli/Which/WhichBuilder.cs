using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Cli.Which;

/// <summary>Answers a checked question.</summary>
internal static class WhichBuilder
{
    /// <summary>Answers listed at most: enough for every flow of most captures, and a document that programs can still read.</summary>
    private const int AnswersMax = 100_000;

    /// <summary>Asks every policy about every flow.</summary>
    public static WhichResult Build(WhichRequest request)
    {
        var answers = new List<WhichAnswer>();
        int listed = Math.Min(request.Flows.Count, Math.Max(1, AnswersMax / request.Deciders.Count));
        foreach (Flow flow in request.Flows.Take(listed))
        {
            for (int i = 0; i < request.Deciders.Count; i++)
            {
                answers.Add(Answer(request, flow, i));
            }
        }

        List<WhichSpread>? spread = request.IsCapture ? [.. request.Deciders.Select(d => Spread(request, d))] : null;
        int first = spread is null ? answers[0].Link ?? 0 : spread[0].Links.ToList().IndexOf(spread[0].Links.MaxBy(l => l.Bytes)!);
        return new WhichResult
        {
            Policy = request.Policy,
            Links = request.Links.Count,
            LinkNames = [.. request.Links.Select(l => l.Name)],
            Device = request.Device,
            Flows = request.IsCapture ? request.Flows.Count(f => f.Headers.Outer.IpVersion != 0) : null,
            OtherConversations = request.IsCapture ? request.Flows.Count(f => f.Headers.Outer.IpVersion == 0) : null,
            Results = answers,
            Spread = spread,
            Without = request.WithoutLink is LinkId link
                ? [.. request.Deciders.Select((d, i) => Loss(request, d, request.WithoutDeciders[i], link))]
                : null,
            Tier2 = request.Tier2 is null ? null : TierTwo.Build(request, new LinkId(first)),
            About = request.Deciders.Count == 1 ? About(request.Deciders[0].Entry.Descriptor) : null,
            Notes = [.. request.Notes, .. Notes(request, listed)],
        };
    }

    private static WhichAnswer Answer(WhichRequest request, Flow flow, int index)
    {
        Decider decider = request.Deciders[index];
        var answer = new WhichAnswer
        {
            Policy = decider.Name,
            Fill = decider.FillName,
            Fields = FieldOption.Show(flow.Headers.Outer),
            Frames = request.IsCapture ? flow.Frames : null,
            Bytes = request.IsCapture ? flow.Bytes : null,
        };
        if (!decider.Applies(flow.Headers) && (request.IsCapture || flow.Headers.Outer.Has(HeaderField.EtherType)))
        {
            return answer with { NotApplicable = "the frame is not IP, so no route decides about it" };
        }

        HeaderField missing = request.IsCapture ? HeaderField.None : decider.Missing(flow.Headers);
        if (missing != HeaderField.None)
        {
            return answer with { Missing = FieldOption.NamesOf(missing) };
        }

        Decision decision = decider.Decide(flow.Headers);
        WhichOther? without = null;
        if (request.WithoutLink is not null)
        {
            Decider left = request.WithoutDeciders[index];
            without = Other(left, left.Decide(flow.Headers), decision);
        }

        WhichOther? reverse = null;
        if (request.Reverse is { } back)
        {
            reverse = Other(back, back.Decide(flow.Reversed()), decision);
        }

        return answer with
        {
            Key = decider.Key(flow.Headers),
            Hash = Hex(decision.Hash),
            Bucket = decision.Bucket,
            Buckets = decider.BucketCount,
            Link = Index(decision.Link),
            LinkName = NameOf(decider.Bundle, decision.Link),
            LinkAssumed = decider.Entry.IsLinkAssumed ? true : null,
            Without = without,
            Reverse = reverse,
        };
    }

    private static WhichOther Other(Decider decider, Decision other, Decision first) => new(
        decider.Name,
        Hex(other.Hash),
        other.Bucket,
        Index(other.Link),
        NameOf(decider.Bundle, other.Link),
        other.Link == first.Link);

    private static WhichSpread Spread(WhichRequest request, Decider decider)
    {
        var flows = new long[request.Links.Count];
        var frames = new long[request.Links.Count];
        var bytes = new long[request.Links.Count];
        foreach (Flow flow in request.Flows.Where(f => decider.Applies(f.Headers)))
        {
            LinkId link = decider.Decide(flow.Headers).Link;
            if (!link.IsNone)
            {
                flows[link.Index]++;
                frames[link.Index] += flow.Frames;
                bytes[link.Index] += flow.Bytes;
            }
        }

        long total = bytes.Sum();
        return new WhichSpread
        {
            Policy = decider.Name,
            Links = [.. request.Links.Select((l, i) => new WhichLoad(l.Name, flows[i], frames[i], bytes[i]))],
            Imbalance = total == 0 ? 1 : bytes.Max() * (double)bytes.Length / total,
        };
    }

    private static WhichLoss Loss(WhichRequest request, Decider before, Decider after, LinkId link)
    {
        int flows = 0;
        int mustMove = 0;
        int moved = 0;
        void Count(in PacketHeaders packet)
        {
            LinkId old = before.Decide(packet).Link;
            flows++;
            mustMove += old == link ? 1 : 0;
            moved += old != after.Decide(packet).Link ? 1 : 0;
        }

        if (request.IsCapture)
        {
            foreach (Flow flow in request.Flows)
            {
                Count(flow.Headers);
            }
        }
        else
        {
            FlowSample.Visit(Count);
        }

        return new WhichLoss
        {
            Policy = before.Name,
            LinkName = request.Links[link.Index].Name,
            Sample = request.IsCapture ? "the capture's flows" : "random TCP flows",
            Flows = flows,
            MustMove = flows == 0 ? 0 : mustMove / (double)flows,
            Moved = flows == 0 ? 0 : moved / (double)flows,
        };
    }

    private static WhichAbout About(TechniqueDescriptor descriptor) => new(descriptor.Summary, descriptor.Remarks, descriptor.Source);

    private static IEnumerable<string> Notes(WhichRequest request, int listed)
    {
        if (listed < request.Flows.Count)
        {
            yield return $"the {listed} largest of {request.Flows.Count} flows are listed; what is said of links counts all of them";
        }

        if (request.Deciders.Any(d => d.Entry.IsLinkAssumed))
        {
            yield return "assumed: the bucket is certain; the box may have moved it to another link since.";
        }
    }

    private static string Hex(uint hash) => $"0x{hash:x8}";

    private static int? Index(LinkId link) => link.IsNone ? null : link.Index;

    private static string? NameOf(Bundle bundle, LinkId link) => link.IsNone ? null : bundle[link].Name;
}
