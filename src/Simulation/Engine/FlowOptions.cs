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
}
