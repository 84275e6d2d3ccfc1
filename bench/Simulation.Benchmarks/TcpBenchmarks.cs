using BenchmarkDotNet.Attributes;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Benchmarks;

/// <summary>
/// What TCP costs for each segment, at both ends and without a network: a window of segments leaves, arrives a while later, and is
/// acknowledged.
/// </summary>
public class TcpBenchmarks
{
    private const int Segments = 65_536;
    private const int Window = 64;
    private const long SegmentPs = 1_230_400;
    private const long RoundTripPs = 100_000_000;

    private readonly TcpSender _sender = new();
    private readonly TcpReceiver _receiver = new();
    private readonly TcpSegment[] _segments = new TcpSegment[2 * Window];
    private readonly TcpAck[] _acks = new TcpAck[2 * Window];
    private long _nowPs;

    [GlobalSetup(Target = nameof(NewReno))]
    public void SetupNewReno() => Setup(new Scenarios.Model.Transport
    {
        CongestionControl = CongestionControl.NewReno,
        Sack = false,
        LossDetection = LossDetection.DuplicateAcks,
        AckEvery = 1,
        Tso = new Core.Units.ByteCount(0),
        Coalescing = new Coalescing { IsOn = false },
        HeaderBytes = 40,
    });

    [GlobalSetup(Target = nameof(Dctcp))]
    public void SetupDctcp() => Setup(new Scenarios.Model.Transport
    {
        CongestionControl = CongestionControl.Dctcp,
        AckEvery = 1,
        Coalescing = new Coalescing { IsOn = false },
    });

    [GlobalSetup(Targets = [nameof(Linux), nameof(LinuxReordered)])]
    public void SetupLinux() => Setup(new Scenarios.Model.Transport());

    /// <summary>NewReno without SACK, an acknowledgement for each segment.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Segments)]
    public long NewReno() => Run(0);

    /// <summary>DCTCP with RACK, an acknowledgement for each segment.</summary>
    [Benchmark(OperationsPerInvoke = Segments)]
    public long Dctcp() => Run(0);

    /// <summary>CUBIC with RACK and coalescing, as Linux is delivered.</summary>
    [Benchmark(OperationsPerInvoke = Segments)]
    public long Linux() => Run(0);

    /// <summary>The same where every other segment overtakes the one before.</summary>
    [Benchmark(OperationsPerInvoke = Segments)]
    public long LinuxReordered() => Run(1);

    private void Setup(Scenarios.Model.Transport transport)
    {
        _nowPs = 1;
        _sender.Reset(new TcpOptions(transport with { ReceiveWindow = new(Window * 1_448), InitialWindow = Window }, 1500), true);
        _receiver.Reset(_sender.Options);
        _sender.Append(TcpSender.Endless);
    }

    private long Run(int swap)
    {
        for (int sent = 0; sent < Segments;)
        {
            int count = 0;
            while (count < _segments.Length && _sender.TrySend(_nowPs, out _segments[count]))
            {
                count++;
            }

            sent += count;
            long startPs = _nowPs;
            _nowPs += RoundTripPs / 2;
            int acks = 0;
            for (int i = 0; i < count; i++)
            {
                _nowPs += SegmentPs;
                int index = i ^ swap;
                _receiver.OnSegment(in _segments[index < count ? index : i], false, _nowPs);
                while (_receiver.TryAck(out _acks[acks]))
                {
                    acks++;
                }
            }

            if (_receiver.NextDeadlinePs != long.MaxValue)
            {
                _nowPs = Math.Max(_nowPs, _receiver.NextDeadlinePs);
                _receiver.OnDeadline(_nowPs);
                while (_receiver.TryAck(out _acks[acks]))
                {
                    acks++;
                }
            }

            _nowPs = Math.Max(_nowPs, startPs + RoundTripPs);
            for (int i = 0; i < acks; i++)
            {
                _sender.OnAck(in _acks[i], _nowPs);
            }
        }

        return _sender.BytesAcked;
    }
}
