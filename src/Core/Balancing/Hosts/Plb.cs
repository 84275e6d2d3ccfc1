using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Protective load balancing, as Linux has it: a congested sender draws another flow label, best while nothing is under way.</summary>
public sealed class Plb : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "plb",
        Kind = TechniqueKind.Host,
        Summary = "a flow congested for some round trips draws another IPv6 flow label when it next pauses, or after more of them anyway",
        Remarks =
            "A round trip is congested when half of its packets were marked. After three in a row the flow draws a label at its next pause, "
            + "which reorders nothing; after twelve it draws one whatever is under way. A timeout draws one, and keeps the rule quiet for "
            + "one to two minutes, since the path may then be down and not only full.",
        Source = "Qureshi et al., PLB, SIGCOMM 2022; Linux net/ipv4/tcp_plb.c, tcp_dctcp.c",
        Needs = "senders that see marks (ECN: transport dctcp, or ecn: true), queues that mark, and switches that hash the flow label",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("threshold", ParameterKind.Percent, "50%", "share of marked packets from which a round trip was congested (tcp_plb_cong_thresh)") { Maximum = 1_000_000 },
            new("idle-rounds", ParameterKind.WholeNumber, "3", "congested round trips before a flow moves when it pauses; 0 for never (tcp_plb_idle_rehash_rounds)")
            {
                Maximum = 31,
            },
            new("rounds", ParameterKind.WholeNumber, "12", "congested round trips before a flow moves anyway (tcp_plb_rehash_rounds)") { Minimum = 1, Maximum = 31 },
            new("suspend", ParameterKind.Interval, "60s", "quiet after a timeout: this, and up to as much again (tcp_plb_suspend_rto_sec)")
            {
                Maximum = 255_000_000_000,
            },
        ],
    };

    private readonly int _thresholdPpm;
    private readonly int _idleRounds;
    private readonly int _rounds;
    private readonly long _suspendNs;

    private Plb(ParameterSet parameters)
    {
        _thresholdPpm = parameters.Number("threshold");
        _idleRounds = parameters.Number("idle-rounds");
        _rounds = parameters.Number("rounds");
        _suspendNs = parameters.Interval("suspend").Nanoseconds;
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Plb(parameters);

    /// <inheritdoc/>
    public override bool NeedsMarks => true;

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site) => new Flow(this, site.Seed);

    private sealed class Flow(Plb owner, ulong seed) : PathSelector
    {
        private RandomSource _random = new(seed);
        private int _congested;
        private Timestamp _quietUntil = Timestamp.MinValue;

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            // The kernel asks that nothing is unacknowledged; what is sent again is.
            if (segment.InFlight == 0 && !segment.IsRetransmission)
            {
                Check(isIdle: true, now);
            }
        }

        public override void OnRound(in PathRound round, Timestamp now)
        {
            if (round.Delivered == 0)
            {
                return;
            }

            bool isCongested = round.Marked * 1_000_000 >= round.Delivered * owner._thresholdPpm;
            _congested = isCongested ? Math.Min(_congested + 1, owner._rounds) : 0;
            Check(round.InFlight == 0, now);
        }

        public override void OnTimeout(Timestamp now)
        {
            Draw(isUnderWay: false);
            long more = (long)(((UInt128)_random.Next() * (ulong)owner._suspendNs) >> 64);
            _quietUntil = now + new Interval(owner._suspendNs + more);
        }

        private void Check(bool isIdle, Timestamp now)
        {
            bool isDue = _congested >= owner._rounds || (isIdle && owner._idleRounds > 0 && _congested >= owner._idleRounds);
            if (isDue && now >= _quietUntil)
            {
                Draw(!isIdle);
            }
        }

        private void Draw(bool isUnderWay)
        {
            // The kernel's label has 20 bits; that the new one is the old is as good as impossible there, too.
            MoveTo(PathLabel.Hashed(1 + (int)_random.Below(PathLabel.Count - 1)), isUnderWay);
            _congested = 0;
        }
    }
}
