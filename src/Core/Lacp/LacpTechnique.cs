using Trunkline.Core.Balancing;

namespace Trunkline.Core.Lacp;

/// <summary>LACP as a part of a stack: it says which links a bundle may use, the technique below it which of them a packet takes.</summary>
public static class LacpTechnique
{
    /// <summary>What there is to know of it.</summary>
    public static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "lacp",
        Kind = TechniqueKind.Control,
        Summary = "both ends of a bundle agree over its links; what falls silent, leads elsewhere or has another speed carries nothing",
        Remarks =
            "A static bundle sends to every link with a carrier. With LACP a link that works one way only is left after three silent "
            + "seconds (90 with the long timeout), a miswired one or one of another speed is never used. What a packet does among the links "
            + "in use is the business of the technique below, and no better for LACP. A run begins with all agreed.",
        Source = "IEEE 802.1AX-2014 §6.4",
        Needs = "bundles of two links or more between the same two nodes, at their first level",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("timeout", ParameterKind.Choice, "short", "a partner is given up after 3 s without a word, or after 90 s") { Choices = ["short", "long"] },
            new("mux", ParameterKind.Choice, "independent", "a port collects before it distributes, or does both at once") { Choices = ["independent", "coupled"] },
            new("aggregator", ParameterKind.Choice, "bandwidth", "of several sets of links that agree, the fastest is used, that of most links, or the first")
            {
                Choices = ["bandwidth", "count", "stable"],
            },
            new("min-links", ParameterKind.WholeNumber, "1", "with fewer links in use, none is") { Minimum = 1, Maximum = LacpOptions.PortsMax },
            new("max-links", ParameterKind.WholeNumber, "64", "links beyond this many are on standby") { Minimum = 1, Maximum = LacpOptions.PortsMax },
            new("fallback", ParameterKind.Flag, "false", "one link carries frames while no partner speaks"),
        ],
    };

    /// <summary>How a system speaks, from what was written.</summary>
    /// <param name="part">The name taken apart.</param>
    /// <param name="faults">Every fault found is added, one line each.</param>
    /// <returns>With a system of 0; null with faults.</returns>
    public static LacpOptions? Create(TechniqueName.Part part, ICollection<string> faults) =>
        ParameterSet.Make(part, Descriptor, preset: null, OptionsOf, faults);

    private static LacpOptions OptionsOf(ParameterSet parameters) => new()
    {
        System = 0,
        HasShortTimeout = parameters.Text("timeout") == "short",
        Control = parameters.Text("mux") == "coupled" ? MuxControl.Coupled : MuxControl.Independent,
        Choice = (AggregatorChoice)parameters.Number("aggregator"),
        MinLinks = parameters.Number("min-links"),
        MaxLinks = parameters.Number("max-links"),
        HasFallback = parameters.Flag("fallback"),
    };
}
