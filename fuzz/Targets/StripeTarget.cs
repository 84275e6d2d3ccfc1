using System.Diagnostics;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;

namespace Trunkline.Fuzz.Targets;

/// <summary>One end of a stripe under any bytes from the far end: a greeting, then frames on two sessions.</summary>
/// <remarks>
/// An input is a byte of options, and then what comes: before each frame a byte that says over which session, how much later, and
/// whether the session is lost. Bodies of frames are as long as the heads say, or as long as there are bytes.
/// </remarks>
public sealed class StripeTarget : IFuzzTarget
{
    private const long WindowBytes = 128 << 10;

    /// <inheritdoc/>
    public string Name => "stripe";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            byte[] hello = new byte[StripeHello.Bytes];
            new StripeHello(1, 2, 0, 2, true, StripeWelcome.Joined).Write(hello);
            byte[] open = [0, .. Head(StripeFrameType.Open, 1, 7, 65_536), (byte)'a'];
            byte[] data = [1, .. Head(StripeFrameType.Data, 3, 7, 0), 1, 2, 3];
            byte[] end = [0, .. Head(StripeFrameType.Data, 0, 7, 3, isFinal: true)];
            yield return new("hello", [0, .. hello]);
            yield return new("flow", [1, .. open, .. data, .. end]);
            yield return new("twice", [1, .. open, .. data, .. data, .. end, .. end, .. open]);
            yield return new("reset", [1, .. open, 0, .. Head(StripeFrameType.Reset, 0, 7, 1), .. data]);
            yield return new("credit", [1, .. open, 0, .. Head(StripeFrameType.Credit, 8, 7, 9), 0, 0, 0, 0, 0, 0, 0, 0]);
            yield return new("acknowledge", [3, .. open, 0x10, .. Head(StripeFrameType.Acknowledge, 0, 0, 24), .. data]);
            yield return new("accept", [5, 0, .. Head(StripeFrameType.Accept, 0, 1, 9), 0x31, .. Head(StripeFrameType.Ping, 0, 0, 0), 0x80, .. Head(StripeFrameType.Bye, 0, 0, 0)]);
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return 0;
        }

        int options = input[0];
        input = input[1..];
        if ((options & 1) == 0)
        {
            StripeFault greeting = StripeHello.TryRead(input, out StripeHello hello);
            if (greeting == StripeFault.None)
            {
                byte[] written = new byte[StripeHello.Bytes];
                hello.Write(written);
                Hold(input[..StripeHello.Bytes].SequenceEqual(written), "a greeting writes back the same");
            }

            return 1 + (ulong)greeting;
        }

        return Play(input, isAnswering: (options & 2) != 0, isOpener: (options & 4) != 0);
    }

    private static ulong Play(ReadOnlySpan<byte> input, bool isAnswering, bool isOpener)
    {
        var now = new Timestamp(1);
        var pool = new CreditPool(1 << 20);
        var trunk = new StripeTrunk(new StripeOptions { FlowWindowBytes = WindowBytes, FlowsMax = 4 }, pool, 2, isOpener, now);
        trunk.OnSessionUp(0, Interval.Zero, false, now);
        trunk.OnSessionUp(1, Interval.Zero, false, now);
        StripeFlow? own = isOpener ? trunk.Open(1, "a") : null;
        var kept = new Dictionary<(ulong Flow, long Start), int>();
        ulong sort = isOpener ? 1UL << 40 : 0;
        while (input.Length > StripeFrame.HeaderBytes)
        {
            int path = input[0] & 1;
            now += Interval.FromMilliseconds((input[0] >> 4 & 7) * 40);
            bool isLost = (input[0] & 0x80) != 0;
            StripeFault fault = StripeFrame.TryRead(input[1..], out StripeFrame frame);
            sort |= 1UL << (int)fault;
            input = input[(1 + StripeFrame.HeaderBytes)..];
            if (fault == StripeFault.None)
            {
                byte[] payload = new byte[frame.PayloadBytes];
                int there = Math.Min(input.Length, payload.Length);
                input[..there].CopyTo(payload);
                input = input[there..];
                fault = trunk.OnFrame(path, in frame, payload, now, out StripeFlow? keeper);
                sort |= (256UL << (int)frame.Type) | (1UL << (20 + (int)fault));
                if (keeper is not null)
                {
                    Hold(fault == StripeFault.None, "what is wrong is not kept");
                    Hold(kept.TryAdd((keeper.Id, frame.Value), frame.PayloadBytes), "data is kept once");
                    Hold(frame.Value + frame.PayloadBytes <= keeper.ConsumedBytes + WindowBytes, "no more comes than was granted");
                }
            }

            if (fault != StripeFault.None || isLost)
            {
                trunk.OnSessionLost(path, now);
                trunk.OnSessionUp(path, Interval.Zero, false, now);
            }

            if (now >= trunk.NextDeadline)
            {
                trunk.OnDeadline(now);
            }

            if (own is { IsClosed: false, IsFinished: false, AppendableBytes: > 0 })
            {
                trunk.Append(own, 1);
            }

            Drain(trunk, now, isAnswering, ref sort);
            Hold(trunk.Flows.Count <= 4, "flows are bounded");
            Hold(pool.GrantedBytes is >= 0 and <= (1 << 20) + (8 * CreditPool.FlowBytesMin), "grants are bounded");
        }

        return sort;
    }

    private static void Drain(StripeTrunk trunk, Timestamp now, bool isAnswering, ref ulong sort)
    {
        int frames = 0;
        while (trunk.TryTake(now, out StripeSend send))
        {
            Hold(++frames < 10_000, "sending comes to an end");
            sort |= 1UL << (30 + (int)send.Frame.Type);
        }

        while (trunk.TryEvent(out StripeEvent what))
        {
            if (what.Kind == StripeEventKind.FlowOpened && isAnswering && !what.Flow!.IsClosed)
            {
                trunk.Accept(what.Flow);
            }
            else if (what.Kind == StripeEventKind.FlowProgress)
            {
                StripeTrunk.OnProgressSeen(what.Flow!);
            }
        }
    }

    private static byte[] Head(StripeFrameType type, int payload, ulong flow, long value, bool isFinal = false)
    {
        byte[] bytes = new byte[StripeFrame.HeaderBytes];
        new StripeFrame(type, isFinal, payload, flow, value).Write(bytes);
        return bytes;
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }
}
