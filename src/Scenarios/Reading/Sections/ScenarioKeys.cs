using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of a scenario.</summary>
internal static class ScenarioKeys
{
    private const int MinimumPayloadBytes = 46;

    private static readonly Key<string> Name = new("scenario", NameForm.Instance, "A short name") { IsRequired = true };
    private static readonly Key<string> Summary = new("summary", new TextForm("a sentence", 500), "What it shows");
    private static readonly Key<Interval> Duration = new(
        "duration",
        Formed.TimeSpan("200ms"),
        "Simulated time, warm-up included")
    { Default = "200ms" };
    private static readonly Key<Interval> WarmUp = new(
        "warm-up",
        Formed.Time("20ms"),
        "What is left out of every figure, at the beginning")
    { Default = "0" };
    private static readonly Key<IReadOnlyList<ulong>> Seeds = new(
        "seeds",
        new SeedsForm(),
        "How many seeds, or which: each is a run of each technique")
    { Default = "3" };
    private static readonly Key<ByteCount> Mtu = new(
        "mtu",
        Formed.PlainBytes("1500", 128, 65_535),
        "Longest IP packet, in bytes")
    { Default = "1500" };
    private static readonly Key<ByteCount> Overhead = new(
        "frame-overhead",
        Formed.PlainBytes("38", 0, 200),
        "Bytes on the wire beside an IP packet: 38 with preamble and gap, 14 to compare with Linux shapers")
    { Default = "38" };
    private static readonly Key<ByteCount> Minimum = new(
        "frame-minimum",
        Formed.PlainBytes("84", 0, 300),
        "The shortest frame on the wire, overhead included; 46 above the overhead where nothing is written");
    private static readonly Key<IReadOnlyList<Written>> Measure = new(
        "measure",
        Formed.Words("a bundle"),
        "The bundles that the figures are about; with a topology its uplinks, else the first bundle of several links");
    private static readonly Key<IReadOnlyList<Named>> Hosts = new(
        "hosts",
        new NamedForm(NodeKeys.Host, ScenarioLimits.Items),
        "Machines that send and receive");
    private static readonly Key<IReadOnlyList<Named>> Switches = new(
        "switches",
        new NamedForm(NodeKeys.Switch, ScenarioLimits.Items),
        "Switches and routers; under the name of one, or of a tier, that the topology made, what is different there");
    private static readonly Key<IReadOnlyList<Named>> Bundles = new(
        "bundles",
        new NamedForm(BundleKeys.Section, ScenarioLimits.Items) { MayBePatterns = true },
        "Links between them; under the name of one that the topology made, what is different there");
    private static readonly Key<Fields> Topology = new("topology", TopologyKeys.Section, "Hosts, switches and bundles of a usual shape");
    private static readonly Key<IReadOnlyList<Fields>> Traffic = new(
        "traffic",
        new ListForm<Fields>(TrafficKeys.Form, ScenarioLimits.Traffic) { MayBeAlone = false },
        "What is sent")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<Fields>> Events = new(
        "events",
        new ListForm<Fields>(EventKeys.Section, ScenarioLimits.Items) { MayBeAlone = false },
        "What happens to links");
    private static readonly Key<Fields> Transport = new("transport", TransportKeys.Section, "How TCP works");
    private static readonly Key<IReadOnlyList<string>> Techniques = new(
        "techniques",
        new ListForm<string>(TechniqueForm.Instance, 1_000),
        "Techniques to compare");

    /// <summary>A scenario.</summary>
    public static readonly Section Section = new(
        "scenario",
        "A scenario of Trunkline: hosts, switches, bundles of links, traffic, events and the techniques to compare",
        [
            Name, Summary, Duration, WarmUp, Seeds, Mtu, Overhead, Minimum, Measure, Hosts, Switches, Topology, Bundles, Traffic, Events,
            Transport, Techniques,
        ]);

