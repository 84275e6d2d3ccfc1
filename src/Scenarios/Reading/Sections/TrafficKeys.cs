using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;
using Trunkline.Scenarios.Workloads;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of the kinds of traffic.</summary>
internal static class TrafficKeys
{
    private const int UdpAndIpHeaderBytes = 28;
    private const int PpmPerThousandth = 1_000;
    private const int DefaultPort = 5_001;

    private static readonly Key<string> Name = new("name", NameForm.Instance, "Its name in results; the kind where nothing is written");
    private static readonly Key<string> Kind = new(
        "kind",
        new TextForm("a kind of traffic", 20),
        "What sort of traffic it is")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<Written>> From = new(
        "from",
        Formed.Words("a host, a range (h1..h8), a pattern (h*) or all"),
        "Hosts that begin: clients, initiators, sources")
    { IsRequired = true };
    private static readonly Key<IReadOnlyList<Written>> To = new(
        "to",
        Formed.Words("a host, a range (h1..h8), a pattern (h*) or all"),
        "Hosts that they turn to")
    { IsRequired = true };
    private static readonly Key<Interval> Start = new("start", Formed.Time("10ms"), "When it begins") { Default = "0" };
    private static readonly Key<Interval> Stop = new(
        "stop",
        Formed.TimeSpan("90ms"),
        "When nothing new begins any more; the end of the run where nothing is written");
    private static readonly Key<Fields> Transport = new(
        "transport",
        TransportKeys.Section,
        "How TCP works here, where that differs from the scenario's");
    private static readonly Key<int> Class = new("class", new WholeForm(0, 7), "Priority class") { Default = "0" };
    private static readonly Key<int> Port = new("port", new WholeForm(1, 65_535), "Destination port") { Default = "5001" };

    private static readonly Key[] Common = [Name, Kind, From, To, Start, Stop, Class, Port];

    private static readonly Key<int> Count = new("count", new WholeForm(1, ScenarioLimits.Flows), "Flows of each pair") { Default = "1" };
    private static readonly Key<ByteCount> FlowBytes = new(
        "bytes",
        Formed.Bytes("1GB"),
        "Bytes of each flow; endless where nothing is written");
    private static readonly Key<Interval> Stagger = new(
        "stagger",
        Formed.Time("1us"),
        "Time between the starts of one flow and the next")
    { Default = "0" };
    private static readonly Key<BitRate> RateMax = new(
        "rate",
        Formed.Rate("1Gb/s"),
        "The most that each flow has to send; no bound where nothing is written");

    private static readonly Section Elephants = new(
        "elephants",
        "Large TCP flows, the first of from to the first of to, and so on; the shorter list is repeated",
        [.. Common, Transport, Count, FlowBytes, Stagger, RateMax]);

    private static readonly Key<Written> Sizes = new(
        "sizes",
        new WordForm($"a table ({string.Join(", ", SizeTables.Names)}) or a file: sizes.csv"),
        "Sizes of flows: a built-in table, or a CSV file with the columns bytes,cdf")
    { IsRequired = true };
    private static readonly Key<int> Load = new(
        "load",
        new PercentForm("40%", 100, 2_000_000),
        "Payload offered, as a share of what load-of says")
    { IsRequired = true };
    private static readonly Key<LoadBasis> LoadOf = new(
        "load-of",
        new ChoiceForm<LoadBasis>(("nic", LoadBasis.Nic), ("uplink", LoadBasis.Uplink)),
        "What the load is a share of: each sending host's NICs, or the measured bundles, which the senders share")
    { Default = "nic" };
    private static readonly Key<ByteCount> Cap = new("cap", Formed.Bytes("10MB"), "Longer flows are cut to this");

    private static readonly Section Mice = new(
        "mice",
        "TCP flows of sizes from a table, arriving at random (Poisson) whatever the network does, each to a random one of to",
        [.. Common, Transport, Sizes, Load, LoadOf, Cap]);

