using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

/// <summary>A sender seen from the wire: what arrives, and what leaves because of it.</summary>
/// <remarks>What left is compared in order; each input first asserts that nothing more had left before it.</remarks>
internal sealed class TcpTrace
{
    public const int Mss = 1_448;

    /// <summary>NewReno without SACK, segment by segment: what other transports begin with.</summary>
    public static readonly Scenarios.Model.Transport Reno = new()
    {
        CongestionControl = CongestionControl.NewReno,
        Sack = false,
        LossDetection = LossDetection.DuplicateAcks,
        AckEvery = 1,
        Tso = new ByteCount(0),
        Coalescing = new Coalescing { IsOn = false },
    };

    /// <summary>NewReno with SACK, where three segments behind mean a loss.</summary>
    public static readonly Scenarios.Model.Transport Sack = Reno with { Sack = true };

    /// <summary>NewReno with RACK-TLP.</summary>
    public static readonly Scenarios.Model.Transport Rack = Sack with { LossDetection = LossDetection.RackTlp };

    private readonly Queue<TcpSegment> _left = new();
    private readonly List<(uint EndOffset, long FirstPs, long LastPs)> _sent = [];
    private long _nowPs;

    public TcpTrace(Scenarios.Model.Transport transport, long segments = long.MaxValue / 4 / Mss, bool isEstablished = true)
        : this(new TcpOptions(transport, 1_448 + transport.HeaderBytes), segments, isEstablished)
    {
    }

    public TcpTrace(TcpOptions options, long segments = long.MaxValue / 4 / Mss, bool isEstablished = true)
    {
        Sender.Reset(options, isEstablished);
        Sender.Append(segments * Mss);
        Drain();
    }

    public TcpSender Sender { get; } = new();

    public TcpTrace At(long nowPs)
    {
        NothingMore();
        Assert.True(Sender.NextDeadlinePs >= nowPs, $"a deadline at {Sender.NextDeadlinePs} was passed over");
        _nowPs = nowPs;
        return this;
    }

    public TcpTrace Append(int segments)
    {
        Sender.Append(segments * (long)Mss);
        Drain();
        return this;
    }

    /// <summary>The deadline is then, and comes.</summary>
    public TcpTrace Deadline(long atPs)
    {
        NothingMore();
        Assert.Equal(atPs, Sender.NextDeadlinePs);
        _nowPs = atPs;
        Sender.OnDeadline(atPs);
        Drain();
        return this;
    }

    /// <summary>An acknowledgement arrives.</summary>
    /// <param name="next">All before have arrived.</param>
    /// <param name="sack">Blocks.</param>
    /// <param name="duplicate">What has arrived twice.</param>
    /// <param name="isOriginal">Whether what moved it was the first copy.</param>
    /// <param name="isMarked">ECN echo.</param>
    public TcpTrace Acks(int next, Range[]? sack = null, Range? duplicate = null, bool isOriginal = false, bool isMarked = false)
    {
        NothingMore();
        (uint EndOffset, long FirstPs, long LastPs) moved = _sent[Sender.FirstUnacknowledged];
        var ack = new TcpAck
        {
            Next = next,
            NextOffset = next == 0 ? 0 : _sent[next - 1].EndOffset,
            EchoPs = isOriginal ? moved.FirstPs : moved.LastPs,
            HasEcnEcho = isMarked,
            HasDuplicate = duplicate is not null,
        };
        foreach (Range range in (Range[])[.. duplicate is Range first ? [first] : (Range[])[], .. sack ?? []])
        {
            ack.Sack[ack.SackCount++] = new SackBlock(range.Start.Value, range.End.Value);
        }

        Sender.OnAck(in ack, _nowPs);
        Drain();
        Sender.AssertConsistent();
        return this;
    }

    /// <summary>The answer to the packet that opens arrives.</summary>
    public TcpTrace Accepts(long echoPs)
    {
        Sender.OnAck(new TcpAck { IsSynAck = true, EchoPs = echoPs }, _nowPs);
        Drain();
        return this;
    }

    public TcpTrace Opens()
    {
        Assert.Equal(-1, Next("the opening").Index);
        return this;
    }

    public TcpTrace Sends(Range segments)
    {
        for (int i = segments.Start.Value; i < segments.End.Value; i++)
        {
            TcpSegment segment = Next($"segment {i}");
            Assert.Equal((i, false), (segment.Index, segment.IsRetransmission));
        }

        return this;
    }

    public TcpTrace Retransmits(params int[] segments)
    {
        foreach (int i in segments)
        {
            TcpSegment segment = Next($"a retransmission of {i}");
            Assert.Equal((i, true), (segment.Index, segment.IsRetransmission));
        }

        return this;
    }

    public TcpTrace NothingMore()
    {
        Assert.True(_left.Count == 0, _left.TryPeek(out TcpSegment next) ? $"{next.Index} left too (+{_left.Count - 1})" : "");
        return this;
    }

    public TcpTrace HasWindow(int window, int? threshold = null)
    {
        Assert.Equal((window, threshold ?? Sender.SlowStartThreshold), (Sender.Window, Sender.SlowStartThreshold));
        return this;
    }

    public TcpTrace IsIn(TcpState state)
    {
        Assert.Equal(state, Sender.State);
        return this;
    }

    private TcpSegment Next(string what)
    {
        Assert.True(_left.TryDequeue(out TcpSegment segment), $"{what} did not leave at {_nowPs / 1_000_000} us");
        return segment;
    }

    private void Drain()
    {
        while (Sender.TrySend(_nowPs, out TcpSegment segment))
        {
            _left.Enqueue(segment);
            if (segment.Index == _sent.Count)
            {
                _sent.Add((segment.Offset + (uint)segment.Bytes, _nowPs, _nowPs));
            }
            else if (segment.Index >= 0)
            {
                _sent[segment.Index] = _sent[segment.Index] with { LastPs = _nowPs };
            }
        }
    }
}
