using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>How a connection's TCP works, and what its packets look like.</summary>
/// <param name="Tcp">The protocol.</param>
/// <param name="HeaderBytes">TCP and IP headers.</param>
/// <param name="HasHandshake">Whether it opens with a handshake.</param>
/// <param name="NicBytesMax">Most bytes before the host's NIC while that still sends; 0 for no bound.</param>
internal sealed record FlowOptions(TcpOptions Tcp, int HeaderBytes, bool HasHandshake, long NicBytesMax)
{
    /// <summary>Works them out.</summary>
    /// <param name="transport">What the scenario says.</param>
    /// <param name="mtuBytes">The largest IP packet.</param>
    public static FlowOptions Create(Scenarios.Model.Transport transport, int mtuBytes) =>
        new(new TcpOptions(transport, mtuBytes), transport.HeaderBytes, transport.Handshake, transport.NicQueue.Bytes);

    private FlowOptions? _paced;

    /// <summary>The same with pacing; made once for each burst in use.</summary>
    /// <param name="burstBytes">Most bytes at once; 0 for as many as without.</param>
    public FlowOptions Paced(long burstBytes)
    {
        int segments = burstBytes == 0 ? Tcp.TsoSegments : (int)Math.Clamp(burstBytes / Tcp.Mss, 1, Tcp.TsoSegments);
        return _paced is { } paced && paced.Tcp.TsoSegments == segments
            ? paced
            : _paced = this with { Tcp = Tcp with { IsPaced = true, TsoSegments = segments } };
    }
}
