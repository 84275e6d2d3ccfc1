using System.Diagnostics;
using Trunkline.Core.Lacp;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Fuzz.Targets;

/// <summary>LACPDUs and marker PDUs, and a system with three ports under any sequence of them, of links and of time.</summary>
/// <remarks>
/// An input is a byte of options and then steps: a byte whose upper bits choose what happens to the port in its lower two, a byte of time,
/// and for a LACPDU six bytes of what it says; for a frame all that is left, up to a frame's length, from the destination address on.
/// </remarks>
public sealed class LacpTarget : IFuzzTarget
{
    private const int PortsMax = 3;
    private const ulong System = 0x0200_0000_0a00;

    /// <inheritdoc/>
    public string Name => "lacp";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            // Up, a partner that knows us, two seconds, in sync, collecting; then silence.
            byte[] up = [0x80, 1, 1, 0x81, 1, 1], meet = [0x00, 1, 0x07, 1, 1, 1, 1, 0x07, 0x01, 1, 0x07, 1, 2, 1, 1, 0x07];
            byte[] sync = [0x00, 1, 0x0f, 1, 1, 1, 1, 0x0f], collect = [0x00, 1, 0x3f, 1, 1, 1, 1, 0x0f], wait = [0xc0, 21];
            yield return new("negotiate", [0x01, .. up, .. meet, .. wait, .. sync, .. collect, .. wait, .. wait, .. wait]);
            yield return new("coupled", [0x03, .. up, .. meet, .. wait, .. sync, .. collect, 0x80, 1, 0, .. wait, .. up]);
            yield return new("most", [0x09, .. up, .. meet, .. wait, .. sync, 0x01, 1, 0x0f, 1, 2, 1, 1, 0x0f, .. wait]);
            yield return new("fallback", [0x05, .. up, .. wait, .. wait, .. wait, .. meet, .. wait]);
            yield return new("loop", [0x05, .. up, 0x00, 1, 0x07, 1, 2, 0, 1, 0x07, .. wait, .. wait, .. wait]);
            yield return new("other-partner", [0x01, .. up, .. meet, 0x01, 1, 0x07, 1, 1, 9, 1, 0x07, .. wait, 0x00, 1, 0x03, 1, 1, 1, 1, 7]);
            byte[] frame = new byte[SlowFrame.Length];
            var actor = new LacpParticipant(1, 0x0200_0000_0b00, 3, 4, 5, LacpState.Activity | LacpState.Aggregation);
            new Lacpdu(1, actor, default, 6).Write(SlowFrame.WriteHeader(frame, 7));
            yield return new("frame", [0x01, .. up, 0x40, 0, .. frame]);
            new MarkerPdu(false, 1, 2, 0x0200_0000_0b00, 3).Write(SlowFrame.WriteHeader(frame, 7));
            yield return new("marker", [0x01, .. up, 0x40, 0, .. frame]);
            yield return new("response", [0x01, .. up, 0xe0, 0, 0x40, 0, .. frame]);
        }
    }

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return 0;
        }

        var options = new LacpOptions
        {
            System = System,
            HasShortTimeout = (input[0] & 1) != 0,
            Control = (input[0] & 2) != 0 ? MuxControl.Coupled : MuxControl.Independent,
            HasFallback = (input[0] & 4) != 0,
            MaxLinks = (input[0] & 8) != 0 ? 1 : PortsMax,
            MinLinks = (input[0] & 16) != 0 ? 2 : 1,
            IsActive = (input[0] & 32) == 0,
            Choice = (AggregatorChoice)((input[0] >> 6) % 3),
        };
        var system = new LacpSystem(options, [.. Enumerable.Range(0, PortsMax).Select(i => new LacpPortOptions { Address = System + 1 + (ulong)i })]);
        var run = new Checked(system, options);
        byte[] frame = new byte[SlowFrame.Length];
        ulong sort = (ulong)(input[0] & 0x3f) << 32;
        for (input = input[1..]; input.Length >= 2;)
        {
            byte step = input[0];
            var link = new LinkId(step & 3);
            run.Advance(new Interval(input[1] * 100_000_000L));
            input = input[2..];
            int length = (step >> 6) switch { 0 => 6, 1 => Math.Min(input.Length, SlowFrame.Length), 2 => 1, _ => 0 };
            if (input.Length < length)
            {
                break;
            }

            ReadOnlySpan<byte> bytes = input[..length];
            input = input[length..];
            switch (step >> 6)
            {
                case 0:
                    Write(frame, bytes, link.Index < PortsMax ? system.Ports[link.Index].Actor : default);
                    Hold(system.OnFrame(link, frame, run.Now) == SlowPduError.None, "a good LACPDU is taken");
                    break;
                case 1:
                    CheckPdu(bytes);
                    SlowPduError error = system.OnFrame(link, bytes, run.Now);
                    sort |= 1UL << (40 + (int)error);
                    break;
                case 2:
                    system.OnLink(link, (bytes[0] & 3) != 0, new BitRate((bytes[0] >> 2) * 1_000_000_000L), (bytes[0] & 2) == 0, run.Now);
                    break;
                case 3 when (step & 0x20) != 0:
                    system.RequestMarker(link, Interval.FromMilliseconds(300), run.Now);
                    break;
                default:
                    system.OnTime(run.Now);
                    break;
            }

            run.Drain();
            LacpPort port = system.Ports[0], next = system.Ports[1];
            sort = (sort & ~0xffff_ffffUL) | (ulong)port.Receive | ((ulong)port.Mux << 3) | ((ulong)port.Selected << 6) | ((ulong)port.Periodic << 8)
                | ((ulong)next.Receive << 10) | ((ulong)next.Mux << 13) | ((ulong)next.Selected << 16) | ((ulong)port.ActorChurn << 18)
                | ((ulong)port.Marker << 20) | (port.Counters.Delayed > 0 ? 1UL << 24 : 0) | (port.Counters.Loopbacks > 0 ? 1UL << 25 : 0);
        }

        return sort;
    }

    private static void Write(Span<byte> frame, ReadOnlySpan<byte> says, LacpParticipant known)
    {
        var actor = new LacpParticipant(1, System + ((ulong)says[3] << 8), says[1], 1, says[2], (LacpState)says[0]);
        LacpParticipant partner = (says[4] & 1) != 0 ? known with { State = (LacpState)says[5] } : default;
        new Lacpdu(1, actor, partner, 0).Write(SlowFrame.WriteHeader(frame, actor.System));
    }

    private static void CheckPdu(ReadOnlySpan<byte> frame)
    {
        ReadOnlySpan<byte> bytes = frame.Length > EthernetHeader.Length ? frame[EthernetHeader.Length..] : [];
        byte[] written = new byte[SlowFrame.PduLength];
        if (Lacpdu.Parse(bytes, out Lacpdu pdu) == SlowPduError.None)
        {
            pdu.Write(written);
            Hold(Lacpdu.Parse(written, out Lacpdu again) == SlowPduError.None && again == pdu, "what is read of a LACPDU is written back");
        }

        if (MarkerPdu.Parse(bytes, out MarkerPdu marker) == SlowPduError.None)
        {
            marker.Write(written);
            Hold(MarkerPdu.Parse(written, out MarkerPdu again) == SlowPduError.None && again == marker, "what is read of a marker is written back");
        }
    }

    private static void Hold(bool holds, string what)
    {
        if (!holds)
        {
            throw new UnreachableException($"does not hold: {what}");
        }
    }

    /// <summary>The system with what it promises at every instant.</summary>
    private sealed class Checked(LacpSystem system, LacpOptions options)
    {
        // A passing of time is at most 26 s: a timer of each kind on each port, some of them every second.
        private const int DeadlinesMax = 2_000;

        private readonly byte[] _frame = new byte[SlowFrame.Length];
        private readonly Queue<Timestamp>[] _sent = [new(), new(), new()];

        public Timestamp Now { get; private set; }

        public void Advance(Interval by)
        {
            Timestamp end = Now + by;
            for (int i = 0; system.NextDeadline <= end; i++)
            {
                Hold(i < DeadlinesMax, "deadlines come to an end");
                Hold(system.NextDeadline > Now || i == 0, "a deadline that was kept is over");
                Now = system.NextDeadline > Now ? system.NextDeadline : Now;
                system.OnTime(Now);
                Drain();
            }

            Now = end;
        }

        public void Drain()
        {
            while (system.TryTransmit(out LinkId link, _frame))
            {
                Hold(SlowFrame.Parse(_frame, out ReadOnlySpan<byte> pdu) == SlowPduError.None, "what is sent can be read");
                Hold(system.Ports[link.Index].IsUp, "what is sent has a link");
                if (pdu[0] == SlowFrame.LacpSubtype)
                {
                    Queue<Timestamp> sent = _sent[link.Index];
                    sent.Enqueue(Now);
                    Hold(sent.Count <= LacpTimes.LacpdusPerWindow || Now - sent.Dequeue() >= LacpTimes.LimitWindow, "three LACPDUs in a second");
                }
            }

            Hold(system.NextDeadline > Now, "a deadline that was kept is over");
            int used = 0;
            foreach (LacpPort port in system.Ports)
            {
                Hold(!port.IsDistributing || port.IsCollecting, "what distributes collects");
                Hold(!port.IsCollecting || (port.IsUp && port.Selected == LacpSelection.Selected), "what collects is up and selected");
                Hold(!port.IsCollecting || port.Partner.Has(LacpState.Synchronization), "what collects has a partner in sync");
                Hold(!port.IsCollecting || port.Aggregator == system.ActiveAggregator, "what collects is of the aggregator in use");
                Hold(port.Selected == LacpSelection.Unselected || port.Aggregator >= 0, "what is selected has an aggregator");
                used += port.Selected == LacpSelection.Selected ? 1 : 0;
            }

            Hold(used <= options.MaxLinks && (used == 0 || used >= Math.Min(options.MinLinks, options.MaxLinks)), "least and most links");
        }
    }
}