    private static readonly Key<int> Sessions = new(
        "sessions",
        new WholeForm(1, ScenarioLimits.Flows),
        "Sessions of each pair, each a TCP connection")
    { Default = "1" };
    private static readonly Key<int> QueueDepth = new(
        "queue-depth",
        new WholeForm(1, 65_536),
        "Requests that a session has under way")
    { Default = "32" };
    private static readonly Key<int> Reads = new(
        "reads",
        new PercentForm("70%", 0, 1_000_000),
        "Share of reads; the rest are writes")
    { Default = "50%" };
    private static readonly Key<ByteCount> Block = new(
        "block",
        new BytesForm("64KiB", new ByteCount(1), new ByteCount(1 << 30)), "Bytes read or written by one request")
    { Default = "64KiB" };
    private static readonly Key<ByteCount> Header = new(
        "header",
        Formed.PlainBytes("48B", 1, 65_536),
        "Bytes of a request without its data, and of an answer without data")
    { Default = "48B" };
    private static readonly Key<Interval> ServiceTime = new(
        "service-time",
        Formed.Time("100us"),
        "What the target takes before it answers")
    { Default = "0" };
    private static readonly Key<int> RequestsPerSecond = new(
        "requests-per-second",
        new WholeForm(1, 100_000_000),
        "Requests that each session offers; as many as its depth allows where nothing is written");

    private static readonly Section Storage = new(
        "storage",
        "Storage sessions with requests and answers both ways, pairs as of elephants",
        [.. Common, Transport, Sessions, QueueDepth, Reads, Block, Header, ServiceTime, RequestsPerSecond]);

    private static readonly Key<ByteCount> RoundBytes = new(
        "bytes",
        Formed.Bytes("10MB"),
        "Bytes of one round, divided among the servers")
    { IsRequired = true };
    private static readonly Key<int> Rounds = new(
        "rounds",
        new WholeForm(0, 1_000_000),
        "Rounds; 0 for as many as there is time for")
    { Default = "1" };
    private static readonly Key<Interval> Pause = new(
        "pause",
        Formed.Time("1ms"),
        "Time between the end of a round and the next")
    { Default = "0" };

    private static readonly Section Incast = new(
        "incast",
        "Each host of from pulls the same amount from all of to at once",
        [.. Common, Transport, RoundBytes, Rounds, Pause]);

    private static readonly Section Permutation = new(
        "permutation",
        "Every host of from sends endless TCP to one other of them, drawn by the seed so that each receives once",
        [.. Common.Where(k => k != To), Transport, Count]);

    private static readonly Key<BitRate> FlowRate = new("rate", Formed.Rate("1Gb/s"), "Payload rate of each flow") { IsRequired = true };
    private static readonly Key<ByteCount> Packet = new(
        "packet",
        Formed.PlainBytes("1400B", 1, 65_000),
        "Payload of each packet")
    { Default = "1400B" };
    private static readonly Key<bool> Poisson = new(
        "poisson",
        FlagForm.Instance,
        "Whether packets come at random times instead of evenly")
    { Default = "false" };
    private static readonly Key<bool> ExponentialSizes = new(
        "exponential-sizes",
        FlagForm.Instance,
        "Whether payloads are drawn from an exponential distribution with that mean, up to the MTU")
    { Default = "false" };
    private static readonly Key<int> Burst = new("burst", new WholeForm(1, 10_000), "Packets that come at once") { Default = "1" };

    private static readonly Section Udp = new(
        "udp",
        "Packets at a constant rate, whatever happens to them; pairs as of elephants",
        [.. Common, Count, FlowRate, Packet, Poisson, ExponentialSizes, Burst]);

    private static readonly Key<int> Groups = new("groups", new WholeForm(1, 10_000), "Groups") { Default = "1" };
    private static readonly Key<BitRate> GroupRate = new(
        "rate",
        Formed.Rate("500Mb/s"),
        "Payload rate of each source to each group")
    { IsRequired = true };
    private static readonly Key<ByteCount> StreamPacket = new(
        "packet",
        Formed.PlainBytes("1316B", 1, 65_000),
        "Payload of each packet")
    { Default = "1316B" };

