using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Trunkline.Core.Units;
using Trunkline.Testing.Network;

namespace Trunkline.Testing.Tests.Network;

[Collection("namespaces")]
public sealed class HostPairTests
{
    private const long RateBps = 20_000_000;

    private static readonly ShapedVethOptions TwentyMegabits = new() { Rate = new BitRate(RateBps) };

    [Fact]
    public void HostPair_OfFourLinks_PassesPacketsOnEachAndIsGoneAfterwards()
    {
        Require.Namespaces();
        NetworkNamespace left;
        NetworkNamespace right;
        using (var hosts = new HostPair(4, TwentyMegabits))
        {
            (left, right) = (hosts.Left, hosts.Right);
            for (int link = 0; link < hosts.LinkCount; link++)
            {
                Assert.Equal("hello", SendOverTcp(hosts, new IPEndPoint(HostPair.RightAddress(link), 0), "hello"));
                Assert.Equal("hello", SendOverTcp(hosts, new IPEndPoint(IPAddress.Parse($"fd77:{link}::2"), 0), "hello"));
                Assert.True(PacketsSent(hosts.Left, link) > 0, $"nothing was sent on link{link}");
            }
        }

        Assert.False(File.Exists(left.Path));
        Assert.False(File.Exists(right.Path));
    }

    [Fact]
    public async Task HostPair_OfOneShapedLink_CarriesItsRate()
    {
        Require.Namespaces();
        using var hosts = new HostPair(1, TwentyMegabits);
        using Socket listener = hosts.Right.Within(() => Listen(new IPEndPoint(HostPair.RightAddress(0), 0)));
        using Socket sender = hosts.Left.Within(() => ConnectWithCubic(listener.LocalEndPoint!));
        using Socket receiver = listener.Accept();

        using var ending = new CancellationTokenSource();
        Task sending = Task.Run(() => SendUntil(sender, ending.Token), TestContext.Current.CancellationToken);
        Receive(receiver, TimeSpan.FromMilliseconds(300));
        double goodputBps = Receive(receiver, TimeSpan.FromSeconds(1.5));
        await ending.CancelAsync();
        receiver.Close();
        await sending.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        // 1448 bytes of each frame's 1514 are the user's.
        Assert.InRange(goodputBps * 1514 / 1448, 0.8 * RateBps, 1.2 * RateBps);
    }

    [Fact]
    public void HostPair_WithAFaultyOption_ThrowsAndLeavesNothing()
    {
        Require.Namespaces();
        string[] before = OwnNames();

        Assert.Throws<InvalidOperationException>(() => new HostPair(1, new ShapedVethOptions { Burst = new ByteCount(-1) }));

        Assert.Equal(before, OwnNames());
    }

    private static string[] OwnNames() =>
        [.. Directory.EnumerateFiles("/run/netns", $"trunkline-test.{Environment.ProcessId}.*").Order(StringComparer.Ordinal)];

    private static string SendOverTcp(HostPair hosts, IPEndPoint to, string text)
    {
        using Socket listener = hosts.Right.Within(() => Listen(to));
        using Socket sender = hosts.Left.Within(() => ConnectWithCubic(listener.LocalEndPoint!));
        using Socket receiver = listener.Accept();
        sender.Send(System.Text.Encoding.ASCII.GetBytes(text));
        byte[] bytes = new byte[100];
        receiver.ReceiveTimeout = 5000;
        return System.Text.Encoding.ASCII.GetString(bytes, 0, receiver.Receive(bytes));
    }

    private static Socket Listen(EndPoint at)
    {
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(at);
        socket.Listen();
        return socket;
    }

    // The default of the kernel may be one that drops 8 % on a token bucket with so short a delay; the test is about the link.
    private static Socket ConnectWithCubic(EndPoint to)
    {
        const int tcpCongestion = 13;
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 5000 };
        socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, tcpCongestion, "cubic"u8);
        socket.Connect(to);
        return socket;
    }

    private static void SendUntil(Socket socket, CancellationToken ending)
    {
        byte[] bytes = new byte[64 * 1024];
        try
        {
            while (!ending.IsCancellationRequested)
            {
                socket.Send(bytes);
            }
        }
        catch (SocketException)
        {
            // The receiver has seen enough and closed.
        }
    }

    private static double Receive(Socket socket, TimeSpan time)
    {
        byte[] bytes = new byte[64 * 1024];
        long received = 0;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < time)
        {
            received += socket.Receive(bytes);
        }

        return received * 8 / clock.Elapsed.TotalSeconds;
    }

    private static long PacketsSent(NetworkNamespace host, int link) => long.Parse(
        host.Check("ip", "-stats", "-json", "link", "show", $"link{link}")
            .Split("\"tx\":{\"bytes\":")[1].Split("\"packets\":")[1].Split(',')[0],
        CultureInfo.InvariantCulture);
}
