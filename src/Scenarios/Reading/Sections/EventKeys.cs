using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of events.</summary>
internal static class EventKeys
{
    private const int TimesMax = 1_000;
    private const int EventsMax = 100_000;

    private static readonly Key<Interval> At = new("at", Formed.Time("50ms"), "When, from the start of the run") { IsRequired = true };
    private static readonly Key<IReadOnlyList<Written>> Link = new(
        "link",
        Formed.Words("a link, such as uplinks/2"),
        "The link: its bundle, a slash, and its index, a range (0..1), * or the node at its far end")
    { IsRequired = true };
    private static readonly Key<bool> Down = new("down", new MarkForm(), "It loses its carrier");
    private static readonly Key<bool> Up = new("up", new MarkForm(), "It works again as at first");
    private static readonly Key<bool> Silent = new("silent", new MarkForm(), "It loses every frame, and nobody is told");
    private static readonly Key<BitRate> Rate = new("rate", Formed.Rate("1Gb/s"), "Its new speed");
    private static readonly Key<Interval> Delay = new(
        "delay",
        new IntervalForm("10us", Interval.Zero, ScenarioLimits.Delay),
        "Its new delay");
    private static readonly Key<int> Loss = new(
        "loss",
        new PercentForm("0.1%", 0, 1_000_000),
        "The share of frames that it loses at random from now on");
    private static readonly Key<Interval> Flap = new(
        "flap",
        Formed.TimeSpan("5ms"),
        "It goes down for so long, comes up for so long, and again");
    private static readonly Key<int> Times = new("times", new WholeForm(1, TimesMax), "How often it flaps") { Default = "1" };
    private static readonly Key<Interval> DetectAfter = new(
        "detect-after",
        Formed.Time("10ms"),
        "How long after it the ends take note")
    { Default = "0" };

    private static readonly Key<LinkDirections> Direction = new(
        "direction",
        new ChoiceForm<LinkDirections>(("both", LinkDirections.Both), ("forth", LinkDirections.Forth), ("back", LinkDirections.Back)),
        "Which direction of the link: from the bundle's near end (forth), towards it (back), or both")
    { Default = "both" };

    private static readonly Key[] Changes = [Down, Up, Silent, Rate, Delay, Loss, Flap];

    /// <summary>An event.</summary>
    public static readonly Section Section = new(
        "event",
        "What happens to a link, and when",
        [At, Link, .. Changes, Times, Direction, DetectAfter]);

    /// <summary>The events of the file, in time order.</summary>
    public static IReadOnlyList<LinkEvent> Read(IReadOnlyList<Fields> items, Draft draft, LinkLimits limits, Interval duration)
    {
        var read = new List<LinkEvent>();
        foreach (Fields fields in items)
        {
            bool hasTime = fields.TryRequire(At, "50ms", out Interval at);
            bool hasLinks = fields.TryRequire(Link, "uplinks/2", out IReadOnlyList<Written> links);
            if (hasTime && at >= duration)
            {
                fields.Fault(At, $"{at} is not within the run of {duration}; write less");
            }

            if (Changes.Count(fields.Has) != 1)
            {
                fields.Fault($"write one of {string.Join(", ", Changes.Select(k => k.Name))}");
            }

            if (fields.Has(Times) && !fields.Has(Flap))
            {
                fields.Fault(Times, "belongs to flap; write flap: 5ms");
            }

            var plain = new LinkEvent(at, "", 0, KindOf(fields))
            {
                Directions = fields.Get(Direction, LinkDirections.Both),
                Rate = fields.Get(Rate, default),
                Delay = fields.Get(Delay, default),
                LossPpm = fields.Get(Loss, 0),
                DetectAfter = fields.Get(DetectAfter, Interval.Zero),
            };
            int times = fields.Get(Times, 1);
            Interval? flap = fields.Find(Flap);
            foreach ((string bundle, int link) in hasLinks ? links.SelectMany(l => Find(l, draft)) : [])
            {
                Check(fields, draft.Bundle(bundle), link, limits);
                LinkEvent each = plain with { Bundle = bundle, Link = link };
                read.AddRange(flap is Interval period ? Flapping(each, period, times, duration) : [each]);
                if (read.Count > EventsMax)
                {
                    fields.Fault($"more than {EventsMax:N0} events; write fewer");
                    return [];
                }
            }
        }

        return [.. read.OrderBy(e => e.At.Nanoseconds)];
    }

    private static void Check(Fields fields, LinkBundle bundle, int link, LinkLimits limits)
    {
        if (fields.TryGet(Rate, out BitRate rate) && limits.FaultOfRate(bundle, link, rate) is string slow)
        {
            fields.Fault(Rate, slow);
        }

        if (fields.TryGet(Delay, out Interval delay) && LinkLimits.FaultOfDelay(bundle, link, delay) is string late)
        {
            fields.Fault(Delay, late);
        }
    }

    private static LinkEventKind KindOf(Fields fields)
    {
        // The marks are read even where another key decides, so that what is wrong with them is told.
        bool isUp = fields.Get(Up, false), isSilent = fields.Get(Silent, false), isDown = fields.Get(Down, false);
        return isUp ? LinkEventKind.Up
            : isSilent ? LinkEventKind.Silent
            : isDown || fields.Has(Flap) ? LinkEventKind.Down
            : fields.Has(Rate) ? LinkEventKind.Rate
            : fields.Has(Delay) ? LinkEventKind.Delay
            : LinkEventKind.Loss;
    }

    private static IEnumerable<LinkEvent> Flapping(LinkEvent first, Interval period, int times, Interval duration)
    {
        Interval at = first.At;
        for (int i = 0; i < times && at < duration; i++, at += period + period)
        {
            yield return first with { At = at };
            if (at + period < duration)
            {
                yield return first with { At = at + period, Kind = LinkEventKind.Up };
            }
        }
    }

    private static IEnumerable<(string Bundle, int Link)> Find(Written written, Draft draft)
    {
        int slash = written.Text.LastIndexOf('/');
        if (slash < 0)
        {
            string text = Yaml.Shown.Clip(written.Text);
            draft.Context.Fault(written, $"\"{text}\" names no link; write BUNDLE/INDEX, such as uplinks/2 ({draft.BundleNames.Describe()})");
            return [];
        }

        IReadOnlyList<string> bundles = draft.BundleNames.Resolve(written with { Text = written.Text[..slash] }, draft.Context) ?? [];
        return from bundle in bundles
               from link in LinkChoice.Find(draft.Bundle(bundle), written.Text[(slash + 1)..], written, draft.Context) ?? []
               select (bundle, link);
    }
}