    private static readonly Section Multicast = new(
        "multicast",
        "Each host of from sends to each group at a constant rate, and every host of to receives all groups",
        [.. Common, Groups, GroupRate, StreamPacket]);

    private static readonly Key<Written> File = new(
        "file",
        new WordForm("a capture, such as morning.pcapng"),
        "The capture, as a path from this file's folder")
    { IsRequired = true };
    private static readonly Key<int> Speed = new(
        "speed",
        new PercentForm("200%", 1_000, 1_000_000_000),
        "How fast: 200% halves all times between frames")
    { Default = "100%" };

    private static readonly Section Replay = new(
        "replay",
        "The frames of a capture, sent as recorded, whatever happens to them",
        [.. Common.Where(k => k != Port), File, Speed]);

    /// <summary>One sort of traffic.</summary>
    public static readonly VariantForm Form = new(
        Kind.Name,
        [
            ("elephants", Elephants), ("mice", Mice), ("storage", Storage), ("incast", Incast), ("permutation", Permutation), ("udp", Udp),
            ("multicast", Multicast), ("replay", Replay),
        ]);

    /// <summary>Reads the traffic of the file.</summary>
    /// <param name="items">What is written.</param>
    /// <param name="draft">The hosts.</param>
    /// <param name="transport">How TCP works where the traffic does not say otherwise.</param>
    /// <param name="duration">The length of the run.</param>
    /// <param name="mtuBytes">Longest packet.</param>
    public static IReadOnlyList<Traffic> Read(
        IReadOnlyList<Fields> items, Draft draft, Transport transport, Interval duration, int mtuBytes)
    {
        var read = new List<Traffic>();
        var names = new HashSet<string>();
        var reach = new Reach(draft);
        foreach (Fields fields in items)
        {
            string kind = Form.Variants.First(v => v.Section == fields.Section).Word;
            string name = fields.FindText(Name) ?? Unused(kind, names);
            if (!names.Add(name))
            {
                fields.Fault(Name, $"the name {name} is taken by other traffic; write another");
            }

            // All is read before anything is given up, so that no fault hides another.
            var common = new PermutationTraffic
            {
                Name = name,
                From = [],
                To = [],
                Start = fields.Get(Start, Interval.Zero),
                Stop = fields.Find(Stop),
                Transport = fields.Section.Keys.Contains(Transport) && fields.Below(Transport) is Fields own
                    ? TransportKeys.Read(own, transport)
                    : null,
                Class = fields.Get(Class, 0),
                DestinationPort = fields.Section == Replay ? DefaultPort : fields.Get(Port, DefaultPort),
            };
            CheckTimes(common, duration, fields);
            if (ReadOne(fields, draft, mtuBytes, name) is not Traffic traffic)
            {
                continue;
            }

            traffic = traffic with
            {
                Start = common.Start,
                Stop = common.Stop,
                Transport = common.Transport,
                Class = common.Class,
                DestinationPort = common.DestinationPort,
            };
            if (reach.Find(traffic) is string unreachable)
            {
                fields.Fault(traffic is PermutationTraffic ? From : To, unreachable);
            }

            CheckFlows(traffic, fields);
            read.Add(traffic);
        }

        return read;
    }

    private static Traffic? ReadOne(Fields fields, Draft draft, int mtuBytes, string name)
    {
        bool hasFrom = fields.TryRequire(From, "a host", out IReadOnlyList<Written> fromWords);
        IReadOnlyList<string> from = hasFrom ? ResolveHosts(fromWords, draft) : [];
        IReadOnlyList<string> to = [];
        bool isWithTo = fields.Section != Permutation;
        if (isWithTo && fields.TryRequire(To, "a host", out IReadOnlyList<Written> toWords))
        {
            to = ResolveHosts(toWords, draft);
        }

        Traffic? traffic = ReadKind(fields, draft, mtuBytes, name, from, to);
        return from.Count > 0 && (to.Count > 0 || !isWithTo) ? traffic : null;
    }

