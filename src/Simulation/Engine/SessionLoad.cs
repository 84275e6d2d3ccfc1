using Trunkline.Core.Striping.Sessions;

namespace Trunkline.Simulation.Engine;

/// <summary>What a session has under way in requests, and how fast it carried those before.</summary>
internal sealed class SessionLoad
{
    // What is older than this counts half.
    private const long MemoryPs = 100 * SimTime.SecondPs / 1000;

    private long _ratedBytes;
    private long _ratedPs;
    private long _sincePs;

    /// <summary>Bytes of requests under way, answers included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Requests under way.</summary>
    public int Requests { get; private set; }

    /// <summary>A request was handed to the session.</summary>
    public void OnRequest(long bytes, long nowPs)
    {
        _sincePs = Bytes == 0 ? nowPs : _sincePs;
        Bytes += bytes;
        Requests++;
    }

    /// <summary>A part of what is under way is done.</summary>
    /// <param name="bytes">The part.</param>
    /// <param name="requests">Requests that ended with it.</param>
    /// <param name="nowPs">The time.</param>
    public void OnDone(long bytes, int requests, long nowPs)
    {
        Bytes -= bytes;
        Requests -= requests;
        _ratedBytes += bytes;
        _ratedPs += nowPs - _sincePs;
        _sincePs = nowPs;
        if (_ratedPs > MemoryPs)
        {
            _ratedBytes >>= 1;
            _ratedPs >>= 1;
        }
    }

    /// <summary>What a scheduler sees of it.</summary>
    public PathSample Sample(Connection session, bool isUsable) => new(
        isUsable,
        Bytes,
        session.Sender.UnsentBytes,
        0,
        Requests,
        _ratedBytes,
        SimTime.ToInterval(_ratedPs),
        SimTime.ToInterval(session.Sender.SmoothedRttPs));
}
