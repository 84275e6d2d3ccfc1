using System.Runtime.InteropServices;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Storage sessions: each keeps some requests under way over one connection, as an initiator with a queue depth does, or over several.</summary>
/// <remarks>
/// The target answers in the order in which requests came over a connection, each after its service time; it serves any number at once.
/// Over several connections (multipath I/O) a request goes whole over one, and all together end in any order.
/// </remarks>
internal sealed class StorageSource(StorageTraffic spec, SourceSite site) : TcpSource(spec, site)
{
    private const int Serve = 0;
    private const int Offer = 1;
    private const int Begin = 2;
    private const int TagKinds = 3;

    private readonly IReadOnlyList<(int From, int To)> _pairs = site.Pairs(spec);
    private readonly List<Session> _sessions = [];
    private readonly List<Lane> _lanes = [];
    private readonly long _stopPs = site.StopPs(spec);

    /// <summary>The connections from initiators to targets and those back, in turn.</summary>
    public IEnumerable<Connection> Connections => _lanes.SelectMany(l => (Connection[])[l.Forth, l.Back]);

    /// <inheritdoc/>
    public override FlowUse Use => FlowUse.Storage;

    /// <inheritdoc/>
    public override void OnStart()
    {
        for (int i = 0; i < _pairs.Count * spec.Sessions; i++)
        {
            Simulator.Schedule(this, SimTime.ToPs(spec.Start), (i * TagKinds) + Begin);
        }
    }

    /// <inheritdoc/>
    public override void OnTimer(int tag)
    {
        int number = tag / TagKinds;
        switch (tag % TagKinds)
        {
            case Serve:
                Answer(_lanes[number]);
                break;
            case Offer:
                OfferNext(_sessions[number], number);
                break;
            default:
                OpenSession(number);
                break;
        }
    }

    /// <inheritdoc/>
    public override void OnDelivered(Connection connection)
    {
        Lane lane = _lanes[connection.Tag];
        if (connection == lane.Forth)
        {
            OnRequests(lane);
        }
        else
        {
            OnAnswers(lane);
        }
    }

    private void OpenSession(int number)
    {
        (int from, int to) = _pairs[number / spec.Sessions];
        Connection forth = Open(from, to, isEstablished: true);
        SessionPlan? plan = Simulator.PlanOf(forth);
        ulong seed = Simulator.Network.SeedOfFlow(forth.Flow);
        var ports = new RandomSource(seed);
        var session = new Session(number, [AddLane(forth, plan, 0)], plan is null ? null : new SessionScheduler(plan.Scheduling, plan.Shares, seed));
        for (int i = 1; i < plan?.Count; i++)
        {
            session.Lanes.Add(AddLane(OpenBeside(forth, ref ports), plan, i));
        }

        session.Lanes.ForEach(l => l.Session = session);
        _sessions.Add(session);
        if (spec.RequestsPerSecond is null)
        {
            Fill(session);
        }
        else
        {
            // Sessions do not tick together: each begins at a moment of its own within one interval.
            long intervalPs = SimTime.SecondPs / spec.RequestsPerSecond.Value;
            long offsetPs = (long)(((UInt128)(ulong)intervalPs * (Random.Next() >> 32)) >> 32);
            Simulator.Schedule(this, Simulator.NowPs + offsetPs, (number * TagKinds) + Offer);
        }
    }

    private Lane AddLane(Connection forth, SessionPlan? plan, int index)
    {
        var lane = new Lane(forth, OpenBack(forth), _lanes.Count);
        lane.Forth.Tag = lane.Back.Tag = lane.Number;
        if (plan is { Labels.Count: > 0 })
        {
            lane.Forth.Label = lane.Forth.BackLabel = lane.Back.Label = lane.Back.BackLabel = plan.Labels[index];
        }

        _lanes.Add(lane);
        return lane;
    }

    /// <summary>Issues a request every so often, unless as many as are allowed are under way.</summary>
    private void OfferNext(Session session, int number)
    {
        if (Simulator.NowPs >= _stopPs)
        {
            return;
        }

        if (session.UnderWay < spec.QueueDepth)
        {
            TryIssue(session);
            Pump(session);
        }

        Simulator.Schedule(this, Simulator.NowPs + (SimTime.SecondPs / spec.RequestsPerSecond!.Value), (number * TagKinds) + Offer);
    }

    private void Fill(Session session)
    {
        while (session.UnderWay < spec.QueueDepth && Simulator.NowPs < _stopPs && TryIssue(session))
        {
        }

        Pump(session);
    }

    private void Pump(Session session)
    {
        foreach (Lane lane in session.Lanes)
        {
            if (lane.MustPump)
            {
                lane.MustPump = false;
                Simulator.Pump(lane.Forth);
            }
        }
    }

