using Trunkline.Core.Striping.Sessions;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Multipath TCP: one stream of bytes over several subflows.</summary>
public sealed class Mptcp : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "mptcp",
        Kind = TechniqueKind.Host,
        Summary = "each TCP connection spreads its bytes over several subflows, whose windows grow together, and is put in order at its end",
        Remarks =
            "For all TCP traffic. A subflow gets the next bytes as soon as its window has room, that with the shortest round trip first; the "
            + "receiver puts them in order, within one receive window for all. What a subflow had under way when its timer ran out goes over the "
            + "others too. Linked increases (RFC 6356) take no more of a shared bottleneck than one TCP would; coupling=none leaves each "
            + "subflow the transport's own congestion control. By port, subflows are hashed like other flows and may share a link; reopen "
            + "cures that where it makes one slower than the others, not where all share alike. By address each has a path of its own. With a "
            + "handshake, the other subflows open when the first has, and mice may be over before. Left out: opportunistic retransmission and "
            + "penalties when the receive window is full. Bytes are given out when a window has room for them, which is better "
            + "than what Linux 6.18 did over unequal links (0.4 of their sum from a busy server).",
        Source = "RFC 8684 (protocol), RFC 6356 (linked increases), draft-khalili-mptcp-congestion-control-05 (OLIA); Raiciu et al., SIGCOMM 2011",
        Needs = "both ends to speak it; by=address: an address, and a route, for each path",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("subflows", ParameterKind.WholeNumber, "8", "subflows of a connection; 0 for one a path") { Maximum = SessionPlan.SessionsMax },
            new("by", ParameterKind.Choice, "port", "subflows differ in their source port, which switches hash, or in their address, which is a path")
            {
                Choices = ["port", "address"],
            },
            new("coupling", ParameterKind.Choice, "lia", "how the subflows' windows depend on each other") { Choices = ["lia", "olia", "none"] },
            new("reopen", ParameterKind.Interval, "0ns", "how often a slow subflow may be opened anew from another port; 0 for never")
            {
                Maximum = 3_600_000_000_000,
            },
            new("slow", ParameterKind.Percent, "75%", "slow is a subflow that twice in a row carried less than so much of the mean") { Maximum = 1_000_000 },
        ],
        Presets = [new("reopening", "looks for shared links ten times a second", "none: Linux does not do it", new Dictionary<string, string> { ["reopen"] = "100ms" })],
    };

    private readonly int _subflows;
    private readonly bool _isByAddress;
    private readonly SessionPlan _plan;

    private Mptcp(ParameterSet parameters)
    {
        _subflows = parameters.Number("subflows");
        _isByAddress = parameters.Text("by") == "address";
        if (_isByAddress && parameters.Interval("reopen").Nanoseconds > 0)
        {
            throw new FormatException("a subflow by address keeps its path: reopen draws ports; write by=port, or leave reopen out");
        }

        _plan = new SessionPlan
        {
            Count = Math.Max(1, _subflows),
            Use = SessionUse.Stream,
            Scheduling = SchedulingPolicy.LowestRoundTrip,
            Coupling = parameters.Text("coupling") switch { "lia" => WindowCoupling.Lia, "olia" => WindowCoupling.Olia, _ => WindowCoupling.None },
            Labels = _isByAddress ? SessionPlan.Paths(Math.Max(1, _subflows)) : [],
            Reopen = parameters.Interval("reopen"),
            SlowPpm = parameters.Number("slow"),
        };
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Mptcp(parameters);

    /// <inheritdoc/>
    public override SessionPlan? Divide(in FlowSite site)
    {
        if (_subflows > 0)
        {
            return _plan;
        }

        int subflows = Math.Min(site.Paths, SessionPlan.SessionsMax);
        return _plan with { Count = subflows, Labels = _isByAddress ? SessionPlan.Paths(subflows) : [] };
    }
}
