using System.Net;
using System.Text.Json.Nodes;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of the file of one end of a stripe.</summary>
internal static class StripeFileKeys
{
    private const int ServicesMax = 64;
    private const int AddressesMax = 64;
    private const long MiB = 1 << 20;

    private static readonly MapForm<IPEndPoint> ServicesForm = new(new EndpointForm());
    private static readonly Key<IReadOnlyList<IPEndPoint>> Listen = new(
        "listen", new ListForm<IPEndPoint>(new EndpointForm(), AddressesMax), "Where sessions come in")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<(Written Name, IPEndPoint Value)>> Targets = new(
        "services", ServicesForm, "The storage's own address, under a name for each service; nothing else can be reached")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<(Written Name, IPEndPoint Value)>> Listeners = new(
        "services", ServicesForm, "Where applications connect, under the name that the service has at the serving end")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<IPEndPoint>> Servers = new(
        "servers", new ListForm<IPEndPoint>(new EndpointForm(), AddressesMax), "The serving end's addresses, one for each way to it")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<string>> From = new(
        "from", new ListForm<string>(new TextForm("an address or a device", 64), AddressesMax), "For each server: the address or device to leave by");
    private static readonly Key<int> Sessions = new("sessions", new WholeForm(1, 64), "Sessions; they go round over the servers");
    private static readonly Key<string> OwnKey = new("key", new TextForm("a file", 4096), "This end's key");
    private static readonly Key<string> Pairing = new("pairing", new TextForm("a file", 4096), "The certificates of all ends");
    private static readonly Key<bool> Insecure = new("insecure", FlagForm.Instance, "Everything in the clear") { Default = "false" };
    private static readonly Key<Interval> Hold = new(
        "hold", new IntervalForm("30s", Interval.Zero, Interval.FromSeconds(3600)), "How long connections wait while all paths are down")
    { Default = "30s" };
    private static readonly Key<ByteCount> Window = new(
        "window", new BytesForm("32MiB", new ByteCount(MiB), new ByteCount(1024 * MiB)), "Most of a connection's data that waits for its reader")
    { Default = "32MiB" };
    private static readonly Key<ByteCount> Memory = new(
        "memory", new BytesForm("256MiB", new ByteCount(MiB), new ByteCount(65_536 * MiB)), "The same for all connections together")
    { Default = "256MiB" };
    private static readonly Key<string> Control = new("control", new TextForm("a file", 100), "A socket to make, for trunkline stripe show");
    private static readonly Key<IPEndPoint> Metrics = new("metrics", new EndpointForm(), "Where to answer HTTP: /metrics and /ready");

    private static readonly Section ServeSection = new(
        "stripe-serve", "The end beside the storage", [Listen, Targets, OwnKey, Pairing, Insecure, Hold, Window, Memory, Control, Metrics]);

    private static readonly Section ConnectSection = new(
        "stripe-connect",
        "The end beside the application",
        [Listeners, Servers, From, Sessions, OwnKey, Pairing, Insecure, Hold, Window, Memory, Control, Metrics]);

    private static readonly Key<Fields> Serve = new("serve", ServeSection, "The end beside the storage");
    private static readonly Key<Fields> Connect = new("connect", ConnectSection, "The end beside the application");

    /// <summary>The whole file.</summary>
    public static readonly Section Root = new("stripe", "One end of a stripe", [Serve, Connect]);

    /// <summary>Puts the file together.</summary>
    /// <returns>Null with a fault.</returns>
    public static StripeFile? Read(Fields root)
    {
        if (root.Has(Serve) == root.Has(Connect))
        {
            root.Fault("a file is about one end; write either serve: or connect:");
            return null;
        }

        bool isServe = root.Has(Serve);
        if (root.Below(isServe ? Serve : Connect) is not Fields fields)
        {
            return null;
        }

        IReadOnlyList<IPEndPoint> listen = [], servers = [];
        IReadOnlyList<string> from = [];
        if (isServe)
        {
            fields.TryRequire(Listen, "[0.0.0.0:7400]", out listen);
        }
        else
        {
            from = fields.Get(From, []);
            if (fields.TryRequire(Servers, "[10.1.0.2:7400, 10.2.0.2:7400]", out servers) && from.Count > 0 && from.Count != servers.Count)
            {
                fields.Fault(From, $"there are {from.Count} for {servers.Count} servers; write one for each, in the same order");
            }
        }

        if (fields.TryRequire(isServe ? Targets : Listeners, "{nfs: 10.9.0.2:2049}", out IReadOnlyList<(Written Name, IPEndPoint Value)> services)
            && services.Count is 0 or > ServicesMax)
        {
            fields.Fault(isServe ? Targets : Listeners, $"has {services.Count} services; write 1 to {ServicesMax}");
        }

        bool isInsecure = fields.Get(Insecure, false);
        if (isInsecure == (fields.Has(OwnKey) || fields.Has(Pairing)) || fields.Has(OwnKey) != fields.Has(Pairing))
        {
            fields.Fault(Insecure, "either write key: and pairing:, which trunkline stripe keygen makes, or insecure: true to go without");
        }

        return new StripeFile
        {
            IsServe = isServe,
            Listen = listen ?? [],
            Services = [.. (services ?? []).Select(s => (s.Name.Text, s.Value))],
            Servers = servers ?? [],
            From = from,
            Sessions = isServe ? null : fields.Find(Sessions),
            Key = fields.FindText(OwnKey),
            Pairing = fields.FindText(Pairing),
            IsInsecure = isInsecure,
            Hold = fields.Get(Hold, Interval.FromSeconds(30)),
            WindowBytes = fields.Get(Window, new ByteCount(32 * MiB)).Bytes,
            MemoryBytes = fields.Get(Memory, new ByteCount(256 * MiB)).Bytes,
            Control = fields.FindText(Control),
            Metrics = fields.TryGet(Metrics, out IPEndPoint at) ? at : null,
        };
    }

    /// <summary>An address with a port.</summary>
    private sealed class EndpointForm : ScalarForm<IPEndPoint>
    {
        /// <inheritdoc/>
        public override string Wanted => "an address with a port such as 10.1.0.2:7400";

        /// <inheritdoc/>
        public override string? TryRead(string text, out IPEndPoint value)
        {
            string? fault = EndpointText.TryRead(text, out IPEndPoint? endpoint);
            value = endpoint!;
            return fault;
        }

        /// <inheritdoc/>
        public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "string" };
    }
}