    private static Traffic? ReadKind(
        Fields fields, Draft draft, int mtuBytes, string name, IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        if (fields.Section == Elephants)
        {
            return new ElephantTraffic
            {
                Name = name,
                From = from,
                To = to,
                Count = fields.Get(Count, 1),
                Bytes = fields.Find(FlowBytes),
                Stagger = fields.Get(Stagger, Interval.Zero),
                Rate = fields.Find(RateMax),
            };
        }

        if (fields.Section == Mice)
        {
            SizeTable? sizes = fields.TryRequire(Sizes, "websearch", out Written table) ? FindSizes(table, draft.Context) : null;
            bool hasLoad = fields.TryRequire(Load, "40%", out int load);
            var mice = new MiceTraffic
            {
                Name = name,
                From = from,
                To = to,
                Sizes = sizes ?? SizeTables.Find(SizeTables.Names[0])!,
                LoadPpm = load,
                LoadOf = fields.Get(LoadOf, LoadBasis.Nic),
                Cap = fields.Find(Cap),
            };
            return hasLoad && sizes is not null ? mice : null;
        }

        if (fields.Section == Storage)
        {
            return new StorageTraffic
            {
                Name = name,
                From = from,
                To = to,
                Sessions = fields.Get(Sessions, 1),
                QueueDepth = fields.Get(QueueDepth, 32),
                ReadPpm = fields.Get(Reads, 500_000),
                Block = fields.Get(Block, new ByteCount(65_536)),
                HeaderBytes = (int)fields.Get(Header, new ByteCount(48)).Bytes,
                ServiceTime = fields.Get(ServiceTime, Interval.Zero),
                RequestsPerSecond = fields.Find(RequestsPerSecond),
            };
        }

        if (fields.Section == Incast)
        {
            bool hasBytes = fields.TryRequire(RoundBytes, "10MB", out ByteCount bytes);
            var incast = new IncastTraffic
            {
                Name = name,
                From = from,
                To = to,
                Bytes = bytes,
                Rounds = fields.Get(Rounds, 1),
                Pause = fields.Get(Pause, Interval.Zero),
            };
            return hasBytes ? incast : null;
        }

        if (fields.Section == Permutation)
        {
            return new PermutationTraffic { Name = name, From = from, To = [], Count = fields.Get(Count, 1) };
        }

        if (fields.Section == Replay)
        {
            FileBeside? file = fields.TryRequire(File, "morning.pcapng", out Written path) ? draft.Context.Open(path.Text, false) : null;
            if (file?.Fault is not null)
            {
                draft.Context.Fault(path, $"\"{Yaml.Shown.Clip(path.Text)}\": {file.Fault}; write the path of a capture, from this file's folder");
            }

            int speed = fields.Get(Speed, 1_000_000) / PpmPerThousandth;
            return file is null ? null : new ReplayTraffic { Name = name, From = from, To = to, Path = file.FullPath, SpeedThousandths = speed };
        }

        return ReadDatagrams(fields, mtuBytes, name, from, to);
    }

    private static Traffic? ReadDatagrams(Fields fields, int mtuBytes, string name, IReadOnlyList<string> from, IReadOnlyList<string> to)
    {
        bool isUdp = fields.Section == Udp;
        Key<ByteCount> packet = isUdp ? Packet : StreamPacket;
        bool hasRate = fields.TryRequire(isUdp ? FlowRate : GroupRate, "1Gb/s", out BitRate rate);
        int bytes = (int)fields.Get(packet, new ByteCount(isUdp ? 1_400 : 1_316)).Bytes;
        if (bytes + UdpAndIpHeaderBytes > mtuBytes)
        {
            int most = mtuBytes - UdpAndIpHeaderBytes;
            fields.Fault(packet, $"{bytes} bytes and {UdpAndIpHeaderBytes} of headers exceed the MTU of {mtuBytes}; write at most {most}B");
        }

        Traffic traffic = isUdp
            ? new UdpTraffic
            {
                Name = name,
                From = from,
                To = to,
                Count = fields.Get(Count, 1),
                Rate = rate,
                PacketBytes = bytes,
                IsPoisson = fields.Get(Poisson, false),
                IsSizeExponential = fields.Get(ExponentialSizes, false),
                Burst = fields.Get(Burst, 1),
            }
            : new MulticastTraffic { Name = name, From = from, To = to, Groups = fields.Get(Groups, 1), Rate = rate, PacketBytes = bytes };
        return hasRate ? traffic : null;
    }

