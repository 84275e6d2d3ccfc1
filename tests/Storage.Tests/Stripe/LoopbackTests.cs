using System.Net;
using System.Net.Sockets;
using System.Text;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Trunkline.Storage.Stripe;
using Trunkline.Testing;

namespace Trunkline.Storage.Tests.Stripe;

/// <summary>Both ends on this host, without shaped links: what applications see, bounds, and strangers.</summary>
public sealed class LoopbackTests : IDisposable
{
    private readonly Talk _talk = new(null, 0);
    private readonly int _listen = FreePort();
    private readonly int _serve = FreePort();
    private readonly List<RunningSide> _running = [];

    public void Dispose()
    {
        _running.ForEach(r => r.Dispose());
        _talk.Dispose();
    }

    [Fact]
    public void Connection_ThatIsHalfClosed_StillBringsTheAnswer()
    {
        Start();
        (Transfer sent, string hash, _) = Talk.Write(null, _listen, 10_000_000, 3);

        Assert.Equal(sent.Hash, hash);
        Assert.Equal(Talk.Hash(0, 0), Talk.Read(null, _listen, 0).Hash);
    }

    [Fact]
    public void Connection_ThatIsReset_IsResetAtTheOtherEnd()
    {
        using var target = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        target.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        target.Listen();
        Start(((IPEndPoint)target.LocalEndPoint!).Port);
        using Socket client = Talk.Connect(null, _listen);
        using Socket there = target.Accept();
        client.Send("a"u8);
        Assert.Equal(1, there.Receive(new byte[10]));
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();

        there.ReceiveTimeout = 5_000;
        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => there.Receive(new byte[10])).SocketErrorCode);
    }

    [Fact]
    public void Connection_WhoseTargetIsNotThere_IsReset()
    {
        RunningSide serve = Start(FreePort());
        using Socket client = Talk.Connect(null, _listen);
        client.ReceiveTimeout = 5_000;

        Assert.Equal(SocketError.ConnectionReset, Assert.Throws<SocketException>(() => client.Receive(new byte[10])).SocketErrorCode);
        serve.WaitForLog("target failed");
    }

    [Fact]
    public void Connections_WhenTheServingEndIsStartedAnew_EndAndNewOnesWork()
    {
        RunningSide serve = Start();
        using Socket client = Talk.Connect(null, _listen);
        client.Send("r000010000000000"u8);
        byte[] buffer = new byte[1 << 16];
        client.Receive(buffer);
        serve.Dispose();
        _running.Remove(serve);
        _running.Add(Serve(_talk.Port));
        client.ReceiveTimeout = 5_000;
        Assert.Throws<SocketException>(() =>
        {
            while (client.Receive(buffer) > 0)
            {
            }
        });
        Assert.Equal(Talk.Hash(100_000, 0), Talk.Read(null, _listen, 100_000).Hash);
    }

    [Fact]
    public void Connections_ThatAreNotRead_HoldBackNoOtherAndLittleMemory()
    {
        Start(_talk.Port, memoryBytes: 32 << 20);
        var stopped = new List<Socket>();
        for (int i = 0; i < 64; i++)
        {
            stopped.Add(Talk.Connect(null, _listen));
            stopped[i].Send("r000001000000000"u8);
        }

        Thread.Sleep(1_500);
        long held = _running.Sum(r => r.Side.HeldBytes);
        Assert.InRange(held, 8 << 20, 2 * ((32 << 20) + (64 * CreditPool.FlowBytesMin)));
        Assert.Equal(Talk.Hash(5_000_000, 0), Talk.Read(null, _listen, 5_000_000).Hash);
        stopped.ForEach(s => s.Dispose());
    }

    [Fact]
    public void Strangers_OfAnySort_ReachNothingAndAreClosed()
    {
        RunningSide serve = Start();
        byte[] version = new byte[StripeHello.Bytes];
        new StripeHello(1, 2, 0, 1, true, StripeWelcome.Joined).Write(version);
        version[9] = 77;
        byte[] unknown = new byte[StripeHello.Bytes];
        new StripeHello(1, 2, 0, 1, false, StripeWelcome.Joined).Write(unknown);
        byte[][] greetings = [Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), version, unknown, []];
        foreach (byte[] greeting in greetings)
        {
            using Socket stranger = Talk.Connect(null, _serve);
            stranger.Send(greeting);
            Assert.True(IsClosed(stranger), Convert.ToHexString(greeting));
        }

        serve.WaitForLog("does not speak the stripe protocol");
        serve.WaitForLog("another version");
        serve.WaitForLog("refused: Unknown");
        serve.WaitForLog("no greeting in time");
        Assert.Equal(Talk.Hash(1_000, 0), Talk.Read(null, _listen, 1_000).Hash);
    }

    [Fact]
    public void Strangers_InGreatNumber_CostLittle()
    {
        RunningSide serve = Start();
        long before = GC.GetTotalMemory(true);
        var strangers = new List<Socket>();
        for (int i = 0; i < 300; i++)
        {
            strangers.Add(Talk.Connect(null, _serve));
        }

        Thread.Sleep(300);
        Assert.InRange((GC.GetTotalMemory(true) - before) / 256, 0, 64 << 10);
        Assert.Equal(44, strangers.Count(s => s.Poll(0, SelectMode.SelectRead)));
        strangers.ForEach(s => s.Dispose());
        Assert.DoesNotContain("trunk ended", serve.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other", "connect.pem", "the far end's key")]
    [InlineData("same", "serve.pem", "the far end's key")]
    [InlineData("same", "connect.pem", "session up")]
    public void Keys_ThatAreNotPaired_AreRefused(string folder, string file, string expected)
    {
        string keys = Directory.CreateTempSubdirectory("trunkline-keys").FullName;
        StripeKeys.Make(Path.Combine(keys, "same"));
        StripeKeys.Make(Path.Combine(keys, "other"));
        string pairing = Path.Combine(keys, "same", "pairing.pem");
        RunningSide serve = Serve(_talk.Port, () => StripeKeys.Read(Path.Combine(keys, "same", "serve.pem"), pairing));
        _running.Add(serve);
        RunningSide connect = Connect(() => StripeKeys.Read(Path.Combine(keys, folder, file), pairing));
        _running.Add(connect);

        (expected == "session up" ? connect : serve).WaitForLog(expected);
        if (expected == "session up")
        {
            Assert.Equal(Talk.Hash(1_000_000, 0), Talk.Read(null, _listen, 1_000_000).Hash);
        }
    }

    [Fact]
    public void Copies_ByNbdcopyThroughBothEnds_AreTheSame()
    {
        string nbdkit = Require.Program("nbdkit"), nbdcopy = Require.Program("nbdcopy"), qemu = Require.Program("qemu-img");
        string folder = Directory.CreateTempSubdirectory("trunkline-nbd").FullName;
        int port = FreePort();
        string disk = Path.Combine(folder, "disk"), copy = Path.Combine(folder, "copy");
        byte[] content = new byte[24 << 20];
        new Random(5).NextBytes(content);
        File.WriteAllBytes(disk, content);
        using var server = new RunningCommand(nbdkit, ["-f", "-p", $"{port}", "-i", "127.0.0.1", "file", disk]);
        Start(port);
        for (int i = 0; i < 100 && Command.Run("nbdinfo", ["--size", $"nbd://127.0.0.1:{_listen}"]).ExitCode != 0; i++)
        {
            Thread.Sleep(50);
        }

        Command.Run(nbdcopy, ["--connections=1", $"nbd://127.0.0.1:{_listen}", copy]).OrThrow();
        Assert.Equal(content, File.ReadAllBytes(copy));
        Command.Run(qemu, ["compare", "-f", "raw", "-F", "raw", disk, $"nbd://127.0.0.1:{_listen}"]).OrThrow();
        Array.Fill<byte>(content, 7, 1 << 20, 3 << 20);
        File.WriteAllBytes(copy, content);
        Command.Run(nbdcopy, [copy, $"nbd://127.0.0.1:{_listen}"]).OrThrow();
        Assert.Equal(content, File.ReadAllBytes(disk));
        Directory.Delete(folder, recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static bool IsClosed(Socket socket)
    {
        socket.ReceiveTimeout = 8_000;
        try
        {
            byte[] buffer = new byte[100];
            while (socket.Receive(buffer) > 0)
            {
            }

            return true;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private RunningSide Start(int? target = null, long memoryBytes = 256 << 20)
    {
        RunningSide serve = Serve(target ?? _talk.Port);
        _running.Add(serve);
        RunningSide connect = Connect(null, memoryBytes);
        _running.Add(connect);
        connect.WaitForLog("session up", 3);
        return serve;
    }

    private RunningSide Serve(int target, Func<StripeIdentity>? keys = null) => new(null, log => new ServeSide(
        new ServeSettings
        {
            Listen = [new IPEndPoint(IPAddress.Loopback, _serve)],
            Services = [new StripeService("default", new IPEndPoint(IPAddress.Loopback, target))],
            GreetingTimeout = Interval.FromSeconds(2),
            ReadIdentity = keys,
        },
        log));

    private RunningSide Connect(Func<StripeIdentity>? keys, long memoryBytes = 256 << 20) => new(null, log => new ConnectSide(
        new ConnectSettings
        {
            Services = [new StripeService("default", new IPEndPoint(IPAddress.Loopback, _listen))],
            Routes = [new StripeRoute(new IPEndPoint(IPAddress.Loopback, _serve))],
            Sessions = 3,
            MemoryBytes = memoryBytes,
            ReadIdentity = keys,
        },
        log));
}
