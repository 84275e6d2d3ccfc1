using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Sessions;

/// <summary>Decides when a session behind one address gets another source port, so that the sessions use all links that a fabric's hash spreads them over.</summary>
/// <remarks>
/// <para>
/// Links show only in what sessions carry together. At the end of each interval in which there was always more to send: a session that
/// carries much less than the mean shares its link with others (<see cref="SlowSessionWatch"/>). Sessions that carry alike may be alone
/// each, or two and two on half of the links: then the least is drawn anew for a trial. A draw after which all carry more together is
/// good, and so is one that changes nothing; one after which they carry less is taken back, port and all.
/// </para>
/// <para>
/// After a start or a change of paths it draws as often as it can judge, until eight trials in a row were no gain; then it rests, and
/// draws at most once a minute. Told everything; no I/O; one thread.
/// </para>
/// </remarks>
public sealed class PortRedraw
{
    /// <summary>How often <see cref="OnInterval"/> is to be called.</summary>
    public static readonly Interval IntervalLength = Interval.FromMilliseconds(250);

    private const int TrialsMax = 8;
    private const int SlowPartPpm = 600_000;
    private const int MeasureIntervals = 2;
    private const int SettleIntervals = 1;
    private const int GainPercent = 8;
    private static readonly Interval SteadyPause = Interval.FromSeconds(60);

    private readonly int _sessions;
    private readonly SlowSessionWatch _watch;
    private readonly long[] _before;
    private readonly long[] _carried;
    private int _settle = 2 * SettleIntervals;
    private int _measured;
    private long _sum;
    private long _sumBefore;
    private int _drawn = SlowSessionWatch.None;
    private int _fruitless;
    private Timestamp _nextAt = Timestamp.MinValue;

    /// <summary>Watches some sessions, all to one address.</summary>
    /// <param name="sessions">How many, at least 2.</param>
    public PortRedraw(int sessions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sessions, 2);
        _sessions = sessions;
        _watch = new SlowSessionWatch(sessions, SlowPartPpm);
        (_before, _carried) = (new long[sessions], new long[sessions]);
    }

    /// <summary>Ports drawn anew, those taken back included.</summary>
    public long Draws { get; private set; }

    /// <summary>Whether it draws at most once a minute now.</summary>
    public bool IsSteady => _fruitless >= TrialsMax;

    /// <summary>What to do.</summary>
    public enum Verdict
    {
        /// <summary>Nothing.</summary>
        Keep,

        /// <summary>The session gets a new port.</summary>
        Draw,

        /// <summary>The session gets the port that it had before its last draw.</summary>
        TakeBack,
    }

    /// <summary>Paths changed: what was found out may no longer hold.</summary>
    public void OnChange()
    {
        (_fruitless, _drawn) = (0, SlowSessionWatch.None);
        Restart();
    }

    /// <summary>An interval has ended.</summary>
    /// <param name="bytes">What each session has carried since it was opened; less than before means that it is new.</param>
    /// <param name="isBusy">Whether there was always more to send.</param>
    /// <param name="now">The time.</param>
    /// <param name="session">Which session, unless all are kept.</param>
    public Verdict OnInterval(ReadOnlySpan<long> bytes, bool isBusy, Timestamp now, out int session)
    {
        session = SlowSessionWatch.None;
        int slow = _watch.OnInterval(bytes);
        long all = 0;
        for (int i = 0; i < _sessions; i++)
        {
            long carried = bytes[i] >= _before[i] ? bytes[i] - _before[i] : bytes[i];
            _before[i] = bytes[i];
            _carried[i] = _measured == 0 ? carried : _carried[i] + carried;
            all += carried;
        }

        if (!isBusy)
        {
            Restart();
            return Verdict.Keep;
        }

        if (_settle > 0)
        {
            _settle--;
            return Verdict.Keep;
        }

        _sum = _measured == 0 ? all : _sum + all;
        if (++_measured < MeasureIntervals)
        {
            return Verdict.Keep;
        }

        _measured = 0;
        if (_drawn != SlowSessionWatch.None)
        {
            bool isWorse = _sum * 100 < _sumBefore * (100 - GainPercent);
            bool isBetter = _sum * 100 > _sumBefore * (100 + GainPercent);
            _fruitless = isBetter ? 0 : _fruitless + 1;
            session = _drawn;
            _drawn = SlowSessionWatch.None;
            if (isWorse)
            {
                _settle = SettleIntervals;
                return Verdict.TakeBack;
            }
        }

        if (now < _nextAt || (IsSteady && slow == SlowSessionWatch.None))
        {
            return Verdict.Keep;
        }

        session = slow != SlowSessionWatch.None ? slow : Least();
        _drawn = session;
        _sumBefore = _sum;
        _settle = SettleIntervals;
        _nextAt = IsSteady ? now + SteadyPause : now;
        Draws++;
        return Verdict.Draw;
    }

    private int Least()
    {
        int least = 0;
        for (int i = 1; i < _sessions; i++)
        {
            least = _carried[i] < _carried[least] ? i : least;
        }

        return least;
    }

    // A draw that could not be judged is let be.
    private void Restart()
    {
        _settle = SettleIntervals;
        _measured = 0;
        _drawn = SlowSessionWatch.None;
    }
}
