namespace Trunkline.Core.Lacp;

/// <summary>What the selection logic says of a port (IEEE 802.1AX-2014 §6.4.8, Selected).</summary>
public enum LacpSelection
{
    /// <summary>UNSELECTED: it has no aggregator, or has to leave it.</summary>
    Unselected,

    /// <summary>SELECTED: it is to attach to its aggregator.</summary>
    Selected,

    /// <summary>STANDBY: it has an aggregator, and is to stay off it.</summary>
    Standby,
}

/// <summary>Which ports may be aggregated: the LAG ID (§6.3.6).</summary>
/// <param name="PartnerSystem">System identifier of the partner.</param>
/// <param name="ActorKey">Key of this end.</param>
/// <param name="PartnerKey">Key of the other end.</param>
/// <param name="Ports">The number of this end's port and the identifier of the other's where either is individual; else 0.</param>
internal readonly record struct LagId(ulong PartnerSystem, ushort ActorKey, ushort PartnerKey, ulong Ports)
{
    public static LagId Of(LacpPort port)
    {
        LacpParticipant actor = port.Actor, partner = port.Partner;
        bool isIndividual = !actor.Has(LacpState.Aggregation) || !partner.Has(LacpState.Aggregation);
        return new LagId(partner.SystemId, actor.Key, partner.Key, isIndividual ? ((ulong)actor.Port << 32) | partner.PortId : 0);
    }
}

/// <summary>Ports of one LAG ID, and what the choice between aggregators looks at.</summary>
internal sealed class Aggregator
{
    public LagId Id;

    /// <summary>Ports that have this aggregator.</summary>
    public int Ports;

    /// <summary>Of them, those that could carry frames.</summary>
    public int Usable;

    /// <summary>Whether those are so by fallback.</summary>
    public bool IsFallback;

    /// <summary>Sum of the speeds of as many as may be used at once.</summary>
    public long BitsPerSecond;

    /// <summary>The least identifier of a usable port, as the deciding system names it.</summary>
    public uint BestPort;

    /// <summary>A port is in sync.</summary>
    public bool HasAttached;

    /// <summary>Ready: none of its selected ports has still to wait.</summary>
    public bool IsReady;
}

/// <summary>Which aggregator each port belongs to, and which ports are used: Selection Logic, IEEE 802.1AX-2014 §6.4.14.</summary>
/// <remarks>
/// <para>
/// There are as many aggregators as ports. Ports of one LAG ID share one, an individual port has its own (§6.4.14.1). A bundle has one
/// client, so one aggregator is in use; ports of the others are on standby, which tells their partners not to send. Of its ports those are
/// used that the system with the lower identifier puts first, up to the most that may be (§6.7.1). The rest are on standby.
/// </para>
/// <para>
/// A port is usable when both ends hear each other: its receive machine is CURRENT, the last LACPDU described it as it is, and the
/// partner's is not EXPIRED. Others count neither for the least nor for the most links. The standard leaves a port
/// that is EXPIRED selected; here it goes on standby, which takes its Sync bit away at once. Under coupled control a partner that is heard
/// no longer would otherwise go on sending into the dead direction for another three seconds, until DEFAULTED.
/// </para>
/// </remarks>
internal static class SelectionLogic
{
    /// <summary>Brings all ports to where they belong.</summary>
    /// <param name="ports">The ports.</param>
    /// <param name="aggregators">As many.</param>
    /// <param name="options">Limits, fallback and choice.</param>
    /// <param name="active">The aggregator in use; −1 for none.</param>
    /// <returns>Whether anything changed.</returns>
    public static bool Run(LacpPort[] ports, Aggregator[] aggregators, LacpOptions options, ref int active)
    {
        bool hasChanged = false;
        foreach (LacpPort port in ports)
        {
            hasChanged |= Place(port, aggregators);
        }

        Measure(ports, aggregators, options);
        int best = -1;
        for (int i = 0; i < aggregators.Length; i++)
        {
            bool isCandidate = aggregators[i].Usable >= options.MinLinks;
            if (isCandidate && (best < 0 || IsBetter(aggregators, i, best, active, options.Choice)))
            {
                best = i;
            }
        }

        active = best;
        foreach (LacpPort port in ports)
        {
            if (port.Selected != LacpSelection.Unselected)
            {
                bool isUsed = port.Aggregator == active && IsUsable(port) && (aggregators[active].Usable <= options.MaxLinks
                    || IsWithinMost(port, ports, aggregators[active].HasAttached, options.MaxLinks));
                LacpSelection selected = isUsed ? LacpSelection.Selected : LacpSelection.Standby;
                hasChanged |= port.Selected != selected;
                port.Selected = selected;
            }
        }

        return hasChanged;
    }

