using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>Packets sprayed over links, and at the far end perhaps a resequencer.</summary>
/// <param name="Choice">The rule that picks the link of every packet: <c>round-robin</c>, <c>random</c> or <c>shortest-queue</c>.</param>
/// <param name="IsResequenced">Whether the far end puts packets in order.</param>
/// <param name="DeliverLate">Whether it passes on what comes after it was given up.</param>
public sealed record SprayOptions(string Choice, bool IsResequenced, bool DeliverLate);

/// <summary>A striping technique by name, its parameters checked. One of <see cref="Trunk"/>, <see cref="Mlppp"/> and <see cref="Spray"/> is set.</summary>
/// <param name="Name">As written.</param>
public sealed record StripeTechnique(string Name)
{
    /// <summary>Of a trunk: what its cables may differ by.</summary>
    public TrunkLimits? Trunk { get; init; }

    /// <summary>Of Multilink PPP: what both ends agreed on.</summary>
    public MlpppOptions? Mlppp { get; init; }

    /// <summary>Of a spray: how it is sent and received.</summary>
    public SprayOptions? Spray { get; init; }

    /// <summary>How long the far end waits; null for the skew of the links.</summary>
    public Interval? Timer { get; init; }

    /// <summary>Why the technique does not work over such links; null when it does.</summary>
    public string? WhyNot(IReadOnlyList<Link> links)
    {
        var faults = new List<string>();
        if (Trunk is not null)
        {
            TrunkDeskew.Create(links, Trunk, faults);
        }

        return faults.Count == 0 ? null : string.Join("; ", faults);
    }

    /// <summary>The sending end of a spray: the rule at work.</summary>
    /// <param name="bundle">The links, which no other balancer uses.</param>
    /// <param name="seed">Start of what is random.</param>
    /// <returns>Null where the technique is no spray.</returns>
    public IBalancer? CreateChoice(Bundle bundle, ulong seed) =>
        Spray is null ? null : RuleCatalog.Create(new TechniqueName.Part(Spray.Choice, []), bundle, seed, []);

    /// <summary>The receiving end of a spray.</summary>
    /// <param name="links">The links.</param>
    /// <param name="queueMax">What the queue of a link holds, which is part of the skew.</param>
    /// <returns>Null where the technique is no spray, or one that nobody puts in order.</returns>
    public Resequencer? CreateResequencer(IReadOnlyList<Link> links, ByteCount queueMax) => Spray is not { IsResequenced: true }
        ? null
        : new Resequencer(links.Count, ResequencerOptions.For(links, queueMax, Timer) with { DeliverLate = Spray.DeliverLate });

    /// <summary>The receiving end of Multilink PPP.</summary>
    /// <param name="links">The links.</param>
    /// <param name="queueMax">What the queue of a link holds, which is part of the skew.</param>
    /// <returns>Null where the technique is another.</returns>
    public MlpppReassembler? CreateReassembler(IReadOnlyList<Link> links, ByteCount queueMax) =>
        Mlppp is null ? null : new MlpppReassembler(links.Count, Mlppp.For(links, queueMax, Timer));
}
