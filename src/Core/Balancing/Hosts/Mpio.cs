using Trunkline.Core.Striping.Sessions;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Multipath I/O: requests of a block device over several sessions, each whole over one.</summary>
public sealed class Mpio : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "mpio",
        Kind = TechniqueKind.Host,
        Summary = "storage requests go over several sessions, each request whole over one, which a policy chooses",
        Remarks =
            "For storage traffic and elephants; other TCP is left alone. An elephant is cut into requests of one block, of which depth are under "
            + "way. Requests end in any order, so that nothing waits for another path. Round robin gives every path as many requests: over "
            + "unequal links it is as fast as the slowest times their number. Service time divides what a session has under way by the rate "
            + "that was measured. New requests avoid a session whose timer ran out; those under way on it wait for it, as they do until "
            + "replacement_timeout (120 s).",
        Source = "Linux drivers/md/dm-ps-round-robin.c, dm-ps-queue-length.c, dm-ps-service-time.c; Windows MPIO policies",
        Needs = "a target with several portals (by=address), or one that takes several sessions (by=port)",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("sessions", ParameterKind.WholeNumber, "0", "sessions; 0 for one a path") { Maximum = SessionPlan.SessionsMax },
            new("by", ParameterKind.Choice, "address", "sessions differ in their address, which is a path, or in their source port, which switches hash")
            {
                Choices = ["address", "port"],
            },
            new("policy", ParameterKind.Choice, "service-time", "which session the next request takes")
            {
                Choices = ["round-robin", "least-queue", "service-time", "failover"],
            },
            new("block", ParameterKind.ByteCount, "64KiB", "bytes of a request of an elephant") { Minimum = 512, Maximum = 1 << 28 },
            new("depth", ParameterKind.WholeNumber, "32", "requests of an elephant under way at once, over all sessions") { Minimum = 1, Maximum = 65_536 },
        ],
    };

    private readonly int _sessions;
    private readonly bool _isByAddress;
    private readonly SessionPlan _plan;

    private Mpio(ParameterSet parameters)
    {
        _sessions = parameters.Number("sessions");
        _isByAddress = parameters.Text("by") == "address";
        _plan = new SessionPlan
        {
            Count = Math.Max(1, _sessions),
            Use = SessionUse.Requests,
            Scheduling = parameters.Text("policy") switch
            {
                "round-robin" => SchedulingPolicy.RoundRobin,
                "least-queue" => SchedulingPolicy.LeastQueue,
                "failover" => SchedulingPolicy.Failover,
                _ => SchedulingPolicy.ServiceTime,
            },
            BlockBytes = parameters.Number("block"),
            Depth = parameters.Number("depth"),
        };
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Mpio(parameters);

    /// <inheritdoc/>
    public override SessionPlan? Divide(in FlowSite site)
    {
        if (site.Use == FlowUse.Transfer)
        {
            return null;
        }

        int sessions = _sessions > 0 ? _sessions : Math.Min(site.Paths, SessionPlan.SessionsMax);
        return _plan with { Count = sessions, Labels = _isByAddress ? SessionPlan.Paths(sessions) : [] };
    }
}
