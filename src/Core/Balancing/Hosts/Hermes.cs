using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Hermes: hosts sense which paths are good, bad or dead, and move a flow only when that is sure to help.</summary>
public sealed class Hermes : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "hermes",
        Kind = TechniqueKind.Host,
        Summary = "a flow begins on a good path, and leaves a bad one only when it is large, slow, and another path is better by far",
        Remarks =
            "All flows from one rack to another share what they see of each path: marks and round trips, of their own acknowledgements and of "
            + "probes, which go over two paths drawn and over the best of the last time. A path is good when both are low, bad when both are "
            + "high, gray in between or unknown, and failed after three timeouts in a row or when more than 1 % of what it carries is sent again "
            + "although it is not bad. A new flow, one after a timeout, and one on a failed path takes the good path that carries least, else "
            + "the gray. Probes here go between the first two hosts of a pair of racks that had a flow, and meet their queues; a failed path "
            + "is tried again after a while, and a path that fails some pairs of hosts alone is not found.",
        Source = "Zhang, Zhang, Bai, Chen and Guo, Hermes, SIGCOMM 2017, §3, algorithms 1 and 2",
        Needs = "senders that see marks (ECN: transport dctcp, or ecn: true), queues that mark, and a way to choose paths (XPath, source routing)",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("ecn", ParameterKind.Percent, "40%", "share of marks above which a path looks congested (T_ECN)") { Maximum = 1_000_000 },
            new("rtt-low", ParameterKind.Interval, "40us", "a round trip is short when it exceeds the shortest seen by less (T_RTT_low: 20 to 40 us)") { Maximum = 10_000_000_000 },
            new("rtt-high", ParameterKind.Interval, "120us", "it is long when it exceeds it by more (T_RTT_high: 180 us, of which 60 us the idle network's)")
            {
                Maximum = 10_000_000_000,
            },
            new("better-rtt", ParameterKind.Interval, "100us", "so much shorter the round trip of a better path must be (Delta_RTT)") { Maximum = 10_000_000_000 },
            new("better-ecn", ParameterKind.Percent, "5%", "so much smaller its share of marks (Delta_ECN: 3 to 10 %)") { Maximum = 1_000_000 },
            new("sent", ParameterKind.ByteCount, "600KB", "a flow moves when it has sent more (S: 100 to 800 KB)"),
            new("rate", ParameterKind.Percent, "30%", "and goes at less than this share of the fastest path's speed (R: 20 to 40 %)") { Maximum = 1_000_000 },
            new("rate-window", ParameterKind.Interval, "200us", "how long a rate remembers") { Minimum = 1_000, Maximum = 1_000_000_000 },
            new("probe", ParameterKind.Interval, "500us", "how often to probe (100 to 500 us); 0 for never") { Maximum = 1_000_000_000 },
            new("timeouts", ParameterKind.WholeNumber, "3", "timeouts in a row, with nothing acknowledged, of a path that is a black hole") { Minimum = 1, Maximum = 1000 },
            new("loss", ParameterKind.Percent, "1%", "share sent again above which a path that is not bad drops packets") { Maximum = 1_000_000 },
            new("loss-window", ParameterKind.Interval, "10ms", "over so long, and 100 segments at least") { Minimum = 1_000, Maximum = 10_000_000_000 },
            new("failed-for", ParameterKind.Interval, "1s", "a failed path is left alone for so long") { Maximum = 1_000_000_000_000 },
        ],
    };

    // A probe is as small as a frame can be: 64 bytes, and 20 around it.
    private const int ProbeBytes = 84;
    private const int PairsMax = 1 << 16;

    private readonly Settings _settings;
    private readonly Dictionary<(int Source, int Destination), Pair> _pairOf = [];
    private readonly List<Pair> _pairs = [];
    private readonly Queue<HostProbe> _probes = [];
    private RandomSource _random;
    private Timestamp _probeAt = Timestamp.MaxValue;

    private Hermes(ParameterSet parameters, ulong seed)
    {
        _random = new RandomSource(seed);
        _settings = new Settings(
            parameters["ecn"],
            parameters["rtt-low"],
            parameters["rtt-high"],
            parameters["better-rtt"],
            parameters["better-ecn"],
            parameters["sent"],
            parameters["rate"],
            parameters["rate-window"],
            parameters.Interval("probe"),
            parameters.Number("timeouts"),
            parameters["loss"],
            parameters.Interval("loss-window"),
            parameters.Interval("failed-for"));
        if (_settings.RttLowNs > _settings.RttHighNs)
        {
            throw new FormatException("rtt-low is longer than rtt-high; write a shorter one");
        }
    }

    private enum PathClass
    {
        Good,
        Gray,
        Bad,
        Failed,
    }

    private sealed record Settings(
        long EcnPpm, long RttLowNs, long RttHighNs, long BetterRttNs, long BetterEcnPpm, long SentBytes, long RatePpm, long RateWindowNs,
        Interval Probe, int Timeouts, long LossPpm, Interval LossWindow, Interval FailedFor);

    /// <inheritdoc/>
    public override bool ChoosesPaths => true;

    /// <inheritdoc/>
    public override Timestamp NextDeadline => _probeAt;

    /// <exception cref="FormatException">Parameters do not go together.</exception>
    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Hermes(parameters, seed);

    /// <inheritdoc/>
    public override bool NeedsMarks => true;

    /// <inheritdoc/>
    public override PathSelector Open(in FlowSite site)
    {
        if (!_pairOf.TryGetValue((site.SourceEdge, site.DestinationEdge), out Pair? pair))
        {
            pair = new Pair(_settings, _pairs.Count, site.Source, site.Destination, site.Paths);
            _pairOf.Add((site.SourceEdge, site.DestinationEdge), pair);
            _pairs.Add(pair);
            if (_settings.Probe > Interval.Zero && _probeAt == Timestamp.MaxValue)
            {
                _probeAt = site.Now;
            }
        }

        return new Flow(_settings, pair, site.Seed, site.Now);
    }

    /// <inheritdoc/>
    public override bool TryProbe(out HostProbe probe) => _probes.TryDequeue(out probe);

    /// <inheritdoc/>
    public override void OnEcho(in HostProbe probe, Interval roundTrip, bool isMarked, Timestamp now) =>
        _pairs[probe.Word].OnEcho(probe.Path, roundTrip, isMarked, now);

    /// <inheritdoc/>
    public override void OnDeadline(Timestamp now)
    {
        foreach (Pair pair in _pairs)
        {
            if (pair.Number < PairsMax && pair.Count > 1)
            {
                Probe(pair);
            }
        }

        _probeAt = now + _settings.Probe;
    }

    // Two draws and a memory find a good path nearly as well as looking at all (power of two choices).
    private void Probe(Pair pair)
    {
        int first = (int)_random.Below((uint)pair.Count);
        int second = (int)_random.Below((uint)pair.Count - 1);
        second += second >= first ? 1 : 0;
        Send(pair, first);
        Send(pair, second);
        if (pair.Best is var best && best != first && best != second && best < pair.Count)
        {
            Send(pair, best);
        }
    }

    private void Send(Pair pair, int path) => _probes.Enqueue(new HostProbe(pair.Source, pair.Destination, path, ProbeBytes, pair.Number));

    /// <summary>Bytes of late, which fade with time: a discounting estimate of a rate.</summary>
    private struct Meter
    {
        private const int Shift = 3;
        private const int StepsMax = 100;

        private long _bytes;
        private Timestamp _at;

        /// <summary>The rate × the window, in bytes.</summary>
        public long Read(long windowNs, Timestamp now)
        {
            long stepNs = Math.Max(1, windowNs >> Shift);
            long steps = (now - _at).Nanoseconds / stepNs;
            _at += new Interval(steps * stepNs);
            for (long left = Math.Min(steps, StepsMax); left > 0 && _bytes > 0; left--)
            {
                _bytes -= (_bytes + (1 << Shift) - 1) >> Shift;
            }

            _bytes = steps > StepsMax ? 0 : _bytes;
            return _bytes;
        }

        public void Add(int bytes, long windowNs, Timestamp now)
        {
            Read(windowNs, now);
            _bytes += bytes;
        }
    }

    private struct PathState
    {
        public Meter Rate;
        public long EcnPpm;
        public long RttNs;
        public int Timeouts;
        public long Sent;
        public long Resent;
        public Timestamp WindowEnd;
        public Timestamp FailedUntil;
    }

    /// <summary>What all flows from one rack to another know of the paths between.</summary>
    private sealed class Pair(Settings settings, int number, int source, int destination, PathTable paths)
    {
        // Weights of an observation: an acknowledgement is one of many, a probe comes now and then.
        private const int AckShift = 4;
        private const int ProbeShift = 2;
        private const int RttAckShift = 3;
        private const int RttProbeShift = 1;
        private const long SegmentsMin = 100;

        private PathState[] _states = [];
        private long _shortestNs = long.MaxValue;

        public int Number => number;

        public int Source => source;

        public int Destination => destination;

        public int Count => paths.Count;

        public int Best { get; private set; } = int.MaxValue;

        public PathClass ClassOf(int path, Timestamp now)
        {
            ref PathState state = ref StateOf(path);
            if (now < state.FailedUntil)
            {
                return PathClass.Failed;
            }

            if (state.RttNs == 0)
            {
                return PathClass.Gray;
            }

            return (state.EcnPpm > settings.EcnPpm, state.RttNs - _shortestNs) switch
            {
                (false, var more) when more < settings.RttLowNs => PathClass.Good,
                (true, var more) when more > settings.RttHighNs => PathClass.Bad,
                _ => PathClass.Gray,
            };
        }

        /// <summary>The path for a flow that has none; from the first that is drawn on, so that equal ones are taken by turns; −1 when all have failed.</summary>
        public int Place(ref RandomSource random, Timestamp now)
        {
            int from = (int)random.Below((uint)paths.Count);
            int path = LeastLoaded(PathClass.Good, from, -1, now);
            path = path >= 0 ? path : LeastLoaded(PathClass.Gray, from, -1, now);
            return path >= 0 ? path : FirstAlive(from, now);
        }

        /// <summary>A path that is better than a bad one by far; −1 for none.</summary>
        public int FindBetter(int than, ref RandomSource random, Timestamp now)
        {
            int from = (int)random.Below((uint)paths.Count);
            int path = LeastLoaded(PathClass.Good, from, than, now);
            return path >= 0 ? path : LeastLoaded(PathClass.Gray, from, than, now);
        }

        public bool IsSlow(long bytes)
        {
            long fastest = 0;
            for (int path = 0; path < paths.Count; path++)
            {
                fastest = Math.Max(fastest, paths.RateOf(path).BitsPerSecond);
            }

            return (Int128)bytes * 8 * 1_000_000_000 * 1_000_000 < (Int128)fastest * settings.RateWindowNs * settings.RatePpm;
        }

        public void OnSend(int path, int bytes, Timestamp now)
        {
            ref PathState state = ref StateOf(path);
            state.Rate.Add(bytes, settings.RateWindowNs, now);
            state.Sent++;
            if (now < state.WindowEnd)
            {
                return;
            }

            if (state.WindowEnd != default && state.Sent >= SegmentsMin && state.Resent * 1_000_000 > state.Sent * settings.LossPpm
                && ClassOf(path, now) != PathClass.Bad)
            {
                state.FailedUntil = now + settings.FailedFor;
            }

            state.Sent = state.Resent = 0;
            state.WindowEnd = now + settings.LossWindow;
        }

        public void OnResend(int path) => StateOf(path).Resent++;

        public void OnAck(int path, int delivered, int marked, Interval roundTrip)
        {
            ref PathState state = ref StateOf(path);
            state.Timeouts = 0;
            Learn(ref state, (long)marked * 1_000_000 / delivered, AckShift, roundTrip.Nanoseconds, RttAckShift);
        }

        public void OnTimeout(int path, Timestamp now)
        {
            ref PathState state = ref StateOf(path);
            if (++state.Timeouts >= settings.Timeouts)
            {
                state.Timeouts = 0;
                state.FailedUntil = now + settings.FailedFor;
            }
        }

        public void OnEcho(int path, Interval roundTrip, bool isMarked, Timestamp now)
        {
            if (path >= paths.Count)
            {
                return;
            }

            ref PathState state = ref StateOf(path);
            Learn(ref state, isMarked ? 1_000_000 : 0, ProbeShift, roundTrip.Nanoseconds, RttProbeShift);
            if (Best >= paths.Count || state.RttNs <= StateOf(Best).RttNs || ClassOf(Best, now) == PathClass.Failed)
            {
                Best = path;
            }
        }

        private void Learn(ref PathState state, long ecnPpm, int ecnShift, long rttNs, int rttShift)
        {
            // An acknowledgement that waited for its delay timer says nothing of the path.
            rttNs = Math.Min(rttNs, (_shortestNs == long.MaxValue ? rttNs : _shortestNs) + (2 * settings.RttHighNs));
            _shortestNs = Math.Min(_shortestNs, rttNs);
            state.RttNs = state.RttNs == 0 ? rttNs : state.RttNs + ((rttNs - state.RttNs) >> rttShift);
            state.EcnPpm += (ecnPpm - state.EcnPpm) >> ecnShift;
        }

        private int LeastLoaded(PathClass asked, int from, int than, Timestamp now)
        {
            (int found, long least) = (-1, long.MaxValue);
            for (int i = 0; i < paths.Count; i++)
            {
                int path = (from + i) % paths.Count;
                if (ClassOf(path, now) == asked && (than < 0 || IsBetter(path, than))
                    && StateOf(path).Rate.Read(settings.RateWindowNs, now) is var rate && rate < least)
                {
                    (found, least) = (path, rate);
                }
            }

            return found;
        }

        private bool IsBetter(int path, int than)
        {
            ref PathState better = ref StateOf(path);
            ref PathState worse = ref StateOf(than);
            return better.RttNs > 0 && worse.RttNs - better.RttNs > settings.BetterRttNs && worse.EcnPpm - better.EcnPpm > settings.BetterEcnPpm;
        }

        private int FirstAlive(int from, Timestamp now)
        {
            for (int i = 0; i < paths.Count; i++)
            {
                if (ClassOf((from + i) % paths.Count, now) != PathClass.Failed)
                {
                    return (from + i) % paths.Count;
                }
            }

            return -1;
        }

        private ref PathState StateOf(int path)
        {
            if (path >= _states.Length)
            {
                Array.Resize(ref _states, Math.Max(paths.Count, path + 1));
            }

            return ref _states[path];
        }
    }

    private sealed class Flow : PathSelector
    {
        private readonly Settings _settings;
        private readonly Pair _pair;
        private RandomSource _random;
        private Meter _rate;
        private Timestamp _since;
        private long _sent;
        private long _sentBefore;
        private int _before = -1;
        private bool _isTimedOut;

        public Flow(Settings settings, Pair pair, ulong seed, Timestamp now)
        {
            (_settings, _pair, _random, _since) = (settings, pair, new RandomSource(seed), now);
            Label = PathLabel.Path(Math.Max(0, pair.Place(ref _random, now)));
        }

        private int Path => Label.Number;

        public override void OnSend(in PathSegment segment, Timestamp now)
        {
            PathClass its = _pair.ClassOf(Path, now);
            if (_isTimedOut || its == PathClass.Failed)
            {
                _isTimedOut = false;
                Take(_pair.Place(ref _random, now), isUnderWay: false, isLost: true, now);
            }
            else if (its == PathClass.Bad && _sent > _settings.SentBytes && _pair.IsSlow(_rate.Read(_settings.RateWindowNs, now))
                && _pair.FindBetter(Path, ref _random, now) is var better and >= 0)
            {
                Take(better, segment.InFlight > 0, isLost: false, now);
            }

            if (segment.IsRetransmission && (segment.Offset >= _sentBefore ? Path : _before) is var lossy and >= 0)
            {
                _pair.OnResend(lossy);
            }

            _sent = Math.Max(_sent, segment.Offset + segment.Bytes);
            _rate.Add(segment.Bytes, _settings.RateWindowNs, now);
            _pair.OnSend(Path, segment.Bytes, now);
        }

        public override void OnAck(in PathAck ack, Timestamp now)
        {
            if (ack.Delivered > 0 && ack.SentAt >= _since)
            {
                _pair.OnAck(Path, ack.Delivered, ack.Marked, now - ack.SentAt);
            }
        }

        public override void OnTimeout(Timestamp now)
        {
            _pair.OnTimeout(Path, now);
            _isTimedOut = true;
        }

        private void Take(int path, bool isUnderWay, bool isLost, Timestamp now)
        {
            if (path >= 0 && path != Path)
            {
                // What is sent again of before was lost on the path before; or, where nothing was wrong but its length, only overtaken.
                (_before, _sentBefore, _since) = (isLost ? Path : -1, _sent, now);
                MoveTo(PathLabel.Path(path), isUnderWay);
            }
        }
    }
}
