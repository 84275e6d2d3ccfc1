using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trunkline.Storage.Stripe;

/// <summary>Sockets as this part wants them.</summary>
internal static class Sockets
{
    private const int LevelSocket = 1, BindToDevice = 25;
    private const int LevelTcp = 6, NotSentLowWater = 25;

    /// <summary>What a session's kernel may hold beyond what it has sent: more only delays what is urgent.</summary>
    private const int UnsentBytesMax = 64 << 10;

    /// <summary>Listens.</summary>
    /// <exception cref="SocketException">The address is taken, or not this host's.</exception>
    public static Socket Listen(IPEndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(at);
            socket.Listen(512);
            socket.Blocking = false;
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new SocketException((int)exception.SocketErrorCode, $"cannot listen on {at}: {exception.Message}");
        }
    }

    /// <summary>Takes the next connection; null when there is none.</summary>
    public static Socket? TryAccept(Socket listener, out bool isExhausted)
    {
        isExhausted = false;
        try
        {
            Socket socket = listener.Accept();
            socket.Blocking = false;
            socket.NoDelay = true;
            return socket;
        }
        catch (SocketException exception)
        {
            isExhausted = exception.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;
            return null;
        }
    }

    /// <summary>Begins to connect.</summary>
    /// <param name="to">The far end.</param>
    /// <param name="local">The address to come from; null for any.</param>
    /// <param name="localPort">The port to come from; 0 for any.</param>
    /// <param name="device">The device to leave by; empty for any.</param>
    /// <param name="fault">Why not.</param>
    /// <returns>A socket that is writable once it is connected; null when that failed at once.</returns>
    public static Socket? TryConnect(IPEndPoint to, IPAddress? local, int localPort, string device, out string fault)
    {
        fault = "";
        Socket? socket = null;
        try
        {
            socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true };
            Bind(socket, local, localPort, device);
            socket.Connect(to);
            return socket;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress or SocketError.IOPending)
        {
            return socket;
        }
        catch (SocketException exception)
        {
            fault = exception.Message;
            socket?.Dispose();
            return null;
        }
    }

    /// <summary>Says where a socket that is to connect comes from.</summary>
    public static void Bind(Socket socket, IPAddress? local, int localPort, string device)
    {
        if (device.Length > 0)
        {
            socket.SetRawSocketOption(LevelSocket, BindToDevice, Encoding.ASCII.GetBytes(device + "\0"));
        }

        if (local is not null || localPort > 0)
        {
            IPAddress any = socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
            socket.Bind(new IPEndPoint(local ?? any, localPort));
        }
    }

    /// <summary>Why a connection that was begun failed; null when it did not.</summary>
    public static string? ConnectFault(Socket socket)
    {
        var error = (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)!;
        return error == SocketError.Success ? null : new SocketException((int)error).Message;
    }

    /// <summary>Sets what sessions want.</summary>
    public static void SetUpSession(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LevelTcp, NotSentLowWater, BitConverter.GetBytes(UnsentBytesMax));
        }
    }

    /// <summary>Closes with a reset: the far end is to know that this was no end in good order.</summary>
    public static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // It is broken already.
        }

        socket.Dispose();
    }
}
