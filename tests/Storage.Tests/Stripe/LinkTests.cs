using System.Net.Sockets;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;
using Trunkline.Storage.Stripe;
using Trunkline.Testing;

namespace Trunkline.Storage.Tests.Stripe;

/// <summary>Both ends over real kernels' TCP, on links that are shaped, fail and come back.</summary>
public sealed class LinkTests
{
    // Of the sum of the links; 1448 of 1514 bytes are the application's, and the machine may be busy.
    private const double LeastPart = 0.85;

    [Theory]
    [InlineData(new[] { 40, 40, 40, 40 })]
    [InlineData(new[] { 80, 40, 20, 10 })]
    public void OneConnection_OverFourLinks_TakesTheirSum(int[] megabits)
    {
        Require.Namespaces();
        using var lab = new StripeLab(megabits);
        long bytes = megabits.Sum() * 1_000_000L / 8 * 4;

        (Transfer sent, string hash, _) = Talk.Write(lab.Left, StripeLab.Port, bytes, 1);
        Transfer read = Talk.Read(lab.Left, StripeLab.Port, bytes);

        Assert.Equal(sent.Hash, hash);
        Assert.Equal((bytes, Talk.Hash(bytes, 0)), (read.Bytes, read.Hash));
        Assert.InRange(sent.BitsPerSecond / (megabits.Sum() * 1e6), LeastPart, 1);
        Assert.InRange(read.BitsPerSecond / (megabits.Sum() * 1e6), LeastPart, 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OneConnection_WhenALinkGoesDownAndComesBack_PausesShortly(bool isWrite)
    {
        Require.Namespaces();
        using var lab = new StripeLab([40, 40, 40, 40]);
        using var plan = new Timer(_ => lab.SetUp(1, false), null, 1_000, Timeout.Infinite);
        using var end = new Timer(_ => lab.SetUp(1, true), null, 3_000, Timeout.Infinite);

        AssertWhole(lab, isWrite, 100_000_000);
        lab.Connect.WaitForLog("path=1 state=suspect");
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void OneConnection_WhenALinkIsSilentInOneDirection_PausesShortly(bool isWrite, bool fromLeft)
    {
        Require.Namespaces();
        using var lab = new StripeLab([40, 40, 40, 40]);
        using var plan = new Timer(_ => lab.Silence(2, fromLeft, true), null, 1_000, Timeout.Infinite);
        using var end = new Timer(_ => lab.Silence(2, fromLeft, false), null, 3_000, Timeout.Infinite);

        AssertWhole(lab, isWrite, 70_000_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Connections_OnAnyScheduleOfFaults_AreWhole(int seed)
    {
        Require.Namespaces();
        using var lab = new StripeLab([40, 40, 40]);
        var random = new Random(seed);
        var isOver = new ManualResetEventSlim();
        var faults = new Thread(() =>
        {
            // One link is let be, so that there is always one; what is broken is mended before the next.
            while (!isOver.IsSet)
            {
                int link = random.Next(2), kind = random.Next(4), milliseconds = random.Next(50, 900);
                Begin(lab, link, kind);
                isOver.Wait(milliseconds);
                End(lab, link, kind);
                isOver.Wait(random.Next(50, 400));
            }
        });
        faults.Start();
        try
        {
            Parallel.For(0, 4, i =>
            {
                (Transfer sent, string hash, _) = Talk.Write(lab.Left, StripeLab.Port, 12_000_000, i);
                Assert.Equal(sent.Hash, hash);
                Transfer read = Talk.Read(lab.Left, StripeLab.Port, 12_000_000);
                Assert.Equal(Talk.Hash(12_000_000, 0), read.Hash);
            });
        }
        finally
        {
            isOver.Set();
            faults.Join();
        }
    }

    [Fact]
    public void Connections_WhenAllLinksAreDown_WaitAndThenEndWithAReset()
    {
        Require.Namespaces();
        using var lab = new StripeLab([40, 40], new StripeOptions { Hold = Interval.FromSeconds(2) });
        using Socket socket = Talk.Connect(lab.Left, StripeLab.Port);
        socket.Send("w000000000000009"u8);
        void SetAll(bool isUp)
        {
            lab.SetUp(0, isUp);
            lab.SetUp(1, isUp);
        }

        SetAll(false);
        Thread.Sleep(1_000);
        SetAll(true);
        socket.Send("123456789"u8);
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(64, Receive(socket).IndexOf(' ', StringComparison.Ordinal));

        using Socket other = Talk.Connect(lab.Left, StripeLab.Port);
        other.Send("r000000100000000"u8);
        byte[] buffer = new byte[1 << 16];
        other.Receive(buffer);
        SetAll(false);
        SocketException end = Assert.Throws<SocketException>(() =>
        {
            while (other.Receive(buffer) > 0)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, end.SocketErrorCode);
        lab.Serve.WaitForLog("trunk ended");
        SetAll(true);
        Assert.Equal(Talk.Hash(100_000, 0), Talk.Read(lab.Left, StripeLab.Port, 100_000).Hash);
    }

    [Fact]
    public void OneConnection_UnderTls_IsWhole()
    {
        Require.Namespaces();
        string folder = Directory.CreateTempSubdirectory("trunkline-keys").FullName;
        StripeKeys.Make(folder);
        Func<StripeIdentity> Key(string name) => () => StripeKeys.Read(Path.Combine(folder, name), Path.Combine(folder, "pairing.pem"));
        using var lab = new StripeLab([40, 40], null, Key("serve.pem"), Key("connect.pem"));

        (Transfer sent, string hash, _) = Talk.Write(lab.Left, StripeLab.Port, 20_000_000, 1);
        Assert.Equal(sent.Hash, hash);
        Assert.InRange(sent.BitsPerSecond, 0.7 * 80e6, 80e6);
        Assert.Equal(Talk.Hash(20_000_000, 0), Talk.Read(lab.Left, StripeLab.Port, 20_000_000).Hash);
    }

    private static void AssertWhole(StripeLab lab, bool isWrite, long bytes)
    {
        if (isWrite)
        {
            (Transfer sent, string hash, int pause) = Talk.Write(lab.Left, StripeLab.Port, bytes, 1);
            Assert.Equal(sent.Hash, hash);
            Assert.InRange(pause, 0, 1_000);
        }
        else
        {
            Transfer read = Talk.Read(lab.Left, StripeLab.Port, bytes);
            Assert.Equal(Talk.Hash(bytes, 0), read.Hash);
            Assert.InRange(read.LongestPause.TotalSeconds, 0, 1);
        }
    }

    private static void Begin(StripeLab lab, int link, int kind)
    {
        switch (kind)
        {
            case 0:
                lab.SetUp(link, false);
                break;
            case 1 or 2:
                lab.Silence(link, kind == 1, true);
                break;
            default:
                lab.SetRate(link, 1);
                break;
        }
    }

    private static void End(StripeLab lab, int link, int kind)
    {
        switch (kind)
        {
            case 0:
                lab.SetUp(link, true);
                break;
            case 1 or 2:
                lab.Silence(link, kind == 1, false);
                break;
            default:
                lab.SetRate(link, 40);
                break;
        }
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[200];
        int count = 0, got;
        while ((got = socket.Receive(buffer.AsSpan(count))) > 0)
        {
            count += got;
        }

        return System.Text.Encoding.ASCII.GetString(buffer, 0, count);
    }
}
