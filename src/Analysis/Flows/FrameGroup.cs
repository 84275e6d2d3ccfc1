using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Flows;

/// <summary>Some frames that wait for their entries to be found, so that the memory of many is fetched at once.</summary>
/// <remarks>
/// A table of many flows is larger than the caches, and frame by frame each wait for memory would be had in full. The bytes of the
/// frames lie in a block that must be there until then: their headers are looked at again when an entry is new.
/// </remarks>
internal sealed class FrameGroup
{
    /// <summary>Most frames.</summary>
    public const int FramesMax = 64;

    private const int KeptRoom = 80;

    private readonly FrameKey[] _keys = new FrameKey[FramesMax];
    private readonly int[] _starts = new int[FramesMax];
    private readonly int[] _lengths = new int[FramesMax];
    private readonly byte[] _kept = new byte[FramesMax * KeptRoom];

    /// <summary>Frames that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Whether they must be looked for before another frame.</summary>
    public bool IsFull => Count == FramesMax;

    /// <summary>Room for keys of as many as there may be.</summary>
    public Span<FrameKey> Keys => _keys;

    /// <summary>Where each begins in its block.</summary>
    public Span<int> Starts => _starts;

    /// <summary>How many bytes of each there are.</summary>
    public Span<int> Lengths => _lengths;

    /// <summary>The block of frames that were kept.</summary>
    public ReadOnlySpan<byte> Kept => _kept;

    /// <summary>Adds a frame when it is plain, and keeps its bytes that decide.</summary>
    public bool TryKeep(in CaptureRecord record, int interfaceIndex, int bytes, long nowNs)
    {
        ref FrameKey key = ref _keys[Count];
        key.Bytes = bytes;
        key.NowNs = nowNs;
        int length = record.LinkType == LinkType.Ethernet ? PlainFrame.TryRead(record.Frame, interfaceIndex, ref key) : 0;
        if (length == 0)
        {
            return false;
        }

        int start = Count * KeptRoom;
        Span<byte> room = _kept.AsSpan(start, KeptRoom);
        if (length == PlainFrame.UntaggedIpv4)
        {
            // A length that the compiler knows makes a copy of a few instructions.
            record.Frame[..PlainFrame.UntaggedIpv4].CopyTo(room);
        }
        else
        {
            record.Frame[..length].CopyTo(room);
        }

        _starts[Count] = start;
        _lengths[Count++] = length;
        return true;
    }

    /// <summary>Empties it.</summary>
    public void Clear() => Count = 0;
}
