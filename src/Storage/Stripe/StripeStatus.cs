using System.Globalization;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Hosting;
using Trunkline.Results;

namespace Trunkline.Storage.Stripe;

/// <summary>Puts together what an end is like: for <c>show</c>, and as metrics.</summary>
public static class StripeStatus
{
    internal static StripeStatusResult Create(string side, IEnumerable<TrunkRunner> runners, long heldBytes, long grantedBytes) => new()
    {
        Side = side,
        HeldBytes = heldBytes,
        GrantedBytes = grantedBytes,
        Trunks = [.. runners.Select(Trunk)],
    };

    /// <summary>The figures as OpenMetrics text.</summary>
    public static string Metrics(StripeStatusResult status)
    {
        var text = new OpenMetrics();
        text.Gauge("trunkline_stripe_held_bytes", "Memory of chunks that are sent and not acknowledged, or came and are not read.")
            .Value("trunkline_stripe_held_bytes", status.HeldBytes);
        text.Gauge("trunkline_stripe_granted_bytes", "Bytes that far ends may send and that are not read.")
            .Value("trunkline_stripe_granted_bytes", status.GrantedBytes);
        text.Gauge("trunkline_stripe_flows", "Connections.");
        Each(status, (number, trunk) => text.Value("trunkline_stripe_flows", trunk.Flows.Count, ("trunk", number)));
        Paths("trunkline_stripe_path_up", "Whether the path carries.", false, p => p.State == "up" ? 1 : 0);
        Paths("trunkline_stripe_path_rate_bps", "Its rate when it had work, in bits a second.", false, p => p.RateBps);
        Paths("trunkline_stripe_path_rtt_seconds", "Smoothed time to an acknowledgement.", false, p => p.RttUs / 1e6);
        Paths("trunkline_stripe_path_unacked_bytes", "Bytes that the far process has not acknowledged.", false, p => p.UnackedBytes);
        Paths("trunkline_stripe_path_sent_bytes", "Bytes that the far process acknowledged.", true, p => p.SentBytes);
        Paths("trunkline_stripe_path_received_bytes", "Bytes that came.", true, p => p.ReceivedBytes);
        Paths("trunkline_stripe_path_stalls", "How often the path was left.", true, p => p.Stalls);
        Paths("trunkline_stripe_path_sessions", "Sessions that the path has had.", true, p => p.Sessions);
        Paths("trunkline_stripe_path_redraws", "Source ports drawn anew.", true, p => p.Redraws);
        return text.ToString();

        void Paths(string name, string help, bool isCounter, Func<StripePathRow, double> value)
        {
            _ = isCounter ? text.Counter(name, help) : text.Gauge(name, help);
            Each(status, (number, trunk) =>
            {
                foreach (StripePathRow path in trunk.Paths)
                {
                    text.Value(
                        isCounter ? name + "_total" : name,
                        value(path),
                        ("trunk", number),
                        ("path", path.Path.ToString(CultureInfo.InvariantCulture)));
                }
            });
        }
    }

    private static void Each(StripeStatusResult status, Action<string, StripeTrunkRow> action)
    {
        for (int i = 0; i < status.Trunks.Count; i++)
        {
            action(i.ToString(CultureInfo.InvariantCulture), status.Trunks[i]);
        }
    }

    private static StripeTrunkRow Trunk(TrunkRunner runner)
    {
        long all = Math.Max(1, runner.Trunk.Paths.Sum(p => p.CarriedBytes + p.TakenBytes));
        return new StripeTrunkRow
        {
            Peer = runner.Peer,
            Paths = [.. runner.Trunk.Paths.Select(p => Path(p, runner.Sessions[p.Number], runner.Redraws[p.Number], all))],
            Flows = [.. runner.Trunk.Flows.Select(Flow)],
        };
    }

    private static StripePathRow Path(StripePath path, Session? session, long redraws, long all) => new()
    {
        Path = path.Number,
        Local = session?.Socket.LocalEndPoint?.ToString() ?? "",
        Remote = session?.Socket.RemoteEndPoint?.ToString() ?? "",
        State = path.State.ToString().ToLowerInvariant(),
        RateBps = 8 * path.BytesPerSecond,
        RttUs = path.RoundTrip.Nanoseconds / 1_000,
        RttMinUs = path.LeastRoundTrip.Nanoseconds / 1_000,
        UnackedBytes = path.UnacknowledgedBytes,
        SentBytes = path.CarriedBytes,
        ReceivedBytes = path.TakenBytes,
        SharePercent = Math.Round(100.0 * (path.CarriedBytes + path.TakenBytes) / all, 1),
        Stalls = path.Stalls,
        Sessions = path.SessionCount,
        Redraws = redraws,
    };

    private static StripeFlowRow Flow(StripeFlow flow) => new()
    {
        Flow = flow.Id.ToString("x16", CultureInfo.InvariantCulture),
        Service = flow.Service,
        SentBytes = flow.AppendedEnd,
        ReceivedBytes = flow.ConsumedBytes,
        UnackedBytes = flow.AppendedEnd - flow.Unacknowledged,
        HeldBytes = flow.HeldBytes,
        ResentBytes = flow.ResentBytes,
        DuplicateBytes = flow.DuplicateBytes,
    };
}
