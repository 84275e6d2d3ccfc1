using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Pacing: senders spread their segments over the round trip.</summary>
public sealed class Pacing : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "pacing",
        Kind = TechniqueKind.Host,
        Summary = "senders spread their segments over the round trip instead of sending as the window allows",
        Remarks =
            "For all TCP traffic. At twice the window a round trip in slow start and 1.2 times it later. Queues stay shorter, and flowlets get "
            + "rarer: a paced flow has no gaps but those between its bursts. The burst is what the NIC takes at once; smaller ones cost a host "
            + "more work, which is not counted here.",
        Source = "Linux net/ipv4/tcp_input.c (tcp_pacing_ss_ratio 200, tcp_pacing_ca_ratio 120), net/sched/sch_fq.c",
        Needs = "nothing of the network",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("burst", ParameterKind.ByteCount, "0B", "most bytes at once; 0 for what the transport hands to the NIC (tso)") { Maximum = 1 << 20 },
        ],
    };

    private Pacing(ParameterSet parameters) => PacedBurst = new ByteCount(parameters["burst"]);

    /// <inheritdoc/>
    public override bool IsPacing => true;

    /// <inheritdoc/>
    public override ByteCount PacedBurst { get; }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Pacing(parameters);
}
