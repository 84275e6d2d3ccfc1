using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;

namespace Trunkline.Core.Benchmarks;

/// <summary>What one core takes to send packets of 1500 bytes through Multilink PPP and to put them together again.</summary>
/// <remarks>
/// Both ends on one core. The links are rings of fragments and arrive in turn, each a few fragments behind the one before it, so
/// that most wait for others. Headers alone: numbers, choice of link, order. With bytes, each fragment is written with its header
/// into a buffer of its own, and copied from there into the packet.
/// </remarks>
[Config(typeof(Rates))]
public class MlpppBenchmarks
{
    private sealed class Rates : ManualConfig
    {
        public Rates() => AddColumn(new PacketRateColumn(0), new PacketRateColumn(PacketBytes));
    }

    private const int Packets = 512;
    private const int PacketBytes = 1_500;
    private const int FragmentBytesMax = 2_048;
    private const int SlotsMax = 1 << 9;

    private readonly byte[] _packet = new byte[PacketBytes];
    private readonly byte[] _received = new byte[PacketBytes];
    private readonly byte[] _buffers = new byte[SlotsMax * FragmentBytesMax];
    private readonly MlpppFragment[] _fragments = new MlpppFragment[SlotsMax];
    private readonly int[] _queue = new int[8 * SlotsMax];
    private readonly int[] _queued = new int[8];
    private Bundle _bundle = null!;
    private MlpppFragmenter _fragmenter = null!;
    private MlpppReassembler _reassembler = null!;
    private int _slot;
    private long _nowNs;

    [Params(2, 4, 8)]
    public int Links { get; set; }

    /// <summary>0 for whole packets; 500 for three fragments of each.</summary>
    [Params(0, 500)]
    public int Fragment { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var options = new MlpppOptions { FragmentBytes = Fragment };
        _bundle = new Bundle([.. Enumerable.Range(0, Links).Select(i => new Link($"{i}", Link.DefaultRate))]);
        _fragmenter = new MlpppFragmenter(_bundle, options);
        _reassembler = new MlpppReassembler(Links, options);
        new Random(1).NextBytes(_packet);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Packets)]
    public long Headers() => Run(hasBytes: false);

    [Benchmark(OperationsPerInvoke = Packets)]
    public long Bytes() => Run(hasBytes: true);

    private long Run(bool hasBytes)
    {
        for (int i = 0; i < Packets; i += 8)
        {
            // Eight packets on their way at a time: each link brings what it has before the next one does.
            for (int j = 0; j < 8; j++)
            {
                Send(hasBytes);
            }

            for (int link = 0; link < Links; link++)
            {
                Receive(link, hasBytes);
            }
        }

        return _reassembler.Counters.Packets;
    }

    private void Send(bool hasBytes)
    {
        var now = new Timestamp(_nowNs += 300);
        _fragmenter.OnPacket(PacketBytes);
        while (_fragmenter.TryNext(now, out MlpppFragment fragment))
        {
            int link = fragment.Link.Index;
            int slot = _slot++ & (SlotsMax - 1);
            _bundle.OnSent(fragment.Link, fragment.WireBytes, now);
            _fragments[slot] = fragment;
            _queue[(link * SlotsMax) + _queued[link]++] = slot;
            if (hasBytes)
            {
                Span<byte> buffer = _buffers.AsSpan(slot * FragmentBytesMax, FragmentBytesMax);
                int length = fragment.Header.Write(buffer, MlpppForm.Bits24);
                _packet.AsSpan(fragment.Offset, fragment.Bytes).CopyTo(buffer[length..]);
            }
        }
    }

    private void Receive(int link, bool hasBytes)
    {
        var now = new Timestamp(_nowNs);
        for (int i = 0; i < _queued[link]; i++)
        {
            int slot = _queue[(link * SlotsMax) + i];
            ref readonly MlpppFragment fragment = ref _fragments[slot];
            MlpppHeader header = fragment.Header;
            if (hasBytes)
            {
                MlpppHeader.Parse(_buffers.AsSpan(slot * FragmentBytesMax, 4), MlpppForm.Bits24, out header);
            }

            _reassembler.OnFragment(fragment.Link, in header, fragment.Bytes, slot, now);
            while (_reassembler.TryRelease(out _))
            {
                if (hasBytes)
                {
                    Copy();
                }
            }
        }

        _queued[link] = 0;
    }

    private void Copy()
    {
        int end = 0;
        foreach (long slot in _reassembler.Tokens)
        {
            int bytes = _fragments[slot].Bytes;
            _buffers.AsSpan(((int)slot * FragmentBytesMax) + 4, bytes).CopyTo(_received.AsSpan(end));
            end += bytes;
        }
    }
}
