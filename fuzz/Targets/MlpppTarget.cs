using System.Diagnostics;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Fuzz.Targets;

/// <summary>The multilink header and the reassembler under any sequence of fragments.</summary>
/// <remarks>
/// An input is two bytes of options (form, timer and links; bound of a packet) and then fragments: a byte for the link and the
/// time that has passed, a header as on the wire, and a byte of length, which need not be there.
/// </remarks>
public sealed class MlpppTarget : IFuzzTarget
{
    /// <inheritdoc/>
    public string Name => "mlppp";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            yield return new("long-whole", [0x02, 0xff, 0, 0xc0, 0, 0, 0, 9, 1, 0xc0, 0, 0, 1, 9, 0, 0xc0, 0, 0, 2, 9]);
            yield return new("short-fragments", [0x83, 0xff, 0, 0x80, 0, 9, 1, 0x40, 2, 9, 0, 0, 1, 9, 1, 0xc0, 3, 9, 0, 0xc0, 4, 9]);
            yield return new("short-wrap", [0x81, 0xff, 0, 0xc7, 0xff, 9, 0, 0xcf, 0xfe, 9, 0, 0x8f, 0xff, 9, 0, 0, 0, 9, 0, 0x40, 1, 9]);
            yield return new("lost-end", [0x82, 0xff, 0, 0x80, 0, 9, 0, 0x80, 2, 9, 1, 0x40, 3, 9, 0, 0xc0, 5, 0, 1, 0xc0, 6, 0]);
            yield return new("too-long", [0x81, 0x01, 0, 0x80, 0, 90, 0, 0, 1, 90, 0, 0, 2, 90, 0, 0x40, 3, 90, 0, 0xc0, 4, 9]);
            yield return new("timer", [0xa2, 0xff, 0, 0x80, 0, 9, 0, 0x80, 2, 9, 0xf0, 0x40, 3, 9, 0xf0, 0xf0, 4, 9]);
            yield return new("cut", [0x02, 0xff, 0, 0xc0, 0]);
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < 2)
        {
            return 0;
        }

        MlpppForm form = (input[0] & 0x80) != 0 ? MlpppForm.Bits12 : MlpppForm.Bits24;
        int links = 1 + (input[0] & 3);
        var options = new MlpppOptions
        {
            Form = form,
            Timer = (input[0] & 0x20) != 0 ? new Interval(20) : Interval.MaxValue,
            FragmentsAheadMax = (input[0] & 0x10) != 0 ? 8 : 2_048,
            ReconstructedBytesMax = input[1] * 64,
        };
        var reassembler = new MlpppReassembler(links, options);
        Span<byte> written = stackalloc byte[4];
        var inside = new Dictionary<long, int>();
        long nowNs = 0, token = 0, kept = 0, whole = 0, dropped = 0;
        ulong sort = (ulong)form | ((ulong)links << 1);
        input = input[2..];
        while (input.Length > 0)
        {
            var link = new LinkId(input[0] & 7);
            nowNs += input[0] >> 3;
            ParseError error = MlpppHeader.Parse(input[1..], form, out MlpppHeader header);
            int length = MlpppHeader.LengthOf(form);
            if (error != ParseError.None)
            {
                Hold(error == ParseError.Truncated && input.Length - 1 < length, "only what is cut short is no header");
                return (sort * 31) + 1;
            }

            Hold(header.Write(written, form) == length && written[..length].SequenceEqual(input[1..(1 + length)]), "what is read is written back");
            int bytes = input.Length > 1 + length ? input[1 + length] : -1;
            input = input[Math.Min(input.Length, 2 + length)..];
            if (reassembler.OnFragment(link, in header, bytes, ++token, new Timestamp(nowNs)))
            {
                inside.Add(token, Math.Max(0, bytes));
                kept++;
            }

            Drain();
            if (reassembler.NextDeadline.Nanoseconds <= nowNs)
            {
                reassembler.OnDeadline(new Timestamp(nowNs));
                Drain();
            }

            MlpppCounters counters = reassembler.Counters;
            Hold(counters.Packets == whole && counters.FragmentsDropped == dropped, "counters count what comes out");
            sort = (sort & 0xf) | (counters.Packets > 0 ? 16UL : 0) | (counters.PacketsCut > 0 ? 32UL : 0) | (counters.PacketsTooLong > 0 ? 64UL : 0)
                | (counters.ReservedBits > 0 ? 128UL : 0) | (counters.FragmentsDropped > 0 ? 256UL : 0) | (reassembler.Fragments.Late > 0 ? 512UL : 0)
                | (reassembler.Fragments.Duplicates > 0 ? 1_024UL : 0) | (reassembler.Fragments.Timeouts > 0 ? 2_048UL : 0)
                | (reassembler.Fragments.Overflows > 0 ? 4_096UL : 0) | ((ulong)Math.Min(7, inside.Count) << 13)
                | (ulong)Math.Min(7, counters.Packets) << 16;
        }

        return sort;

        void Drain()
        {
            while (reassembler.TryRelease(out MlpppRelease release))
            {
                ReadOnlySpan<long> tokens = reassembler.Tokens;
                Hold(tokens.Length == release.Fragments && tokens.Length > 0, "a release has its tokens");
                int sum = 0;
                long last = 0;
                foreach (long one in tokens)
                {
                    Hold(inside.Remove(one, out int bytes), "what comes out was kept, and comes once");
                    sum += bytes;
                    last = one;
                }

                Hold(sum == release.Bytes && last > 0, "lengths sum up");
                Hold(!release.IsWhole || sum <= options.ReconstructedBytesMax, "no packet is above the bound");
                whole += release.IsWhole ? 1 : 0;
                dropped += release.IsWhole ? 0 : release.Fragments;
            }

            Hold(reassembler.TryRelease(out _) == false && inside.Count <= MlpppOptions.FragmentsMax + (2 * options.FragmentsAheadMax), "bounds hold");
            Hold(kept >= whole, "a packet has a fragment");
        }
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
