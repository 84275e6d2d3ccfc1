using System.Runtime.CompilerServices;
using Trunkline.Analysis.Pipeline;
using Trunkline.Core.Balancing;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Replay;

/// <summary>The techniques that may move a flow: they are asked for the link of every packet, a batch at a time.</summary>
/// <remarks>Each has virtual queues of its own, at the links' speeds. The last link of each entry is kept beside the others'.</remarks>
internal sealed class DynamicReplay
{
    private readonly ReplayTechnique[] _techniques;
    private readonly PackedLinks _last;
    private readonly long[] _reorderable;
    private readonly LinkId[] _picked = new LinkId[PacketBatch.PacketsMax];

    /// <summary>No packet yet.</summary>
    /// <param name="techniques">The techniques.</param>
    /// <param name="links">Number of links, of which at least one may be chosen.</param>
    /// <param name="entriesMax">One more than the largest entry.</param>
    public DynamicReplay(IEnumerable<ReplayTechnique> techniques, int links, int entriesMax)
    {
        _techniques = [.. techniques];
        _last = new PackedLinks(entriesMax, _techniques.Length, links);
        _reorderable = new long[_techniques.Length];
    }

    /// <summary>The techniques.</summary>
    public IReadOnlyList<ReplayTechnique> Techniques => _techniques;

    /// <summary>Packets that followed one of their entry on another link within the skew.</summary>
    public long ReorderableOf(int number) => _reorderable[number];

    /// <summary>Makes room for a new entry; what its index had before is never looked at, as it has no packet before.</summary>
    public void OnEntry(int entry) => _last.Reach(entry);

    /// <summary>Asks the techniques of a policy.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="policy">The policy's number.</param>
    /// <param name="offered">The packets, hashed by it.</param>
    /// <param name="isClose">1 for those whose entry had its last packet within the skew.</param>
    /// <param name="bytes">Where to add bytes.</param>
    /// <param name="frames">Where to add frames.</param>
    public void OnPackets(
        ReadOnlySpan<SeenPacket> packets,
        int policy,
        ReadOnlySpan<OfferedPacket> offered,
        ReadOnlySpan<byte> isClose,
        LoadTable bytes,
        LoadTable frames)
    {
        for (int number = 0; number < _techniques.Length; number++)
        {
            ReplayTechnique technique = _techniques[number];
            if (technique.Policy == policy)
            {
                technique.Balancer.PickMany(offered, _picked);
                _reorderable[number] += Count(packets, isClose, number, bytes.Row(technique.Index), frames.Row(technique.Index));
            }
        }
    }

    /// <summary>Counts packets on the links that were picked.</summary>
    /// <returns>How many could overtake the one before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private int Count(ReadOnlySpan<SeenPacket> packets, ReadOnlySpan<byte> isClose, int number, Span<long> bytes, Span<long> frames)
    {
        ReadOnlySpan<LinkId> picked = _picked.AsSpan(0, packets.Length);
        isClose = isClose[..packets.Length];
        PackedLinks lasts = _last;
        int place = number / lasts.PerByte;
        int shift = number % lasts.PerByte * lasts.Bits;
        int mask = (1 << lasts.Bits) - 1;
        int reorderable = 0;
        for (int i = 0; i < packets.Length; i++)
        {
            int link = picked[i].Index;
            bytes[link] += packets[i].Bytes;
            frames[link]++;
            ref byte last = ref lasts.ByteAt(packets[i].Entry, place);
            int change = ((last >> shift) ^ link) & mask;
            last ^= (byte)(change << shift);
            reorderable += change != 0 ? isClose[i] : 0;
        }

        return reorderable;
    }
}
