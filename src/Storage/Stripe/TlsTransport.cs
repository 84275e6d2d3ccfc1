using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Trunkline.Storage.Stripe;

/// <summary>TLS 1.3 over a socket that does not block; both ends show a certificate whose key the other knows.</summary>
/// <remarks>
/// The runtime's stream stands on one that never waits by itself: reads that find nothing end when the loop says that the socket can be
/// read, writes go to a buffer. So everything runs on the loop's thread, and what is encrypted waits here, at most <see cref="OutBytesMax"/>.
/// </remarks>
internal sealed class TlsTransport : ITransport, IDisposable
{
    /// <summary>How what went wrong before a connection was secure begins.</summary>
    public const string NotSecure = "no secure connection: ";

    private const int OutBytesMax = 64 << 10;
    private const int RecordBytes = 16 << 10;

    private readonly EventLoop _loop;
    private readonly Session _session;
    private readonly Wire _wire;
    private readonly SslStream _stream;
    private byte[] _plain = [];
    private int _plainFrom;
    private int _plainTo;
    private Task<int>? _reading;
    private bool _isSecured;
    private bool _isDisposed;

    public TlsTransport(EventLoop loop, Session session, StripeIdentity identity, bool isServer)
    {
        (_loop, _session) = (loop, session);
        _wire = new Wire(session.Socket);
        _stream = new SslStream(_wire, leaveInnerStreamOpen: true);
        string usage = isServer ? StripeKeys.ClientUsage : StripeKeys.ServerUsage;
        bool Trusts(X509Certificate? shown) => shown is X509Certificate2 certificate && Judge(certificate, identity, usage);
        Task handshake = isServer
            ? _stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificate = identity.Own,
                ClientCertificateRequired = true,
                EnabledSslProtocols = SslProtocols.Tls13,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => Trusts(certificate),
            })
            : _stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "stripe",
                ClientCertificates = [identity.Own],
                EnabledSslProtocols = SslProtocols.Tls13,
                CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => Trusts(certificate),
            });
        handshake.ContinueWith(done => _loop.Post(() => OnHandshake(done)), TaskScheduler.Default);
    }

    public string Fault { get; private set; } = "";

    public string Peer { get; private set; } = "";

    public int Receive(Span<byte> bytes)
    {
        if (!_isSecured)
        {
            return ITransport.WouldBlock;
        }

        if (_plainFrom == _plainTo)
        {
            int count = Read();
            if (count <= 0)
            {
                return count;
            }

            (_plainFrom, _plainTo) = (0, count);
        }

        int taken = Math.Min(bytes.Length, _plainTo - _plainFrom);
        _plain.AsSpan(_plainFrom, taken).CopyTo(bytes);
        _plainFrom += taken;
        return taken;
    }

    public int Send(ReadOnlyMemory<byte> bytes)
    {
        if (!_isSecured || !TryFlush() || _wire.WaitingBytes >= OutBytesMax)
        {
            return Fault.Length > 0 ? ITransport.Broken : ITransport.WouldBlock;
        }

        try
        {
            // Ends at once: what it writes goes to memory.
            ValueTask writing = _stream.WriteAsync(bytes);
            if (!writing.IsCompleted)
            {
                writing.AsTask().GetAwaiter().GetResult();
            }

            return TryFlush() || Fault.Length == 0 ? bytes.Length : ITransport.Broken;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or AuthenticationException)
        {
            Fault = exception.Message;
            return ITransport.Broken;
        }
    }

    public void OnReady(bool canRead, bool canWrite)
    {
        if (canWrite)
        {
            TryFlush();
        }

        if (canRead)
        {
            _wire.OnReadable();

            // What the handshake has to say leaves at once.
            TryFlush();
        }
    }

    public void Close() => Dispose();

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _wire.Break();
            _stream.Dispose();
            _wire.Dispose();
        }
    }

    private bool Judge(X509Certificate2 certificate, StripeIdentity identity, string usage)
    {
        string key = StripeKeys.Fingerprint(certificate);
        bool isKnown = identity.Trusted.Contains(key) && StripeKeys.HasUsage(certificate, usage);
        Fault = isKnown ? "" : $"the far end's key {key[..16]}… is not in the pairing file";
        Peer = isKnown ? key : "";
        return isKnown;
    }

    private void OnHandshake(Task done)
    {
        if (_isDisposed)
        {
            return;
        }

        if (!done.IsCompletedSuccessfully)
        {
            TryFlush();
            string why = Fault.Length > 0 ? Fault : done.Exception?.GetBaseException().Message ?? "";
            _session.OnInsecure(NotSecure + why);
            return;
        }

        if (Peer.Length == 0)
        {
            _session.OnInsecure(NotSecure + "the far end has shown no key");
            return;
        }

        _plain = new byte[RecordBytes];
        _isSecured = true;
        TryFlush();
        _session.OnSecured();
    }

    private int Read()
    {
        try
        {
            if (_reading is null)
            {
                ValueTask<int> reading = _stream.ReadAsync(_plain);
                if (reading.IsCompleted)
                {
                    return reading.Result;
                }

                _reading = reading.AsTask();
            }

            if (!_reading.IsCompleted)
            {
                if (!_wire.IsWaiting)
                {
                    // Neither here nor waiting for the socket: a thread of the runtime has it.
                    _reading.ContinueWith(_ => _loop.Post(_session.Receive), TaskScheduler.Default);
                }

                return ITransport.WouldBlock;
            }

            int count = _reading.GetAwaiter().GetResult();
            _reading = null;
            return count;
        }
        catch (Exception exception) when (exception is IOException or CryptographicException or AuthenticationException or ObjectDisposedException)
        {
            Fault = exception.GetBaseException().Message;
            return ITransport.Broken;
        }
    }

    private bool TryFlush()
    {
        int sent = _wire.TrySend();
        if (sent == ITransport.Broken)
        {
            Fault = Fault.Length > 0 ? Fault : "the connection is broken";
        }

        return sent >= 0;
    }

    /// <summary>What the runtime's stream takes for the network.</summary>
    private sealed class Wire(Socket socket) : Stream
    {
        private byte[] _out = [];
        private int _outFrom;
        private int _outTo;
        private Memory<byte> _wanted;
        private TaskCompletionSource<int>? _waiting;
        private bool _isBroken;

        public int WaitingBytes => _outTo - _outFrom;

        public bool IsWaiting => _waiting is not null;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void OnReadable()
        {
            while (_waiting is { } waiting && TryReceive(_wanted.Span, out int count))
            {
                _waiting = null;
                waiting.SetResult(count);
            }
        }

        public void Break()
        {
            _isBroken = true;
            TaskCompletionSource<int>? waiting = _waiting;
            _waiting = null;
            waiting?.SetResult(0);
        }

        /// <summary>Gives the socket what it takes.</summary>
        /// <returns>0 when nothing is left; <see cref="ITransport.WouldBlock"/>; <see cref="ITransport.Broken"/>.</returns>
        public int TrySend()
        {
            while (_outFrom < _outTo && !_isBroken)
            {
                int sent = socket.Send(_out.AsSpan(_outFrom, _outTo - _outFrom), SocketFlags.None, out SocketError error);
                if (error != SocketError.Success)
                {
                    return error is SocketError.WouldBlock or SocketError.IOPending ? ITransport.WouldBlock : ITransport.Broken;
                }

                _outFrom += sent;
            }

            (_outFrom, _outTo) = (0, 0);
            return 0;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = 0;
            if (buffer.IsEmpty || TryReceive(buffer.Span, out count))
            {
                return new ValueTask<int>(count);
            }

            // Continues where it is completed: on the loop's thread.
            _wanted = buffer;
            _waiting = new TaskCompletionSource<int>();
            return new ValueTask<int>(_waiting.Task);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (_outTo + buffer.Length > _out.Length)
            {
                int waiting = WaitingBytes;
                byte[] larger = waiting + buffer.Length <= _out.Length ? _out : new byte[Math.Max(4096, 2 * (waiting + buffer.Length))];
                Array.Copy(_out, _outFrom, larger, 0, waiting);
                (_out, _outFrom, _outTo) = (larger, 0, waiting);
            }

            buffer.CopyTo(_out.AsSpan(_outTo));
            _outTo += buffer.Length;
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private bool TryReceive(Span<byte> bytes, out int count)
        {
            count = 0;
            if (!_isBroken)
            {
                count = socket.Receive(bytes, SocketFlags.None, out SocketError error);
                if (error is SocketError.WouldBlock or SocketError.IOPending)
                {
                    return false;
                }

                count = error == SocketError.Success ? count : 0;
            }

            return true;
        }
    }
}
