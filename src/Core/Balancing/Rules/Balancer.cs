using System.Diagnostics;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>A rule at work on a bundle. Sealed over a struct, so that a caller who knows the rule calls it inlined.</summary>
/// <typeparam name="TRule">The rule; the catalog makes the balancers.</typeparam>
public sealed class Balancer<TRule> : IBalancer
    where TRule : struct, IRule
{
    /// <summary>Deadlines made up one by one after a pause; those before are passed over, for by then nothing is left to decay.</summary>
    private const int CatchUpMax = 64;

    private readonly Bundle _bundle;
    private TRule _rule;

    internal Balancer(in TRule rule, Bundle bundle)
    {
        _rule = rule;
        _bundle = bundle;
    }

    /// <inheritdoc/>
    public int BucketCount => _rule.BucketCount;

    /// <inheritdoc/>
    public MoveCounters Moves => _rule.Moves;

    /// <inheritdoc/>
    public Timestamp NextDeadline => new(_rule.NextDeadlineNs);

    /// <inheritdoc/>
    public LinkId Pick(uint hash, int bytes, Timestamp now) => new(_rule.Pick(hash, bytes, now.Nanoseconds));

    /// <inheritdoc/>
    public void PickMany(ReadOnlySpan<OfferedPacket> packets, Span<LinkId> picked)
    {
        Debug.Assert(picked.Length >= packets.Length, "There is room for as many links.");
        long dueNs = _rule.NextDeadlineNs;
        for (int i = 0; i < packets.Length; i++)
        {
            OfferedPacket packet = packets[i];
            long nowNs = packet.Now.Nanoseconds;
            if (nowNs >= dueNs)
            {
                KeepDeadlines(nowNs);
                dueNs = _rule.NextDeadlineNs;
            }

            int link = _rule.Pick(packet.Hash, packet.Bytes, nowNs);
            if (link >= 0)
            {
                _bundle.Send(link, packet.Bytes, nowNs);
            }

            picked[i] = new LinkId(link);
        }
    }

    /// <inheritdoc/>
    public void OnLinkChange(Timestamp now) => _rule.OnLinkChange(now.Nanoseconds);

    /// <inheritdoc/>
    public void OnDeadline(Timestamp now) => _rule.OnDeadline(now.Nanoseconds);

    /// <inheritdoc/>
    public int BucketOf(uint hash) => _rule.BucketOf(hash);

    /// <inheritdoc/>
    public LinkId LinkOf(int bucket) => new(_rule.LinkOf(bucket));

    private void KeepDeadlines(long nowNs)
    {
        for (int i = 0; i < CatchUpMax && _rule.NextDeadlineNs <= nowNs; i++)
        {
            _rule.OnDeadline(_rule.NextDeadlineNs == long.MinValue ? nowNs : _rule.NextDeadlineNs);
        }

        if (_rule.NextDeadlineNs <= nowNs)
        {
            _rule.OnDeadline(nowNs);
        }
    }
}
