using System.Globalization;
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

    /// <summary>Asks every policy about every flow; reads the capture, if there is one.</summary>
    /// <param name="request">The question.</param>
    /// <param name="fault">Why the capture answers nothing.</param>
    /// <returns>Null when the capture answers nothing.</returns>
    public static WhichResult? Build(WhichRequest request, out string fault)
    {
        var tallies = request.Deciders
            .Select((d, i) => new Tally(d, request.WithoutLink is null ? null : request.WithoutDeciders[i], request.WithoutLink))
            .ToList();
        if (request.Capture is { } capture)
        {
            void Count(Flow flow) => tallies.ForEach(t => t.Add(flow.Headers, flow.Frames, flow.Bytes, !flow.IsBack));
            if (capture.Read(Count) is string empty)
            {
                fault = $"--capture: {empty}";
                return null;
            }
        }
        else if (request.WithoutLink is not null)
        {
            FlowSample.Visit((in PacketHeaders packet) =>
            {
                foreach (Tally tally in tallies)
                {
                    tally.Add(packet, 1, 1, isNew: true);
                }
            });
        }

        fault = "";
        return Build(request, tallies);
    }

    private static WhichResult Build(WhichRequest request, List<Tally> tallies)
    {
        IReadOnlyList<Flow> flows = request.Capture?.Kept ?? [request.Given!];
        int listed = Math.Min(flows.Count, Math.Max(1, AnswersMax / request.Deciders.Count));
        var answers = new List<WhichAnswer>();
        foreach (Flow flow in flows.Take(listed))
        {
            for (int i = 0; i < request.Deciders.Count; i++)
            {
                answers.Add(Answer(request, flow, i));
            }
        }

        CaptureFlows? capture = request.Capture;
        LinkId followed = capture is null ? new LinkId(answers[0].Link ?? 0) : tallies[0].Fullest;
        string sample = capture is null ? "random TCP flows" : "the capture's flows";
        return new WhichResult
        {
            Policy = request.Policy,
            Links = request.Links.Count,
            LinkNames = [.. request.Links.Select(l => l.Name)],
            Device = request.Device,
            Flows = capture?.IpFlows,
            OtherConversations = capture?.OtherConversations,
            Results = answers,
            Spread = capture is null ? null : [.. tallies.Select(t => t.Spread())],
            Without = request.WithoutLink is null ? null : [.. tallies.Select(t => t.Loss(sample))],
            Tier2 = request.Tier2 is null ? null : TierTwo.Build(request, followed),
            About = request.Deciders.Count == 1 ? About(request.Deciders[0].Entry.Descriptor) : null,
            Notes = [.. request.Notes, .. capture?.Notes ?? [], .. Notes(request, listed)],
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
            Frames = request.Capture is not null ? flow.Frames : null,
            Bytes = request.Capture is not null ? flow.Bytes : null,
        };
        if (!decider.Applies(flow.Headers) && (request.Capture is not null || flow.Headers.Outer.Has(HeaderField.EtherType)))
        {
            return answer with { NotApplicable = "the frame is not IP, so no route decides about it" };
        }

        HeaderField missing = request.Capture is not null ? HeaderField.None : decider.Missing(flow.Headers);
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

    private static WhichAbout About(TechniqueDescriptor descriptor) => new(descriptor.Summary, descriptor.Remarks, descriptor.Source);

    private static IEnumerable<string> Notes(WhichRequest request, int listed)
    {
        long flows = request.Capture is { } capture ? capture.IpFlows + capture.OtherConversations : 1;
        if (listed < flows)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"the {listed:N0} largest of {flows:N0} flows are listed; what is said of links counts all of them");
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
