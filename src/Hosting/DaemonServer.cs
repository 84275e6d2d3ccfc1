using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Trunkline.Hosting;

/// <summary>Answers questions about a daemon, one at a time on a thread of its own: over a socket in a folder, or over HTTP.</summary>
/// <remarks>A question is at most 8 KiB and may take two seconds to come; whoever asks is closed after its answer.</remarks>
public sealed class DaemonServer : IDisposable
{
    private const int QuestionBytesMax = 8192;
    private const int TimeLimitMs = 2000;

    private readonly Socket _listener;
    private readonly string? _path;
    private readonly Func<string, string> _answer;
    private readonly string _end;

    private DaemonServer(Socket listener, string? path, string end, Func<string, string> answer)
    {
        (_listener, _path, _end, _answer) = (listener, path, end, answer);
        new Thread(Serve) { IsBackground = true, Name = "answers" }.Start();
    }

    /// <summary>Listens on a socket in the file system, for its owner alone; a question is a line.</summary>
    /// <param name="path">Where; a socket that a dead daemon left is replaced.</param>
    /// <param name="answer">Answers a line.</param>
    /// <exception cref="SocketException">Another daemon listens there, or the folder is not there.</exception>
    public static DaemonServer AtPath(string path, Func<string, string> answer)
    {
        if (File.Exists(path))
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(path));
                throw new SocketException((int)SocketError.AddressAlreadyInUse);
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
            {
                File.Delete(path);
            }
        }

        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            listener.Listen(16);
            return new DaemonServer(listener, path, "\n", answer);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    /// <summary>Listens for HTTP: <c>GET /metrics</c>, and <c>GET /ready</c>.</summary>
    /// <param name="at">Where.</param>
    /// <param name="metrics">The figures.</param>
    /// <param name="isReady">Whether the daemon does its work.</param>
    /// <exception cref="SocketException">The address is taken, or not this host's.</exception>
    public static DaemonServer OverHttp(IPEndPoint at, Func<string> metrics, Func<bool> isReady)
    {
        var listener = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            listener.Bind(at);
            listener.Listen(16);
            return new DaemonServer(listener, null, "\r\n\r\n", Answer);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        string Answer(string question) => question.Split(' ') switch
        {
            ["GET", "/metrics", ..] => Page("200 OK", OpenMetrics.ContentType, metrics()),
            ["GET", "/ready", ..] when isReady() => Page("200 OK", "text/plain", "ready\n"),
            ["GET", "/ready", ..] => Page("503 Service Unavailable", "text/plain", "not ready\n"),
            _ => Page("404 Not Found", "text/plain", "there are /metrics and /ready\n"),
        };

        static string Page(string status, string type, string text) =>
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(text)}\r\nConnection: close\r\n\r\n{text}";
    }

    /// <summary>Asks a daemon, over its socket in the file system.</summary>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static string Ask(string path, string question)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5_000, SendTimeout = 5_000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        socket.Send(Encoding.UTF8.GetBytes(question + "\n"));
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }

    private void Serve()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = _listener.Accept();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (exception is SocketException { SocketErrorCode: SocketError.TooManyOpenSockets })
                {
                    Thread.Sleep(250);
                    continue;
                }

                return;
            }

            using (socket)
            {
                try
                {
                    Answer(socket);
                }
                catch (Exception exception) when (exception is SocketException or TimeoutException or ObjectDisposedException)
                {
                    // Who asked is gone, or the daemon is about to be.
                }
            }
        }
    }

    private void Answer(Socket socket)
    {
        (socket.ReceiveTimeout, socket.SendTimeout) = (TimeLimitMs, TimeLimitMs);
        byte[] question = new byte[QuestionBytesMax];
        long end = Environment.TickCount64 + TimeLimitMs;
        int count = 0;
        while (count < question.Length && Environment.TickCount64 < end)
        {
            int got = socket.Receive(question.AsSpan(count));
            count += got;
            string text = Encoding.ASCII.GetString(question, 0, count);
            if (text.Contains(_end, StringComparison.Ordinal))
            {
                socket.Send(Encoding.UTF8.GetBytes(_answer(text[..text.IndexOfAny(['\r', '\n'])])));
                socket.Shutdown(SocketShutdown.Send);
                return;
            }

            if (got == 0)
            {
                return;
            }
        }
    }
}