    private static SizeTable? FindSizes(Written written, ReadingContext context)
    {
        if (SizeTables.Find(written.Text) is SizeTable known)
        {
            return known;
        }

        if (!written.Text.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
        {
            string hint = written.Text.Length < 40 && Core.Balancing.NearestName.Of(written.Text, SizeTables.Names) is string near
                ? $"did you mean {near}?"
                : $"write one of {string.Join(", ", SizeTables.Names)}, or a file: sizes.csv";
            context.Fault(written, $"no table \"{Yaml.Shown.Clip(written.Text)}\"; {hint}");
            return null;
        }

        FileBeside file = context.Open(written.Text, true);
        if (file.Fault is not null || file.Text is null)
        {
            string why = $"\"{Yaml.Shown.Clip(written.Text)}\": {file.Fault ?? "no text"}";
            context.Fault(written, $"{why}; write the path of a CSV file, from this file's folder");
            return null;
        }

        if (SizeTableReader.Read(file.Text, written.Text, out SizeTable? table) is string fault)
        {
            context.Fault(written, fault);
        }

        return table;
    }

    private static IReadOnlyList<string> ResolveHosts(IReadOnlyList<Written> words, Draft draft)
    {
        var named = new List<Written>();
        foreach (Written word in words)
        {
            if (draft.NodeNames.Contains(word.Text) && !draft.HostNames.Contains(word.Text))
            {
                draft.Context.Fault(word, $"{word.Text} is a switch; traffic goes between hosts ({draft.HostNames.Describe()})");
            }
            else
            {
                named.Add(word);
            }
        }

        return draft.HostNames.ResolveAll(named, draft.Context);
    }

    private static void CheckFlows(Traffic traffic, Fields fields)
    {
        long pairs = Math.Max(traffic.From.Count, traffic.To.Count);
        (Key key, long perPair, long each, string noun) = traffic switch
        {
            ElephantTraffic elephants => (Count, elephants.Count, 1L, "flows"),
            PermutationTraffic permutation => (Count, permutation.Count, 1, "flows"),
            UdpTraffic udp => (Count, udp.Count, 1, "flows"),
            StorageTraffic storage => (Sessions, storage.Sessions, ScenarioLimits.FlowsPerSession, "sessions"),
            MulticastTraffic multicast => (Groups, multicast.Groups, 1, "streams"),
            _ => ((Key)To, 0L, 1L, ""),
        };
        pairs = traffic is MulticastTraffic ? traffic.From.Count : pairs;
        long most = (ScenarioLimits.FlowsOfAllPairs - 1) / each;
        if (perPair * pairs > most)
        {
            string hint = pairs <= most ? $"write at most {most / pairs:N0} for each" : "write fewer hosts";
            fields.Fault(key, $"{perPair * pairs:N0} {noun} in all are too many, {most:N0} is the most; {hint}");
        }
    }

    private static void CheckTimes(Traffic traffic, Interval duration, Fields fields)
    {
        if (traffic.Start >= duration)
        {
            fields.Fault(Start, $"{traffic.Start} is not within the run of {duration}; write less");
        }

        if (traffic.Stop <= traffic.Start)
        {
            fields.Fault(Stop, $"{traffic.Stop} is not behind the start, {traffic.Start}; write more");
        }
    }

    private static string Unused(string kind, HashSet<string> names)
    {
        string name = kind;
        for (int i = 2; names.Contains(name); i++)
        {
            name = $"{kind}-{i}";
        }

        return name;
    }
}