    /// <summary>Issues a request over the connection that is chosen for it.</summary>
    /// <returns>False when none works; the next answer tries again.</returns>
    private bool TryIssue(Session session)
    {
        bool isRead = Random.Below(1_000_000) < (uint)spec.ReadPpm;
        long bytes = spec.HeaderBytes + (isRead ? 0 : spec.Block.Bytes);
        if (session.Choose(bytes) is not { } lane)
        {
            return false;
        }

        lane.ForthBytes += bytes;
        lane.Load.OnRequest(bytes + AnswerBytes(isRead), Simulator.NowPs);
        lane.Forth.Append(bytes);
        lane.MustPump = true;
        lane.Asked.Enqueue(new Request(isRead, Simulator.NowPs, lane.ForthBytes));
        session.UnderWay++;
        Simulator.Books.OnOpened();
        lane.Forth.NotifyAtBytes = lane.Asked.Peek().EndsAtBytes;
        return true;
    }

    private void OnRequests(Lane lane)
    {
        while (lane.Asked.TryPeek(out Request request) && request.EndsAtBytes <= lane.Forth.DeliveredBytes)
        {
            lane.Asked.Dequeue();
            lane.Served.Enqueue(request);
            if (spec.ServiceTime.Nanoseconds == 0)
            {
                Answer(lane);
            }
            else
            {
                Simulator.Schedule(this, Simulator.NowPs + SimTime.ToPs(spec.ServiceTime), (lane.Number * TagKinds) + Serve);
            }
        }

        lane.Forth.NotifyAtBytes = lane.Asked.TryPeek(out Request next) ? next.EndsAtBytes : long.MaxValue;
    }

    private long AnswerBytes(bool isRead) => spec.HeaderBytes + (isRead ? spec.Block.Bytes : 0);

    private void Answer(Lane lane)
    {
        Request request = lane.Served.Dequeue();
        long bytes = AnswerBytes(request.IsRead);
        lane.BackBytes += bytes;
        lane.Answered.Enqueue(request with { EndsAtBytes = lane.BackBytes });
        lane.Back.NotifyAtBytes = lane.Answered.Peek().EndsAtBytes;
        lane.Back.Append(bytes);
        Simulator.Pump(lane.Back);
    }

    private void OnAnswers(Lane lane)
    {
        Session session = lane.Session;
        while (lane.Answered.TryPeek(out Request request) && request.EndsAtBytes <= lane.Back.DeliveredBytes)
        {
            lane.Answered.Dequeue();
            session.UnderWay--;
            lane.Load.OnDone(spec.HeaderBytes + spec.HeaderBytes + spec.Block.Bytes, 1, Simulator.NowPs);
            (int initiator, int target) = _pairs[session.Number / spec.Sessions];
            Record(
                request.IsRead ? FlowKind.Read : FlowKind.Write,
                request.IsRead ? target : initiator,
                request.IsRead ? initiator : target,
                spec.Block.Bytes,
                request.StartPs);
        }

        lane.Back.NotifyAtBytes = lane.Answered.TryPeek(out Request next) ? next.EndsAtBytes : long.MaxValue;
        if (spec.RequestsPerSecond is null)
        {
            Fill(session);
        }
    }

    private readonly record struct Request(bool IsRead, long StartPs, long EndsAtBytes);

    /// <summary>What a queue depth is of: one connection to a target, or as many as the initiator's technique makes of it.</summary>
    private sealed class Session(int number, List<Lane> lanes, SessionScheduler? scheduler)
    {
        private readonly List<PathSample> _samples = [];

        public int Number { get; } = number;

        public List<Lane> Lanes { get; } = lanes;

        public int UnderWay { get; set; }

        /// <summary>The connection of the next request; null when none works.</summary>
        public Lane? Choose(long bytes)
        {
            if (scheduler is null)
            {
                return Lanes[0];
            }

            // A path that fails is known as soon as a timer of either end ran out, which an initiator's own commands and pings tell it later.
            _samples.Clear();
            foreach (Lane lane in Lanes)
            {
                _samples.Add(lane.Load.Sample(lane.Forth, !lane.Forth.Sender.IsBackedOff && !lane.Back.Sender.IsBackedOff));
            }

            int picked = scheduler.Pick(CollectionsMarshal.AsSpan(_samples), bytes);
            return picked == SessionScheduler.None ? null : Lanes[picked];
        }
    }

    /// <summary>A connection there and back, over which requests are answered in their order.</summary>
    private sealed class Lane(Connection forth, Connection back, int number)
    {
        public int Number { get; } = number;

        public Session Session { get; set; } = null!;

        public Connection Forth { get; } = forth;

        public Connection Back { get; } = back;

        public SessionLoad Load { get; } = new();

        public Queue<Request> Asked { get; } = new();

        public Queue<Request> Served { get; } = new();

        public Queue<Request> Answered { get; } = new();

        public long ForthBytes { get; set; }

        public long BackBytes { get; set; }

        public bool MustPump { get; set; }
    }
}
