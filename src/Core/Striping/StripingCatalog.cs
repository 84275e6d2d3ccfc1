using Trunkline.Core.Balancing;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>A striping technique in the catalog: its descriptor and how to make it.</summary>
/// <param name="Descriptor">What it is, with its presets.</param>
/// <param name="Create">Makes it from checked parameters; throws <see cref="FormatException"/> with what to write when they do not go together.</param>
public sealed record StripingEntry(TechniqueDescriptor Descriptor, Func<ParameterSet, StripeTechnique> Create);

/// <summary>The techniques that use all links of a bundle for each flow, and put its packets in order at the far end.</summary>
public static class StripingCatalog
{
    private const string FromSkew = "0s";

    private static readonly ParameterDescriptor Timer = new(
        "timer", ParameterKind.Interval, FromSkew, "how long the far end waits for what is missing; 0s for the skew of the links and their queues")
    {
        Maximum = Interval.FromSeconds(60).Nanoseconds,
    };

    /// <summary>The techniques, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<StripingEntry> All { get; } =
    [
        new(
            new TechniqueDescriptor
            {
                Name = "trunk",
                Kind = TechniqueKind.Stripe,
                Summary = "frames from one queue to the link that is free first, all links made equally long",
                Remarks =
                    "The trunk measures its links when it forms and holds what the faster ones carry, so that first bytes arrive in the "
                    + "order in which they were sent, without numbers. The far end holds a short frame until the long one before it, on "
                    + "another link, is complete. No flow is faster than the trunk, and none is reordered.",
                Source = "Brocade Fabric OS Administrator's Guide, ISL trunking; trunkShow",
                Needs = "the same far end for all links, in one port group of one ASIC at either end; equal speeds; at most 8 links",
                Verbs = TechniqueVerbs.Compare,
                Parameters =
                [
                    new("skew-max", ParameterKind.Interval, "1ms", "difference of the links' delays up to which a trunk forms")
                    {
                        Maximum = Interval.FromSeconds(1).Nanoseconds,
                    },
                    new("skew-advised", ParameterKind.Interval, "1ms", "difference above which there is a warning")
                    {
                        Maximum = Interval.FromSeconds(1).Nanoseconds,
                    },
                ],
                Presets =
                [
                    new(
                        "brocade",
                        "cables that differ by 550 m at most, and better by no more than 30 m",
                        "Brocade SilkWorm 4100 hardware reference; 5 ns/m",
                        new Dictionary<string, string> { ["skew-max"] = "2750ns", ["skew-advised"] = "150ns" }),
                ],
            },
            parameters => new StripeTechnique("") { Trunk = new TrunkLimits(parameters.Interval("skew-max"), parameters.Interval("skew-advised")) }),
        new(
            new TechniqueDescriptor
            {
                Name = "mlppp",
                Kind = TechniqueKind.Stripe,
                Summary = "Multilink PPP: packets or their fragments, numbered, on all links; put together at the far end",
                Remarks =
                    "What is missing below the least of the links' last numbers is lost, and its packet with it. A fragment of F bytes "
                    + "leaves F / (F + overhead) of the links for packets: 99.3 % for 1500 bytes in the long form, 90.1 % for 100. Beyond "
                    + "the standard there is a timer, for links that fall silent. Compression, classes and LCP are left out.",
                Source = "RFC 1990; classes: RFC 2686",
                Needs = "the same far end for all links; links that keep order",
                Verbs = TechniqueVerbs.Compare,
                Parameters =
                [
                    new("sequence", ParameterKind.Choice, "long", "numbers of 24 bits in headers of 4 bytes, or of 12 bits in 2") { Choices = ["long", "short"] },
                    new("fragment", ParameterKind.ByteCount, "0B", "most bytes of a packet in a fragment, from 32B; 0B for whole packets") { Maximum = 65_535 },
                    new("split", ParameterKind.Flag, "false", "cut each packet into an equal piece for every link"),
                    new("choice", ParameterKind.Choice, "round-robin", "which link a fragment takes: the next, or that where it leaves first")
                    {
                        Choices = ["round-robin", "shortest"],
                    },
                    new("framing", ParameterKind.ByteCount, "7B", "bytes around a fragment beside the header: flag, address, control, protocol, FCS") { Maximum = 64 },
                    new("mrru", ParameterKind.ByteCount, "9216B", "longest packet that is put together") { Minimum = 64, Maximum = 65_535 },
                    Timer,
                ],
                Presets =
                [
                    new("long", "the long form, whole packets in turn", "RFC 1990 §3", new Dictionary<string, string> { ["sequence"] = "long" }),
                    new("short", "the short form, whole packets in turn", "RFC 1990 §3", new Dictionary<string, string> { ["sequence"] = "short" }),
                ],
            },
            CreateMlppp),
        new(
            new TechniqueDescriptor
            {
                Name = "spray",
                Kind = TechniqueKind.Stripe,
                Summary = "packets over all links, and put in order at the far end or not",
                Remarks =
                    "The sender numbers packets and a resequencer at the far end holds what comes early, up to skew x sum of the links' "
                    + "rates. It gives up what is missing after the timer, or once every link has brought a later number. Without it the "
                    + "receiver's TCP has to stand the reordering.",
                Source = "our design; the loss rule of RFC 1990 §4.1",
                Needs = "the same far end for all links, which puts packets in order; bare: receivers that stand reordering",
                Verbs = TechniqueVerbs.Compare,
                Parameters =
                [
                    new("choice", ParameterKind.Choice, "round-robin", "which link a packet takes: the next, one at random, or that where it leaves first")
                    {
                        Choices = ["round-robin", "random", "shortest"],
                    },
                    new("resequencer", ParameterKind.Flag, "true", "put packets in order at the far end"),
                    Timer,
                    new("late", ParameterKind.Choice, "deliver", "what comes after it was given up: pass it on, or drop it") { Choices = ["deliver", "discard"] },
                ],
                Presets =
                [
                    new("resequenced", "in turn, put in order at the far end", "our design", new Dictionary<string, string> { ["resequencer"] = "true" }),
                    new(
                        "bare",
                        "in turn, and nobody puts it in order",
                        "Linux drivers/net/bonding/bond_main.c (balance-rr)",
                        new Dictionary<string, string> { ["resequencer"] = "false" }),
                ],
            },
            CreateSpray),
    ];

