namespace Trunkline.Simulation.Transport;

/// <summary>Memory that the connections of a run take while they need it, and give back: so that it follows what is in flight.</summary>
/// <remarks>What is taken is as the last one left it. One thread.</remarks>
internal sealed class TransportPool
{
    /// <summary>Segments of a block, as a power of two.</summary>
    public const int BlockBits = 5;

    private const int RingBitsMax = 31;

    private readonly Stack<SentSegment[]> _blocks = [];
    private readonly Stack<ReassemblyRing>?[] _rings = new Stack<ReassemblyRing>?[RingBitsMax];

    /// <summary>Takes a block of segments in flight.</summary>
    public SentSegment[] TakeBlock() => _blocks.TryPop(out SentSegment[]? block) ? block : new SentSegment[1 << BlockBits];

    /// <summary>Gives a block back.</summary>
    public void GiveBlock(SentSegment[] block) => _blocks.Push(block);

    /// <summary>Takes a ring for segments beyond a hole, of which it holds none.</summary>
    /// <param name="bits">Its size, as a power of two: 6 to 30.</param>
    public ReassemblyRing TakeRing(int bits) =>
        _rings[bits] is { } free && free.TryPop(out ReassemblyRing? ring) ? ring : new ReassemblyRing(bits);

    /// <summary>Gives a ring back that holds nothing.</summary>
    public void GiveRing(ReassemblyRing ring) => (_rings[ring.Bits] ??= []).Push(ring);
}