    /// <summary>Puts the scenario together.</summary>
    /// <returns>Null when so much is missing that nothing can be put together.</returns>
    public static Scenario? Read(Fields fields, ReadingContext context)
    {
        bool hasName = fields.TryRequire(Name, "a-name", out string name);
        var draft = new Draft(context);
        ReadNetwork(fields, draft);

        Interval duration = fields.Get(Duration, Interval.FromMilliseconds(200)), warmUp = fields.Get(WarmUp, Interval.Zero);
        if (warmUp >= duration)
        {
            fields.Fault(WarmUp, $"{warmUp} leaves nothing of the run of {duration}; write less");
        }

        int mtu = (int)fields.Get(Mtu, new ByteCount(1_500)).Bytes, overhead = (int)fields.Get(Overhead, new ByteCount(38)).Bytes;
        if (mtu + overhead > ScenarioLimits.FrameBytes)
        {
            string frames = $"{mtu} bytes and {overhead} of frame-overhead are more than a frame may have ({ScenarioLimits.FrameBytes})";
            fields.Fault(Mtu, $"{frames}; write at most {ScenarioLimits.FrameBytes - overhead}");
        }

        int shortest = (int)fields.Get(Minimum, new ByteCount(overhead + MinimumPayloadBytes)).Bytes;
        var limits = new LinkLimits(draft, Math.Max(mtu + overhead, shortest));
        limits.CheckLinks();
        limits.CheckNeighbours();
        limits.CheckWays();
        Transport transport = TransportKeys.Read(fields.Below(Transport), new Transport());
        IReadOnlyList<Traffic> traffic = fields.TryRequire(Traffic, "and a list", out IReadOnlyList<Fields> items)
            ? TrafficKeys.Read(items, draft, transport, duration, mtu)
            : [];
        if (fields.TryGet(Traffic, out items) && items.Count == 0)
        {
            fields.Fault(Traffic, "is empty; write what is sent, such as {kind: elephants, from: h1, to: h2}");
        }

        IReadOnlyList<string> measured = fields.TryGet(Measure, out IReadOnlyList<Written> words)
            ? draft.BundleNames.ResolveAll(words, context)
            : draft.MeasuredByDefault;
        if (measured.Count == 0 && draft.Bundles.Count > 0)
        {
            measured = [(draft.Bundles.Find(b => b.Links.Count > 1) ?? draft.Bundles[0]).Name];
        }

        var scenario = new Scenario
        {
            Name = name ?? "",
            Summary = fields.Get(Summary, ""),
            Duration = duration,
            WarmUp = warmUp,
            Seeds = fields.Get(Seeds, [1, 2, 3]),
            MtuBytes = mtu,
            FrameOverheadBytes = overhead,
            FrameBytesMin = shortest,
            Hosts = draft.Hosts,
            Switches = draft.Switches,
            Bundles = draft.Bundles,
            Traffic = traffic,
            Events = EventKeys.Read(fields.Get(Events, []), draft, limits, duration),
            Transport = transport,
            Techniques = fields.Get(Techniques, []),
            Measured = measured,
        };
        return hasName && context.Faults.Count == 0 ? scenario : null;
    }

    private static void ReadNetwork(Fields fields, Draft draft)
    {
        NodeKeys.ReadHosts(fields.Get(Hosts, []), draft);
        if (fields.Below(Topology) is Fields topology)
        {
            TopologyKeys.Read(topology, draft);
        }

        // Behind the generator, whose switches they may change; in the scenario the file's own come first.
        int made = draft.Switches.Count;
        NodeKeys.ReadSwitches(fields.Get(Switches, []), draft);
        draft.MoveToEnd(made);
        draft.HostNames.TryAddGroup("all", [.. draft.HostNames.Names]);
        BundleKeys.Read(fields.Get(Bundles, []), draft);
        if (!fields.Has(Topology) && !(fields.Has(Hosts) && fields.Has(Bundles)))
        {
            fields.Fault("there is no network; write hosts: and bundles:, or topology:");
        }
        else if (draft.Bundles.Count == 0 && draft.Context.Faults.Count == 0)
        {
            fields.Fault("there are no bundles, so nobody is connected; write bundles:");
        }
    }
}
