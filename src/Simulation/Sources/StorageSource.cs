using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Sources;

/// <summary>Storage sessions: each keeps some requests under way over one connection, as an initiator with a queue depth does.</summary>
/// <remarks>The target answers in the order in which requests came, each after its service time; it serves any number at once.</remarks>
internal sealed class StorageSource(StorageTraffic spec, SourceSite site) : TcpSource(spec, site)
{
    private const int Serve = 0;
    private const int Offer = 1;
    private const int Begin = 2;
    private const int TagKinds = 3;

    private readonly IReadOnlyList<(int From, int To)> _pairs = site.Pairs(spec);
    private readonly List<Session> _sessions = [];
    private readonly long _stopPs = site.StopPs(spec);

    /// <summary>The connections from initiators to targets, then those back, in turn.</summary>
    public IEnumerable<Connection> Connections => _sessions.SelectMany(s => (Connection[])[s.Forth, s.Back]);

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
                Answer(_sessions[number]);
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
        Session session = _sessions[connection.Tag];
        if (connection == session.Forth)
        {
            OnRequests(session, connection.Tag);
        }
        else
        {
            OnAnswers(session, connection.Tag);
        }
    }

    private void OpenSession(int number)
    {
        (int from, int to) = _pairs[number / spec.Sessions];
        Connection forth = Open(from, to, isEstablished: true);
        var session = new Session(forth, OpenBack(forth));
        session.Forth.Tag = session.Back.Tag = number;
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

    /// <summary>Issues a request every so often, unless as many as are allowed are under way.</summary>
    private void OfferNext(Session session, int number)
    {
        if (Simulator.NowPs >= _stopPs)
        {
            return;
        }

        if (session.UnderWay < spec.QueueDepth)
        {
            Issue(session);
            Simulator.Pump(session.Forth);
        }

        Simulator.Schedule(this, Simulator.NowPs + (SimTime.SecondPs / spec.RequestsPerSecond!.Value), (number * TagKinds) + Offer);
    }

    private void Fill(Session session)
    {
        while (session.UnderWay < spec.QueueDepth && Simulator.NowPs < _stopPs)
        {
            Issue(session);
        }

        Simulator.Pump(session.Forth);
    }

    private void Issue(Session session)
    {
        bool isRead = Random.Below(1_000_000) < (uint)spec.ReadPpm;
        long bytes = spec.HeaderBytes + (isRead ? 0 : spec.Block.Bytes);
        session.ForthBytes += bytes;
        session.Forth.Sender.Append(bytes);
        session.Asked.Enqueue(new Request(isRead, Simulator.NowPs, session.ForthBytes));
        session.UnderWay++;
        Simulator.Books.OnOpened();
        session.Forth.NotifyAtBytes = session.Asked.Peek().EndsAtBytes;
    }

    private void OnRequests(Session session, int number)
    {
        while (session.Asked.TryPeek(out Request request) && request.EndsAtBytes <= session.Forth.DeliveredBytes)
        {
            session.Asked.Dequeue();
            session.Served.Enqueue(request);
            if (spec.ServiceTime.Nanoseconds == 0)
            {
                Answer(session);
            }
            else
            {
                Simulator.Schedule(this, Simulator.NowPs + SimTime.ToPs(spec.ServiceTime), (number * TagKinds) + Serve);
            }
        }

        session.Forth.NotifyAtBytes = session.Asked.TryPeek(out Request next) ? next.EndsAtBytes : long.MaxValue;
    }

    private void Answer(Session session)
    {
        Request request = session.Served.Dequeue();
        long bytes = spec.HeaderBytes + (request.IsRead ? spec.Block.Bytes : 0);
        session.BackBytes += bytes;
        session.Answered.Enqueue(request with { EndsAtBytes = session.BackBytes });
        session.Back.NotifyAtBytes = session.Answered.Peek().EndsAtBytes;
        session.Back.Sender.Append(bytes);
        Simulator.Pump(session.Back);
    }

    private void OnAnswers(Session session, int number)
    {
        while (session.Answered.TryPeek(out Request request) && request.EndsAtBytes <= session.Back.DeliveredBytes)
        {
            session.Answered.Dequeue();
            session.UnderWay--;
            (int initiator, int target) = _pairs[number / spec.Sessions];
            Record(
                request.IsRead ? FlowKind.Read : FlowKind.Write,
                request.IsRead ? target : initiator,
                request.IsRead ? initiator : target,
                spec.Block.Bytes,
                request.StartPs);
        }

        session.Back.NotifyAtBytes = session.Answered.TryPeek(out Request next) ? next.EndsAtBytes : long.MaxValue;
        if (spec.RequestsPerSecond is null)
        {
            Fill(session);
        }
    }

    private readonly record struct Request(bool IsRead, long StartPs, long EndsAtBytes);

    private sealed class Session(Connection forth, Connection back)
    {
        public Connection Forth { get; } = forth;

        public Connection Back { get; } = back;

        public Queue<Request> Asked { get; } = new();

        public Queue<Request> Served { get; } = new();

        public Queue<Request> Answered { get; } = new();

        public long ForthBytes { get; set; }

        public long BackBytes { get; set; }

        public int UnderWay { get; set; }
    }
}
