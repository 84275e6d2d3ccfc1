using System.Diagnostics;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;

namespace Trunkline.Fuzz.Targets;

/// <summary>The resequencer under any sequence of packets, deadlines and link changes.</summary>
/// <remarks>
/// An input is six bytes of options (links, packets, bytes, timer, flags, first number) and then steps of four: what happens and
/// on which link, how much later, a number relative to the highest so far (the top eight of 32 bits when the first byte says so),
/// and a length.
/// </remarks>
public sealed class ResequencerTarget : IFuzzTarget
{
    private const int LinksMax = 4;

    /// <inheritdoc/>
    public string Name => "resequencer";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            yield return new("in-order", [1, 15, 255, 10, 3, 0, 0, 1, 1, 9, 1, 1, 1, 9, 0, 1, 1, 9]);
            yield return new("skewed", [1, 15, 255, 10, 3, 250, 0, 1, 2, 9, 1, 1, 255, 9, 0, 1, 2, 9, 1, 1, 255, 9, 0x40, 50, 0, 0]);
            yield return new("lost", [1, 15, 255, 10, 1, 0, 0, 1, 3, 9, 0x40, 50, 0, 0, 1, 1, 254, 9]);
            yield return new("full", [0, 3, 20, 0, 0, 0, 0, 1, 2, 9, 0, 1, 1, 9, 0, 1, 1, 9, 0, 1, 9, 9, 0x20, 0, 100, 9]);
            yield return new("down-and-up", [2, 15, 255, 10, 2, 0, 0x81, 0, 0, 0, 0, 0, 1, 1, 0xc1, 0, 0, 0, 1, 0, 3, 1, 2, 0, 0, 1, 0, 0, 2, 1]);
            yield return new("undrained", [0, 3, 255, 0, 0, 0, 0x10, 0, 1, 1, 0x10, 0, 1, 1, 0x30, 0, 100, 1, 0x10, 0, 1, 1, 0, 0, 1, 1]);
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 6)
        {
            return 0;
        }

        int links = 1 + (input[0] % LinksMax);
        uint first = (uint)input[5] << 24;
        var options = new ResequencerOptions
        {
            PacketsMax = 1 + (input[1] % 64),
            BytesMax = new ByteCount(1 + (input[2] * 8)),
            Timer = input[3] == 0 ? Interval.MaxValue : new Interval(input[3]),
            LinksAreFifo = (input[4] & 1) != 0,
            DeliverLate = (input[4] & 2) != 0,
            FirstSequence = first,
        };
        var resequencer = new Resequencer(links, options);
        var inside = new Dictionary<long, uint>();
        long nowNs = 0, token = 0, offered = 0, away = 0;
        uint released = 0;
        bool isBegun = false;
        uint highest = first - 1;
        ulong sort = 0;
        for (input = input[6..]; input.Length >= 4; input = input[4..])
        {
            nowNs += input[1];
            var link = new LinkId(input[0] & 7);
            switch (input[0] >> 6)
            {
                case 0:
                    uint number = highest + (uint)(sbyte)input[2];
                    number = (input[0] & 0x20) != 0 ? highest + ((uint)input[2] << 24) : number;
                    highest = (int)(number - highest) > 0 ? number : highest;
                    offered++;
                    inside.Add(++token, number);
                    StripeArrival arrival = resequencer.OnPacket(link, number, input[3], token, new Timestamp(nowNs));
                    if (arrival != StripeArrival.Kept)
                    {
                        inside.Remove(token);
                        away++;
                    }

                    Hold(arrival != StripeArrival.Late || options.DeliverLate, "late packets are passed on where that is asked for");
                    sort |= 1UL << (int)arrival;
                    break;
                case 1:
                    resequencer.OnDeadline(new Timestamp(nowNs));
                    Hold(resequencer.NextDeadline.Nanoseconds > nowNs, "a deadline that was kept is over");
                    break;
                default:
                    resequencer.OnLinkChange(link, isUp: (input[0] & 0x40) != 0);
                    break;
            }

            while ((input[0] & 0x10) == 0 && resequencer.TryRelease(out long taken))
            {
                Hold(inside.Remove(taken, out uint sequence), "what comes out was kept, and comes once");

                // A number is at most half of all ahead of the window, which is behind what was released by no more than itself.
                Hold(!isBegun || sequence - released is > 0 and <= (1u << 31) + 64, "numbers rise");
                (released, isBegun) = (sequence, true);
            }

            StripeCounters counters = resequencer.Counters;
            Hold(offered == away + inside.Count + counters.Released, "packets in are packets out and inside");
            Hold(resequencer.BytesWaiting <= options.BytesMax.Bytes && resequencer.PacketsWaiting <= options.PacketsMax, "bounds hold");
            Hold(resequencer.PacketsWaiting <= inside.Count && counters.Lost >= 0, "counters count");
            sort |= (counters.Timeouts > 0 ? 8UL : 0) | (counters.Overflows > 0 ? 16UL : 0) | (counters.Refused > 0 ? 32UL : 0)
                | (counters.LinkOrderFaults > 0 ? 64UL : 0) | (counters.Duplicates > 0 ? 128UL : 0) | (counters.Lost > 100 ? 256UL : 0)
                | ((ulong)Math.Min(7, resequencer.PacketsWaiting) << 9) | ((ulong)links << 12);
        }

        return sort;
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