    /// <summary>A technique by its exact name, with its preset when one is named: <c>mlppp</c>, <c>mlppp/short</c>.</summary>
    /// <param name="name">The name as written, without parameters.</param>
    /// <param name="preset">The preset; null when the name has none.</param>
    /// <returns>Null when there is no such technique or preset.</returns>
    public static StripingEntry? Find(string name, out PresetDescriptor? preset) => NamedEntry.Find(All, e => e.Descriptor, name, out preset);

    /// <summary>Makes a technique from its name and parameters as written.</summary>
    /// <param name="text">Such as <c>mlppp/short:fragment=256B</c>.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>Null when there are faults.</returns>
    public static StripeTechnique? Create(string text, ICollection<string> faults)
    {
        if (TechniqueName.TryParse(text, out TechniqueName? name) is string wrong)
        {
            faults.Add(wrong);
            return null;
        }

        if (Find(name!.Head.Name, out PresetDescriptor? preset) is not StripingEntry entry)
        {
            faults.Add($"{name.Head.Name}: no such stripe; there are {string.Join(", ", All.Select(entry => entry.Descriptor.Name))}");
            return null;
        }

        if (name.Policy is not null)
        {
            faults.Add($"{text}: a stripe asks no policy; write {name.Head}");
            return null;
        }

        return ParameterSet.Make(name.Head, entry.Descriptor, preset, entry.Create, faults) is StripeTechnique made ? made with { Name = text } : null;
    }

    private static StripeTechnique CreateMlppp(ParameterSet parameters)
    {
        int fragmentBytes = parameters.Number("fragment");
        if (fragmentBytes is > 0 and < MlpppOptions.FragmentBytesMin)
        {
            throw new FormatException($"fragment: {parameters.Text("fragment")} is too little; write 0B or {MlpppOptions.FragmentBytesMin}B and more");
        }

        return new StripeTechnique("")
        {
            Timer = TimerOf(parameters),
            Mlppp = new MlpppOptions
            {
                Form = parameters.Text("sequence") == "short" ? MlpppForm.Bits12 : MlpppForm.Bits24,
                FragmentBytes = fragmentBytes,
                IsSplit = parameters.Flag("split"),
                ToShortestQueue = parameters.Text("choice") == "shortest",
                FramingBytes = parameters.Number("framing"),
                ReconstructedBytesMax = parameters.Number("mrru"),
            },
        };
    }

    private static StripeTechnique CreateSpray(ParameterSet parameters)
    {
        string choice = parameters.Text("choice");
        return new StripeTechnique("")
        {
            Timer = TimerOf(parameters),
            Spray = new SprayOptions(
                choice == "shortest" ? "shortest-queue" : choice, parameters.Flag("resequencer"), parameters.Text("late") == "deliver"),
        };
    }

    private static Interval? TimerOf(ParameterSet parameters) => parameters["timer"] == 0 ? null : parameters.Interval("timer");
}
