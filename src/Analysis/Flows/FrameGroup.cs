using System.Runtime.CompilerServices;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Flows;

/// <summary>Some plain frames that wait for their entries to be found, so that the memory of many is fetched at once.</summary>
/// <remarks>
/// A table of many flows is larger than the caches, and frame by frame each wait for memory would be had in full. Of each frame the
/// bytes that decide are kept, in case its entry is new.
/// </remarks>
internal sealed class FrameGroup
{
    /// <summary>Most frames.</summary>
    public const int FramesMax = 64;

    private const int HeaderRoom = 80;

    private readonly FrameKey[] _keys = new FrameKey[FramesMax];
    private readonly byte[] _headers = new byte[FramesMax * HeaderRoom];
    private readonly byte[] _headerLengths = new byte[FramesMax];

    /// <summary>Frames that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Whether they must be looked for before another frame.</summary>
    public bool IsFull => Count == FramesMax;

    /// <summary>Their keys.</summary>
    public Span<FrameKey> Keys => _keys.AsSpan(0, Count);

    /// <summary>Adds a frame when it is plain.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(in CaptureRecord record, int interfaceIndex, int bytes, long nowNs)
    {
        ref FrameKey key = ref _keys[Count];
        int length = PlainFrame.TryRead(in record, ref key);
        if (length == 0)
        {
            return false;
        }

        key.Signature = KeyHash.OnInterface(key.Signature, interfaceIndex);
        key.InterfaceIndex = interfaceIndex;
        key.Bytes = bytes;
        key.NowNs = nowNs;
        Span<byte> room = _headers.AsSpan(Count * HeaderRoom, HeaderRoom);
        if (length == PlainFrame.UntaggedIpv4)
        {
            // A length that the compiler knows makes a copy of a few instructions.
            record.Frame[..PlainFrame.UntaggedIpv4].CopyTo(room);
        }
        else if (length == PlainFrame.UntaggedIpv6)
        {
            record.Frame[..PlainFrame.UntaggedIpv6].CopyTo(room);
        }
        else
        {
            record.Frame[..length].CopyTo(room);
        }

        _headerLengths[Count++] = (byte)length;
        return true;
    }

    /// <summary>The bytes that decide of a frame.</summary>
    public ReadOnlySpan<byte> HeadersOf(int index) => _headers.AsSpan(index * HeaderRoom, _headerLengths[index]);

    /// <summary>Empties it.</summary>
    public void Clear() => Count = 0;
}
