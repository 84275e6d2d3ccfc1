using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Trunkline.Testing.Network;

namespace Trunkline.Storage.Tests.Stripe;

/// <summary>What a transfer was like.</summary>
internal sealed record Transfer(long Bytes, string Hash, TimeSpan Time, TimeSpan LongestPause)
{
    public double BitsPerSecond => 8 * Bytes / Time.TotalSeconds;
}

/// <summary>A server that sends or takes so many bytes as its client says, and clients of it.</summary>
internal sealed class Talk : IDisposable
{
    private readonly Socket _listener;
    private readonly List<Socket> _accepted = [];
    private readonly NetworkNamespace? _host;

    public Talk(NetworkNamespace? host, int port)
    {
        _host = host;
        _listener = In(host, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(64);
            return socket;
        });
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        new Thread(Accept).Start();
    }

    public int Port { get; }

    public static T In<T>(NetworkNamespace? host, Func<T> action) => host is null ? action() : host.Within(action);

    public static Socket Connect(NetworkNamespace? host, int port) => In(host, () =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 60_000, SendTimeout = 60_000 };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    });

    /// <summary>The client sends; the server answers with the hash of what it got.</summary>
    public static (Transfer Sent, string HashThere, int PauseThere) Write(NetworkNamespace? host, int port, long bytes, int seed)
    {
        using Socket socket = Connect(host, port);
        var clock = Stopwatch.StartNew();
        socket.Send(Encoding.ASCII.GetBytes($"w{bytes:d15}"));
        string hash = Send(socket, bytes, seed);
        socket.Shutdown(SocketShutdown.Send);
        byte[] answer = new byte[200];
        int count = 0, got;
        while ((got = socket.Receive(answer.AsSpan(count))) > 0)
        {
            count += got;
        }

        string[] parts = Encoding.ASCII.GetString(answer, 0, count).Split(' ');
        Assert.True(parts.Length == 2, "the answer is whole");
        return (new Transfer(bytes, hash, clock.Elapsed, TimeSpan.Zero), parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>The server sends; its bytes are those of the seed.</summary>
    public static Transfer Read(NetworkNamespace? host, int port, long bytes)
    {
        using Socket socket = Connect(host, port);
        socket.Send(Encoding.ASCII.GetBytes($"r{bytes:d15}"));
        socket.Shutdown(SocketShutdown.Send);
        return Receive(socket);
    }

    /// <summary>The hash of so many bytes of the seed.</summary>
    public static string Hash(long bytes, int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] piece in Pieces(bytes, seed))
        {
            hash.AppendData(piece);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_accepted)
        {
            _accepted.ForEach(s => s.Dispose());
        }
    }

    private static Transfer Receive(Socket socket)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[256 << 10];
        var clock = Stopwatch.StartNew();
        TimeSpan last = TimeSpan.Zero, longest = TimeSpan.Zero;
        long all = 0;
        int got;
        while ((got = socket.Receive(buffer)) > 0)
        {
            hash.AppendData(buffer, 0, got);
            TimeSpan now = clock.Elapsed;
            longest = all > 0 && now - last > longest ? now - last : longest;
            last = now;
            all += got;
        }

        return new Transfer(all, Convert.ToHexStringLower(hash.GetHashAndReset()), clock.Elapsed, longest);
    }

    private static string Send(Socket socket, long bytes, int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] piece in Pieces(bytes, seed))
        {
            socket.Send(piece);
            hash.AppendData(piece);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static IEnumerable<byte[]> Pieces(long bytes, int seed)
    {
        byte[] piece = new byte[64 << 10];
        new Random(seed).NextBytes(piece);
        for (long left = bytes; left > 0; left -= piece.Length)
        {
            BitConverter.TryWriteBytes(piece, left);
            yield return left < piece.Length ? piece[..(int)left] : piece;
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket socket = _listener.Accept();
                lock (_accepted)
                {
                    _accepted.Add(socket);
                }

                new Thread(() => Serve(socket)).Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            byte[] head = new byte[16];
            for (int count = 0; count < head.Length;)
            {
                int got = socket.Receive(head.AsSpan(count));
                if (got == 0)
                {
                    return;
                }

                count += got;
            }

            long bytes = long.Parse(Encoding.ASCII.GetString(head, 1, 15), System.Globalization.CultureInfo.InvariantCulture);
            if (head[0] == 'r')
            {
                Send(socket, bytes, 0);
            }
            else
            {
                Transfer transfer = Receive(socket);
                socket.Send(Encoding.ASCII.GetBytes($"{transfer.Hash} {(int)transfer.LongestPause.TotalMilliseconds}"));
            }

            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The client sees it.
        }
        finally
        {
            socket.Dispose();
        }
    }
}
