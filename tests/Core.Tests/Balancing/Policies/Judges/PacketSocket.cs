using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Trunkline.Core.Tests.Balancing.Policies.Judges;

/// <summary>A raw socket (AF_PACKET) of one namespace: whole frames out on a device, and in from every device.</summary>
internal sealed class PacketSocket : IDisposable
{
    private const ushort ProtocolAll = 3;
    private const int AddressBytes = 20;
    private const byte PacketOutgoing = 4;

    private readonly Socket _socket;

    /// <summary>Opens it; call within the namespace.</summary>
    public PacketSocket()
    {
        // The kernel wants the protocol in network order.
        var protocol = (ProtocolType)BinaryPrimitives.ReverseEndianness(ProtocolAll);
        _socket = new Socket(AddressFamily.Packet, SocketType.Raw, protocol) { ReceiveTimeout = 2000, ReceiveBufferSize = 4 << 20 };
    }

    /// <summary>Sends a frame.</summary>
    public void Send(int device, ReadOnlySpan<byte> frame) => _socket.SendTo(frame, SocketFlags.None, Address(device));

    /// <summary>Waits for a frame that came in from outside and ends with a marker.</summary>
    /// <returns>The index of the device that it came in on.</returns>
    public int Receive(ReadOnlySpan<byte> marker)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var from = new SocketAddress(AddressFamily.Packet, SocketAddress.GetMaximumAddressSize(AddressFamily.Packet));
        while (true)
        {
            from.Size = from.Buffer.Length;
            int length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
            if (from.Buffer.Span[10] != PacketOutgoing && buffer[..length].EndsWith(marker))
            {
                return BinaryPrimitives.ReadInt32LittleEndian(from.Buffer.Span[4..]);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static SocketAddress Address(int device)
    {
        // struct sockaddr_ll: family 2, protocol 2, ifindex 4, hatype 2, pkttype 1, halen 1, addr 8.
        var address = new SocketAddress(AddressFamily.Packet, AddressBytes);
        BinaryPrimitives.WriteInt32LittleEndian(address.Buffer.Span[4..], device);
        return address;
    }
}
