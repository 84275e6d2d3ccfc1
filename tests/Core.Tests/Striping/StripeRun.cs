using Trunkline.Core.Striping;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Striping;

/// <summary>A packet on its way to the far end of a stripe.</summary>
/// <param name="Link">The link that carries it.</param>
/// <param name="Number">Its place in the sender's order; the sequence number is this and the first, wrapped.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="AtNs">When it arrives; <see cref="long.MaxValue"/> if it is lost.</param>
internal readonly record struct StripedPacket(int Link, int Number, int Bytes, long AtNs);

/// <summary>Sends packets over links of any delay that lose some, and plays what arrives to a resequencer.</summary>
internal sealed class StripeRun
{
    /// <summary>A packet each 100 ns over links picked at random, each with a delay of its own from 1 µs to that and the skew.</summary>
    /// <param name="seed">Start of what is random.</param>
    /// <param name="count">Packets.</param>
    /// <param name="links">Links.</param>
    /// <param name="skewNs">The largest difference of two packets' delays.</param>
    /// <param name="lossPercent">Share that is lost; the last packet of each link is not.</param>
    public static StripedPacket[] Draw(ulong seed, int count, int links, long skewNs, uint lossPercent)
    {
        var random = new RandomSource(seed);
        var packets = new StripedPacket[count];
        long[] lastNs = new long[links];
        for (int i = 0; i < count; i++)
        {
            int link = i < count - links ? (int)random.Below((uint)links) : i - (count - links);
            long delayNs = 1_000 + (long)random.Below((uint)skewNs + 1);

            // A link keeps order: what would overtake arrives with the one before it.
            lastNs[link] = Math.Max(lastNs[link], (i * 100L) + delayNs);
            bool isLost = i < count - links && random.Below(100) < lossPercent;
            packets[i] = new StripedPacket(link, i, 64 + (int)random.Below(1_437), isLost ? long.MaxValue : lastNs[link]);
        }

        return packets;
    }

    /// <summary>Numbers in the order in which they were released, those passed on late as −1 − number.</summary>
    public List<int> Released { get; } = [];

    /// <summary>Packets that were offered.</summary>
    public int Offered { get; private set; }

    /// <summary>Packets that were to be dropped.</summary>
    public int Discarded { get; private set; }

    /// <summary>Plays the arrivals in time order, a deadline before a packet of its instant, and then all deadlines left.</summary>
    public static StripeRun Play(Resequencer resequencer, IEnumerable<StripedPacket> packets, uint first = 0)
    {
        var run = new StripeRun();
        foreach (StripedPacket packet in packets.Where(p => p.AtNs != long.MaxValue).OrderBy(p => p.AtNs).ThenBy(p => p.Number))
        {
            run.KeepDeadlines(resequencer, packet.AtNs);
            run.Offered++;
            switch (resequencer.OnPacket(
                new LinkId(packet.Link), first + (uint)packet.Number, packet.Bytes, packet.Number, new Timestamp(packet.AtNs)))
            {
                case StripeArrival.Late:
                    run.Released.Add(-1 - packet.Number);
                    break;
                case StripeArrival.Discard:
                    run.Discarded++;
                    break;
            }

            run.Drain(resequencer);
        }

        run.KeepDeadlines(resequencer, long.MaxValue - 1);
        return run;
    }

    private void KeepDeadlines(Resequencer resequencer, long untilNs)
    {
        while (resequencer.NextDeadline.Nanoseconds <= untilNs)
        {
            resequencer.OnDeadline(resequencer.NextDeadline);
            Drain(resequencer);
        }
    }

    private void Drain(Resequencer resequencer)
    {
        while (resequencer.TryRelease(out long token))
        {
            Released.Add((int)token);
        }
    }
}
