using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Results;

namespace Trunkline.Storage.Stripe;

/// <summary>A session of <see cref="StripeDoctor"/>, which waits for what it does.</summary>
internal sealed class ProbeSession : IDisposable
{
    private const int LevelTcp = 6, TcpInformation = 11;
    private const int MtuOffset = 60, ResentOffset = 100, SentOffset = 136;
    private const int TimeoutMs = 3_000;
    private const int WindowBytes = 4 << 20;

    private readonly StripeRoute _route;
    private readonly Socket _socket;
    private readonly Stream? _stream;
    private readonly byte[] _frame = new byte[StripeFrame.HeaderBytes + (32 << 10)];
    private long _sent;
    private long _acknowledged;

    public ProbeSession(StripeRoute route, StripeIdentity? identity, StripeHello hello)
    {
        (_route, Path) = (route, hello.Path);
        _socket = new Socket(route.Server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = TimeoutMs, SendTimeout = TimeoutMs };
        try
        {
            Sockets.Bind(_socket, route.Local, 0, route.Device);
            using var limit = new CancellationTokenSource(TimeoutMs);
            _socket.ConnectAsync(route.Server, limit.Token).AsTask().GetAwaiter().GetResult();
            _stream = Secure(new NetworkStream(_socket), identity);
            byte[] greeting = new byte[StripeHello.Bytes];
            hello.Write(greeting);
            var clock = Stopwatch.StartNew();
            _stream.Write(greeting);
            _stream.ReadExactly(greeting);
            RttUs = (long)clock.Elapsed.TotalMicroseconds;
            StripeFault fault = StripeHello.TryRead(greeting, out StripeHello answer);
            Fault = fault != StripeFault.None ? $"the answer is not of the stripe protocol: {fault}"
                : answer.Welcome != StripeWelcome.Joined ? $"refused: {answer.Welcome}"
                : "";
            new StripeFrame(StripeFrameType.Data, false, _frame.Length - StripeFrame.HeaderBytes, ulong.MaxValue, 0).Write(_frame);
        }
        catch (OperationCanceledException)
        {
            Fault = "no answer in time";
        }
        catch (Exception exception) when (exception is IOException or SocketException or AuthenticationException)
        {
            Fault = exception.GetBaseException().Message;
        }
    }

    public int Path { get; }

    public string Fault { get; private set; } = "";

    public long RttUs { get; }

    /// <summary>Sends for some time.</summary>
    /// <returns>Bits a second that the far process acknowledged.</returns>
    public long Send(TimeSpan time)
    {
        if (Fault.Length > 0)
        {
            return 0;
        }

        using var done = new ManualResetEventSlim();
        (long before, long last) = (_acknowledged, 0);
        var clock = Stopwatch.StartNew();
        var reader = new Thread(() =>
        {
            // Ends once all is acknowledged, or at the time limit.
            try
            {
                byte[] head = new byte[StripeFrame.HeaderBytes];
                while (!done.IsSet || Volatile.Read(ref _acknowledged) < Volatile.Read(ref _sent))
                {
                    _stream!.ReadExactly(head);
                    if (head[0] == (byte)StripeFrameType.Acknowledge)
                    {
                        Volatile.Write(ref _acknowledged, BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(16)));
                        last = clock.ElapsedTicks;
                    }
                }
            }
            catch (IOException exception)
            {
                Fault = exception.Message;
            }
        });
        reader.Start();
        try
        {
            while (clock.Elapsed < time && Fault.Length == 0)
            {
                if (_sent - Volatile.Read(ref _acknowledged) > WindowBytes)
                {
                    Thread.Sleep(1);
                    continue;
                }

                Volatile.Write(ref _sent, _sent + _frame.Length);
                _stream!.Write(_frame);
            }
        }
        catch (IOException exception)
        {
            Fault = exception.Message;
        }

        done.Set();
        reader.Join();
        return last == 0 ? 0 : (long)(8 * (_acknowledged - before) * (double)Stopwatch.Frequency / last);
    }

    public StripeDoctorRow Report(long aloneBps, long togetherBps, IReadOnlyList<int> shares)
    {
        (int mtu, double resent) = ReadKernel();
        return new StripeDoctorRow
        {
            Path = Path,
            Server = _route.Server.ToString(),
            Local = _socket.LocalEndPoint is IPEndPoint local && _socket.Connected ? local.ToString() : "",
            Fault = Fault,
            RttUs = RttUs,
            MtuBytes = mtu,
            AloneBps = aloneBps,
            TogetherBps = togetherBps,
            ResentPercent = Math.Round(resent, 2),
            SharesWith = shares,
        };
    }

    public void Dispose()
    {
        _stream?.Dispose();
        _socket.Dispose();
    }

    private static Stream Secure(NetworkStream network, StripeIdentity? identity)
    {
        if (identity is null)
        {
            return network;
        }

        var stream = new SslStream(network);
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = "stripe",
            ClientCertificates = [identity.Own],
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 certificate
                && identity.Trusted.Contains(StripeKeys.Fingerprint(certificate)) && StripeKeys.HasUsage(certificate, StripeKeys.ServerUsage),
        });
        return stream;
    }

    private (int MtuBytes, double ResentPercent) ReadKernel()
    {
        byte[] information = new byte[256];
        if (!OperatingSystem.IsLinux() || Fault.Length > 0)
        {
            return default;
        }

        int count = _socket.GetRawSocketOption(LevelTcp, TcpInformation, information);
        if (count < SentOffset + sizeof(uint))
        {
            return default;
        }

        uint sent = BitConverter.ToUInt32(information, SentOffset);
        return ((int)BitConverter.ToUInt32(information, MtuOffset), sent == 0 ? 0 : 100.0 * BitConverter.ToUInt32(information, ResentOffset) / sent);
    }
}
