using System.Net.Sockets;

namespace Trunkline.Storage.Stripe;

/// <summary>Bytes over a socket, in the clear or not. Never blocks.</summary>
internal interface ITransport
{
    /// <summary>What a call returns when it would have to wait.</summary>
    const int WouldBlock = -1;

    /// <summary>What a call returns when the connection is broken.</summary>
    const int Broken = -2;

    /// <summary>Why it is broken; empty when that is not known.</summary>
    string Fault { get; }

    /// <summary>Who the far end has shown to be; empty in the clear and before that is known.</summary>
    string Peer { get; }

    /// <summary>Receives.</summary>
    /// <returns>How many bytes; 0 at the end of the stream; or one of the above.</returns>
    int Receive(Span<byte> bytes);

    /// <summary>Sends.</summary>
    /// <returns>How many bytes were taken; or one of the above.</returns>
    int Send(ReadOnlyMemory<byte> bytes);

    /// <summary>The socket may be ready for what waits inside.</summary>
    void OnReady(bool canRead, bool canWrite);

    /// <summary>The socket is about to be closed.</summary>
    void Close();
}

/// <summary>In the clear.</summary>
internal sealed class PlainTransport(Socket socket) : ITransport
{
    public string Fault { get; private set; } = "";

    public string Peer => "";

    public int Receive(Span<byte> bytes)
    {
        int count = socket.Receive(bytes, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? count : Judge(error);
    }

    public int Send(ReadOnlyMemory<byte> bytes) => Send(bytes.Span);

    public int Send(ReadOnlySpan<byte> bytes)
    {
        int count = socket.Send(bytes, SocketFlags.None, out SocketError error);
        return error == SocketError.Success ? count : Judge(error);
    }

    public void OnReady(bool canRead, bool canWrite)
    {
    }

    public void Close()
    {
    }

    private int Judge(SocketError error)
    {
        if (error is SocketError.WouldBlock or SocketError.IOPending or SocketError.InProgress or SocketError.Interrupted)
        {
            return ITransport.WouldBlock;
        }

        Fault = error.ToString();
        return ITransport.Broken;
    }
}
