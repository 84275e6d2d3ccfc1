using Trunkline.Core.Links;

namespace Trunkline.Core.Tests.Balancing.Rules;

/// <summary>An independent account of what arrives when: FIFO links in exact picoseconds, and packets that are overtaken.</summary>
internal sealed class OrderChecker(Link[] links)
{
    private readonly Int128[] _finishPs = new Int128[links.Length];
    private readonly Dictionary<uint, Int128> _lastArrivalPs = [];

    /// <summary>Packets that arrived before one that their flow sent earlier.</summary>
    public int Overtakers { get; private set; }

    /// <summary>Longest time from offering to arrival, in nanoseconds, rounded up.</summary>
    public long SlowestNs { get; private set; }

    public void Send(uint flow, int link, int bytes, long nowNs)
    {
        Int128 nowPs = (Int128)nowNs * 1000;
        Int128 start = Int128.Max(nowPs, _finishPs[link]);
        _finishPs[link] = start + (bytes * links[link].Rate.PicosecondsPerByte);
        Int128 arrival = _finishPs[link] + (links[link].Delay.Nanoseconds * 1000);
        SlowestNs = Math.Max(SlowestNs, (long)((arrival - nowPs + 999) / 1000));
        if (_lastArrivalPs.TryGetValue(flow, out Int128 last) && arrival < last)
        {
            Overtakers++;
        }
        else
        {
            _lastArrivalPs[flow] = arrival;
        }
    }
}
