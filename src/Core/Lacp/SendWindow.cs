using Trunkline.Core.Units;

namespace Trunkline.Core.Lacp;

/// <summary>Holds a sender to so many PDUs in any <see cref="LacpTimes.LimitWindow"/>.</summary>
internal sealed class SendWindow
{
    private readonly Timestamp[] _sent;
    private int _next;

    public SendWindow(int limit)
    {
        _sent = new Timestamp[limit];
        Array.Fill(_sent, Timestamp.MinValue);
    }

    /// <summary>When the next may be sent: at any time before the window is full once.</summary>
    public Timestamp NextAllowed => _sent[_next] == Timestamp.MinValue ? Timestamp.MinValue : _sent[_next] + LacpTimes.LimitWindow;

    public bool IsOpen(Timestamp now) => NextAllowed <= now;

    public void OnSent(Timestamp now)
    {
        _sent[_next] = now;
        _next = (_next + 1) % _sent.Length;
    }
}
