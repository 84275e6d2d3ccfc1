using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>A flow to explain: the headers of one of its packets, and how much of it was seen.</summary>
internal sealed class Flow(PacketHeaders headers)
{
    private PacketHeaders _headers = headers;

    /// <summary>The headers of its first packet.</summary>
    public ref readonly PacketHeaders Headers => ref _headers;

    /// <summary>Frames seen; 0 for a flow that was named, not seen.</summary>
    public long Frames { get; set; }

    /// <summary>Bytes seen, as long as they were on the wire.</summary>
    public long Bytes { get; set; }

    /// <summary>Whether it was set aside before, and counted as a flow then.</summary>
    public bool IsBack { get; private set; }

    /// <summary>Makes another flow of it, of which nothing was seen yet.</summary>
    public void Become(in PacketHeaders headers, bool isBack)
    {
        _headers = headers;
        IsBack = isBack;
        Frames = 0;
        Bytes = 0;
    }

    /// <summary>The headers of a packet that comes back: every layer's addresses, MACs and ports change places.</summary>
    public PacketHeaders Reversed()
    {
        PacketHeaders back = _headers;
        for (int i = 0; i < back.LayerCount; i++)
        {
            ref HeaderFields layer = ref back.LayerForWriting(i);
            (layer.SourceAddress, layer.DestinationAddress) = (layer.DestinationAddress, layer.SourceAddress);
            (layer.SourceMac, layer.DestinationMac) = (layer.DestinationMac, layer.SourceMac);
            (layer.SourcePort, layer.DestinationPort) = (layer.DestinationPort, layer.SourcePort);
            layer.Present = Swap(Swap(Swap(
                layer.Present,
                HeaderField.SourceAddress, HeaderField.DestinationAddress),
                HeaderField.SourceMac, HeaderField.DestinationMac),
                HeaderField.SourcePort, HeaderField.DestinationPort);
        }

        return back;
    }

    private static HeaderField Swap(HeaderField set, HeaderField one, HeaderField other)
    {
        HeaderField rest = set & ~(one | other);
        return rest | ((set & one) != 0 ? other : 0) | ((set & other) != 0 ? one : 0);
    }
}
