using System.Globalization;
using System.Net;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Storage.Stripe;
using Trunkline.Testing;
using Trunkline.Testing.Network;

namespace Trunkline.Storage.Tests.Stripe;

/// <summary>Two hosts, some links of different speeds between them, and both ends of a stripe over all of them.</summary>
internal sealed class StripeLab : IDisposable
{
    public const int Port = 2049;
    private const int SessionPort = 7400;

    private readonly HostPair _hosts;

    public StripeLab(int[] megabits, StripeOptions? options = null, Func<StripeIdentity>? serveKeys = null, Func<StripeIdentity>? connectKeys = null)
    {
        _hosts = new HostPair(megabits.Length, new ShapedVethOptions { Rate = null });
        for (int link = 0; link < megabits.Length; link++)
        {
            SetRate(link, megabits[link]);
        }

        Talk = new Talk(Right, 0);
        StripeOptions trunk = options ?? new StripeOptions();
        StartServe = () => new RunningSide(Right, log => new ServeSide(
            new ServeSettings
            {
                Listen = [new IPEndPoint(IPAddress.Any, SessionPort)],
                Services = [new StripeService("default", new IPEndPoint(IPAddress.Loopback, Talk.Port))],
                Trunk = trunk,
                ReadIdentity = serveKeys,
            },
            log));
        Serve = StartServe();
        Connect = new RunningSide(Left, log => new ConnectSide(
            new ConnectSettings
            {
                Services = [new StripeService("default", new IPEndPoint(IPAddress.Loopback, Port))],
                Routes = [.. Enumerable.Range(0, megabits.Length).Select(i => new StripeRoute(new IPEndPoint(HostPair.RightAddress(i), SessionPort)))],
                Sessions = megabits.Length,
                Trunk = trunk,
                ReadIdentity = connectKeys,
            },
            log));
        Connect.WaitForLog("session up", megabits.Length);
    }

    public NetworkNamespace Left => _hosts.Left;

    public NetworkNamespace Right => _hosts.Right;

    public Talk Talk { get; }

    public RunningSide Serve { get; set; }

    public RunningSide Connect { get; }

    public Func<RunningSide> StartServe { get; }

    public void SetRate(int link, int megabits)
    {
        foreach (NetworkNamespace host in new[] { Left, Right })
        {
            Command.Check(
                "tc", "-netns", host.Name, "qdisc", "replace", "dev", $"link{link}", "root", "tbf", "rate",
                megabits.ToString(CultureInfo.InvariantCulture) + "mbit", "burst", "131072", "limit", "300000");
        }
    }

    public void SetUp(int link, bool isUp) => Command.Check("ip", "-netns", Left.Name, "link", "set", $"link{link}", isUp ? "up" : "down");

    /// <summary>What a host sends over a link gets lost, without a word: it has a wrong idea of who is there.</summary>
    public void Silence(int link, bool fromLeft, bool isSilent)
    {
        string host = (fromLeft ? Left : Right).Name;
        string to = (fromLeft ? HostPair.RightAddress(link) : HostPair.LeftAddress(link)).ToString();
        if (isSilent)
        {
            Command.Check("ip", "-netns", host, "neigh", "replace", to, "lladdr", "02:00:00:00:00:99", "dev", $"link{link}", "nud", "permanent");
        }
        else
        {
            Command.Check("ip", "-netns", host, "neigh", "delete", to, "dev", $"link{link}");
        }
    }

    public void Dispose()
    {
        Connect.Dispose();
        Serve.Dispose();
        Talk.Dispose();
        _hosts.Dispose();
    }
}
