using System.Net;
using System.Net.Sockets;
using System.Text;
using Trunkline.Hosting;
using Trunkline.Results;
using Trunkline.Storage.Stripe;

namespace Trunkline.Storage.Tests.Stripe;

public sealed class StatusTests
{
    private static readonly StripeStatusResult Status = new()
    {
        Side = "connect",
        HeldBytes = 5,
        GrantedBytes = 6,
        Trunks =
        [
            new StripeTrunkRow
            {
                Peer = "",
                Flows = [],
                Paths =
                [
                    new StripePathRow
                    {
                        Path = 0, Local = "a", Remote = "b", State = "up", RateBps = 8, RttUs = 1500, RttMinUs = 1000, UnackedBytes = 1,
                        SentBytes = 2, ReceivedBytes = 3, SharePercent = 100, Stalls = 4, Sessions = 1, Redraws = 0,
                    },
                ],
            },
        ],
    };

    [Fact]
    public void Metrics_OfAStatus_AreOpenMetrics()
    {
        string text = StripeStatus.Metrics(Status);

        Assert.Contains("# TYPE trunkline_stripe_path_sent_bytes counter\n", text, StringComparison.Ordinal);
        Assert.Contains("\ntrunkline_stripe_path_sent_bytes_total{trunk=\"0\",path=\"0\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\ntrunkline_stripe_path_rtt_seconds{trunk=\"0\",path=\"0\"} 0.0015\n", text, StringComparison.Ordinal);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Status_OverTheControlSocket_ReadsBack()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("trunkline-control").FullName, "s");
        using (DaemonServer.AtPath(path, _ => ResultJson.Write(Status)))
        {
            StripeStatusResult read = ResultJson.Read<StripeStatusResult>(DaemonServer.Ask(path, "status"))!;
            Assert.Equal(ResultJson.Write(Status), ResultJson.Write(read));
            Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(() => DaemonServer.AtPath(path, _ => "")).SocketErrorCode);
        }

        Assert.False(File.Exists(path));
        Assert.Null(ResultJson.Read<StripeStatusResult>("nonsense"));
    }

    [Theory]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK")]
    [InlineData("GET /ready HTTP/1.1\r\n\r\n", "HTTP/1.1 503 Service Unavailable")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 404 Not Found")]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 404 Not Found")]
    public void Http_OfAQuestion_Answers(string question, string expected)
    {
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var at = (IPEndPoint)free.LocalEndPoint!;
        free.Dispose();
        using var server = DaemonServer.OverHttp(at, () => "a 1\n# EOF\n", () => false);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5_000 };
        socket.Connect(at);
        socket.Send(Encoding.ASCII.GetBytes(question));
        byte[] answer = new byte[1000];
        int count = 0, got;
        while ((got = socket.Receive(answer.AsSpan(count))) > 0)
        {
            count += got;
        }

        Assert.StartsWith(expected, Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
    }

    [Fact]
    public void Log_OfWhatStrangersSend_StaysOneLine()
    {
        var text = new StringWriter();
        new DaemonLog(text, LogLevel.Info).Write(LogLevel.Info, "no such service", ("service", "a\n\"b\" =c"));

        Assert.Contains("info event=\"no such service\" service=\"a\\x0a\\\"b\\\" =c\"", text.ToString(), StringComparison.Ordinal);
        Assert.Single(text.ToString().Trim().Split('\n'));
    }
}
