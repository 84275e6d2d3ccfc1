using Trunkline.Core.Lacp;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Lacp;

/// <summary>A system of ours, a clock, and a partner that says what the test tells it to.</summary>
internal sealed class ScriptedPartner
{
    public const LacpState InSync = LacpState.Activity | LacpState.ShortTimeout | LacpState.Aggregation | LacpState.Synchronization;
    public const LacpState Carrying = InSync | LacpState.Collecting | LacpState.Distributing;
    private readonly byte[] _frame = new byte[SlowFrame.Length];

    public ScriptedPartner(LacpOptions? options = null, int ports = 1)
    {
        options ??= LacpNetwork.Options(0x0200_0000_0a00);
        System = new LacpSystem(options, [.. Enumerable.Range(0, ports).Select(i => new LacpPortOptions { Address = options.System + 1 + (ulong)i })]);
        Partner = new LacpParticipant(0x8000, 0x0200_0000_0b00, 7, 0x8000, 1, InSync);
        for (int i = 0; i < ports; i++)
        {
            System.OnLink(new LinkId(i), true, LacpNetwork.Gigabit, true, Now);
        }

        Drain();
    }

    public LacpSystem System { get; }

    public LacpPort Port => System.Ports[0];

    public Timestamp Now { get; private set; }

    /// <summary>What the partner says of itself.</summary>
    public LacpParticipant Partner { get; set; }

    public List<SentFrame> Sent { get; } = [];

    /// <summary>Seconds at which LACPDUs were sent.</summary>
    public double[] Times => [.. Sent.Where(frame => frame.IsLacpdu).Select(frame => (frame.Time - Timestamp.Zero).TotalSeconds)];

    /// <summary>A LACPDU of the partner, which knows the port as it is.</summary>
    public void Speak(LacpState state, int port = 0) => Speak(state, System.Ports[port].Actor, port);

    public void Speak(LacpState state, LacpParticipant knows, int port = 0)
    {
        LacpParticipant partner = Partner with { State = state, Port = (ushort)(Partner.Port + port) };
        new Lacpdu(1, partner, knows, 0).Write(SlowFrame.WriteHeader(_frame, partner.System));
        Assert.Equal(SlowPduError.None, System.OnFrame(new LinkId(port), _frame, Now));
        Drain();
    }

    /// <summary>Says the same at once and every second.</summary>
    public void SpeakFor(int seconds, LacpState state)
    {
        for (int i = 0; i < seconds; i++)
        {
            Speak(state);
            RunFor(1);
        }
    }

    public void RunFor(double seconds)
    {
        Timestamp end = Now + new Interval((long)(seconds * 1e9));
        while (System.NextDeadline <= end)
        {
            Now = System.NextDeadline;
            System.OnTime(Now);
            Drain();
        }

        Now = end;
    }

    public void Drain()
    {
        byte[] frame = new byte[SlowFrame.Length];
        while (System.TryTransmit(out LinkId link, frame))
        {
            Sent.Add(new SentFrame(Now, new LacpEnd(0, link.Index), [.. frame]));
        }
    }
}
