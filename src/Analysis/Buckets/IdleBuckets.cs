using System.Numerics;
using Trunkline.Analysis.Flows;
using Trunkline.Core.Balancing;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Buckets;

/// <summary>Whether there are inactive buckets: how many of a table's buckets no frame hits within a window.</summary>
/// <remarks>
/// <para>An idle bucket may change its link without overtaking anything, which is what rebalancing by buckets lives on. A window as
/// long as the delay it must outwait is the one to ask about.</para>
/// <para>A bucket is the low bits of the CRC-32 of the 5-tuple, as <c>crc/crc32</c> computes it; without IP, of MAC addresses,
/// EtherType and tags. The smaller tables are the largest one folded. A CRC being linear, ports in sequence leave fewer buckets idle than
/// chance would. Two bytes for an entry, nothing for a frame.</para>
/// </remarks>
internal sealed class IdleBuckets : IPacketSink, IResultPart
{
    private const int BucketsMax = 4096;

    private readonly FlowTable _table;
    private readonly Interval _window;
    private readonly Action<BucketWindow>? _onWindow;
    private readonly ChunkedArray<ushort> _buckets;
    private readonly IHashPolicy _tuple = PolicyCatalog.Get("crc/crc32");
    private readonly IHashPolicy _layer2 = PolicyCatalog.Get("crc/crc32:fields=smac+dmac+ethertype+vlan+inner-vlan");
    private readonly ulong[] _active = new ulong[BucketsMax / 64];
    private readonly long[] _idle = new long[BucketWindow.Sizes.Count];
    private readonly int[] _idleMin = [.. BucketWindow.Sizes];

    // Of the smallest table; null when nobody is told.
    private readonly long[]? _bytes;
    private long _windows;

    /// <summary>Makes ready.</summary>
    /// <param name="table">Knows what was active before it was retired.</param>
    /// <param name="options">Length of a window, and who is told.</param>
    /// <param name="entriesMax">One more than the largest entry.</param>
    public IdleBuckets(FlowTable table, AnalysisOptions options, int entriesMax)
    {
        _table = table;
        _window = options.Window;
        _onWindow = options.OnBucketWindow;
        _bytes = _onWindow is null ? null : new long[BucketWindow.Sizes[0]];
        _buckets = new ChunkedArray<ushort>(entriesMax);
    }

    /// <inheritdoc/>
    public void OnEntry(int entry, in PacketHeaders headers)
    {
        IHashPolicy policy = headers.Outer.IpVersion == 0 ? _layer2 : _tuple;
        _buckets.Reach(entry) = (ushort)(policy.Hash(in headers) % BucketsMax);
    }

    /// <inheritdoc/>
    public void OnActive(ReadOnlySpan<ActiveEntry> active)
    {
        foreach (ActiveEntry one in active)
        {
            int bucket = _buckets[one.Entry];
            _active[bucket >> 6] |= 1UL << (bucket & 63);
        }

        if (_bytes is not null)
        {
            foreach (ActiveEntry one in active)
            {
                _bytes[_buckets[one.Entry] % _bytes.Length] += one.Bytes;
            }
        }
    }

    /// <inheritdoc/>
    public void OnWindowEnd(long window)
    {
        _windows++;
        Span<int> idle = stackalloc int[BucketWindow.Sizes.Count];
        CountIdle(idle);
        for (int i = 0; i < idle.Length; i++)
        {
            _idle[i] += idle[i];
            _idleMin[i] = Math.Min(_idleMin[i], idle[i]);
        }

        if (_onWindow is not null)
        {
            var shares = new double[idle.Length];
            for (int i = 0; i < shares.Length; i++)
            {
                shares[i] = (double)idle[i] / BucketWindow.Sizes[i];
            }

            _onWindow(new BucketWindow(window, window * _window.TotalSeconds, shares) { Bytes = [.. _bytes!] });
            Array.Clear(_bytes!);
        }
    }

    /// <inheritdoc/>
    public AnalyzeResult AddTo(AnalyzeResult result) => result with { Buckets = [.. BucketWindow.Sizes.Select(Sum)] };

    private AnalyzeBuckets Sum(int buckets, int table) => new(
        buckets,
        _windows == 0 ? 1 : (double)_idle[table] / _windows / buckets,
        (double)_idleMin[table] / buckets);

    /// <summary>Counts the buckets that nothing hit, and makes the bitmap empty again.</summary>
    private void CountIdle(Span<int> idle)
    {
        // Tables fold to quarters: bucket b of the larger one is bucket b mod size of the smaller.
        Span<ulong> words = _active;
        for (int i = BucketWindow.Sizes.Count - 1; i >= 0; i--)
        {
            int hit = 0;
            foreach (ulong word in words)
            {
                hit += BitOperations.PopCount(word);
            }

            idle[i] = BucketWindow.Sizes[i] - hit;
            int quarter = words.Length / 4;
            for (int word = 0; word < quarter; word++)
            {
                words[word] |= words[word + quarter] | words[word + (2 * quarter)] | words[word + (3 * quarter)];
            }

            words = words[..quarter];
        }

        Array.Clear(_active);
    }
}