    /// <summary>Takes a port off an aggregator that is not its own any longer, once it is detached, and finds it one.</summary>
    private static bool Place(LacpPort port, Aggregator[] aggregators)
    {
        LagId id = LagId.Of(port);
        bool hasChanged = false;
        if (port.Selected != LacpSelection.Unselected && (!port.IsUp || aggregators[port.Aggregator].Id != id))
        {
            port.Selected = LacpSelection.Unselected;
            hasChanged = true;
        }

        if (port.Selected != LacpSelection.Unselected || port.Mux != MuxState.Detached)
        {
            return hasChanged;
        }

        if (port.Aggregator >= 0)
        {
            aggregators[port.Aggregator].Ports--;
            port.Aggregator = -1;
            hasChanged = true;
        }

        if (port.IsUp)
        {
            port.Aggregator = Find(aggregators, id, port.Index);
            aggregators[port.Aggregator].Id = id;
            aggregators[port.Aggregator].Ports++;
            port.Selected = LacpSelection.Standby;
            hasChanged = true;
        }

        return hasChanged;
    }

    /// <summary>The aggregator that has the LAG ID, or the port's own, or the first that is empty: there is one.</summary>
    private static int Find(Aggregator[] aggregators, LagId id, int own)
    {
        int empty = aggregators[own].Ports == 0 ? own : -1;
        for (int i = 0; i < aggregators.Length; i++)
        {
            if (aggregators[i].Ports > 0 && aggregators[i].Id == id)
            {
                return i;
            }

            empty = empty < 0 && aggregators[i].Ports == 0 ? i : empty;
        }

        return empty;
    }

    private static void Measure(LacpPort[] ports, Aggregator[] aggregators, LacpOptions options)
    {
        foreach (Aggregator aggregator in aggregators)
        {
            (aggregator.Usable, aggregator.BitsPerSecond, aggregator.BestPort, aggregator.HasAttached) = (0, 0, uint.MaxValue, false);
        }

        foreach (LacpPort port in ports)
        {
            if (port.Selected != LacpSelection.Unselected && IsUsable(port))
            {
                Aggregator aggregator = aggregators[port.Aggregator];
                aggregator.BitsPerSecond += aggregator.Usable < options.MaxLinks ? port.Speed.BitsPerSecond : 0;
                aggregator.Usable++;
                aggregator.IsFallback = port.Receive != ReceiveState.Current;
                aggregator.BestPort = Math.Min(aggregator.BestPort, RankOf(port));
                aggregator.HasAttached |= port.Mux >= MuxState.Attached;
            }
        }
    }

    private static bool IsUsable(LacpPort port) => port.Receive switch
    {
        ReceiveState.Current => port.IsMatched && !port.Partner.Has(LacpState.Expired),
        ReceiveState.Defaulted or ReceiveState.LacpDisabled => port.CanFallBack,
        _ => false,
    };

    private static bool IsBetter(Aggregator[] aggregators, int one, int other, int active, AggregatorChoice choice)
    {
        Aggregator a = aggregators[one], b = aggregators[other];
        if (a.IsFallback != b.IsFallback)
        {
            return b.IsFallback;
        }

        if (choice == AggregatorChoice.Stable && (one == active || other == active))
        {
            return one == active;
        }

        int order = choice == AggregatorChoice.Count ? a.Usable.CompareTo(b.Usable) : 0;
        order = order != 0 ? order : a.BitsPerSecond.CompareTo(b.BitsPerSecond);
        order = order != 0 ? order : a.Usable.CompareTo(b.Usable);

        // Only ends that have the same partner on both must agree; elsewhere the one in use stays.
        order = order != 0 || a.Id.PartnerSystem != b.Id.PartnerSystem ? order : b.BestPort.CompareTo(a.BestPort);
        return order != 0 ? order > 0 : one == active;
    }

    /// <summary>Whether few enough ports come before this one.</summary>
    /// <remarks>
    /// Where ports carry frames already, one that has still to wait comes behind those that need not, so that it replaces another only once it
    /// can.
    /// </remarks>
    private static bool IsWithinMost(LacpPort port, LacpPort[] ports, bool hasAttached, int linksMax)
    {
        int before = 0;
        ulong rank = Rank(port);
        foreach (LacpPort other in ports)
        {
            bool isRival = other != port && other.Aggregator == port.Aggregator && other.Selected != LacpSelection.Unselected;
            before += isRival && IsUsable(other) && (Rank(other), other.Index).CompareTo((rank, port.Index)) < 0 ? 1 : 0;
        }

        return before < linksMax;

        ulong Rank(LacpPort of) => (hasAttached && of.Mux < MuxState.Attached && !of.IsReady ? 1UL << 32 : 0) | RankOf(of);
    }

    /// <summary>The port's identifier as the system that decides has it: that of the lower system identifier (§6.7.1).</summary>
    private static uint RankOf(LacpPort port) =>
        port.Receive != ReceiveState.Current || port.Actor.SystemId <= port.Partner.SystemId ? port.Actor.PortId : port.Partner.PortId;
}
