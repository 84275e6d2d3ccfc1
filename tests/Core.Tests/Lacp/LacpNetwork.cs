using Trunkline.Core.Lacp;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>One end of a cable: a port of a system.</summary>
internal readonly record struct LacpEnd(int System, int Port);

/// <summary>A cable: both directions have one delay, and each may lose frames.</summary>
internal sealed class LacpCable(LacpEnd a, LacpEnd b, Interval delay)
{
    public LacpEnd A => a;

    public LacpEnd B => b;

    public Interval Delay => delay;

    public bool IsCutFromA { get; set; }

    public bool IsCutFromB { get; set; }

    /// <summary>Share of frames that are lost, in 1/1000.</summary>
    public uint LossPerMille { get; set; }

    public LacpEnd Other(LacpEnd end) => end == a ? b : a;

    public bool IsCutFrom(LacpEnd end) => end == a ? IsCutFromA : IsCutFromB;
}

/// <summary>A frame that was sent.</summary>
internal sealed record SentFrame(Timestamp Time, LacpEnd From, byte[] Bytes)
{
    public bool IsLacpdu => Bytes[14] == SlowFrame.LacpSubtype;

    public Lacpdu Lacpdu
    {
        get
        {
            Assert.Equal(SlowPduError.None, Core.Lacp.Lacpdu.Parse(Bytes.AsSpan(14), out Lacpdu pdu));
            return pdu;
        }
    }
}

/// <summary>Systems that exchange frames over cables in virtual time.</summary>
internal sealed class LacpNetwork(ulong seed = 1)
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private readonly List<LacpSystem> _systems = [];
    private RandomSource _random = new(seed);
    private long _order;

    public static readonly Interval Delay = Interval.FromMicroseconds(50);
    public static readonly BitRate Gigabit = new(1_000_000_000);

    public Timestamp Now { get; private set; }

    public List<LacpCable> Cables { get; } = [];

    public List<SentFrame> Sent { get; } = [];

    public bool IsRecording { get; set; } = true;

    /// <summary>Called behind everything that happens.</summary>
    public Action? AfterEach { get; set; }

    public static LacpOptions Options(ulong system) => new() { System = system };

    public LacpSystem this[int system] => _systems[system];

    public LacpPort Port(int system, int port) => _systems[system].Ports[port];

    public int Add(LacpOptions options, int ports, Func<int, LacpPortOptions, LacpPortOptions>? change = null)
    {
        change ??= (_, port) => port;
        LacpPortOptions[] all =
            [.. Enumerable.Range(0, ports).Select(i => change(i, new LacpPortOptions { Address = options.System + 1 + (ulong)i }))];
        _systems.Add(new LacpSystem(options, all));
        return _systems.Count - 1;
    }

    /// <summary>Two systems with as many cables as ports.</summary>
    public static LacpNetwork Pair(int ports, Func<LacpOptions, LacpOptions>? a = null, Func<LacpOptions, LacpOptions>? b = null)
    {
        var network = new LacpNetwork();
        network.Add((a ?? (o => o))(Options(0x0200_0000_0a00)), ports);
        network.Add((b ?? a ?? (o => o))(Options(0x0200_0000_0b00)), ports);
        for (int i = 0; i < ports; i++)
        {
            network.Connect(new LacpEnd(0, i), new LacpEnd(1, i));
        }

        return network;
    }

    public LacpCable Connect(LacpEnd a, LacpEnd b, BitRate? rate = null, Interval? delay = null)
    {
        var cable = new LacpCable(a, b, delay ?? Delay);
        Cables.Add(cable);
        SetLink(a, true, rate);
        SetLink(b, true, rate);
        return cable;
    }

    public void SetLink(LacpEnd end, bool isUp, BitRate? rate = null) => SetLink(end, isUp, rate ?? Gigabit, isFullDuplex: true);

    public void SetLink(LacpEnd end, bool isUp, BitRate rate, bool isFullDuplex) =>
        At(Now, () => Do(end.System, system => system.OnLink(new LacpEnd(0, end.Port).Link(), isUp, rate, isFullDuplex, Now)));

    public void At(Timestamp time, Action action) => _events.Enqueue(action, (time.Nanoseconds, _order++));

    public void Do(int system, Action<LacpSystem> action)
    {
        action(_systems[system]);
        Drain(system);
    }

    public void RunFor(double seconds) => RunUntil(Now + new Interval((long)(seconds * 1e9)));

    public void RunUntil(Timestamp end)
    {
        while (true)
        {
            int due = -1;
            for (int i = 0; i < _systems.Count; i++)
            {
                due = due < 0 || _systems[i].NextDeadline < _systems[due].NextDeadline ? i : due;
            }

            Timestamp deadline = _systems[due].NextDeadline;
            bool hasEvent = _events.TryPeek(out _, out (long Time, long Order) first);
            if (hasEvent && first.Time <= deadline.Nanoseconds && first.Time <= end.Nanoseconds)
            {
                Now = new Timestamp(first.Time);
                _events.Dequeue()();
            }
            else if (deadline <= end)
            {
                Assert.True(deadline >= Now, "a deadline that was kept is over");
                Now = deadline;
                Do(due, system => system.OnTime(Now));
                Assert.True(_systems[due].NextDeadline > Now, $"{_systems[due].NextDeadline} is not behind {Now}");
            }
            else
            {
                break;
            }

            AfterEach?.Invoke();
        }

        Now = end;
    }

    private void Drain(int system)
    {
        byte[] frame = new byte[LacpSystem.FrameLength];
        while (_systems[system].TryTransmit(out LinkId link, frame))
        {
            var from = new LacpEnd(system, link.Index);
            if (IsRecording)
            {
                Sent.Add(new SentFrame(Now, from, [.. frame]));
            }

            foreach (LacpCable cable in Cables.Where(cable => cable.A == from || cable.B == from))
            {
                if (!cable.IsCutFrom(from) && _random.Below(1000) >= cable.LossPerMille)
                {
                    LacpEnd to = cable.Other(from);
                    byte[] copy = [.. frame];
                    At(Now + cable.Delay, () => Do(to.System, other => other.OnFrame(to.Link(), copy, Now)));
                }
            }
        }
    }
}

internal static class LacpEndExtensions
{
    public static LinkId Link(this LacpEnd end) => new(end.Port);
}
