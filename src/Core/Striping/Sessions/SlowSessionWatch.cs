namespace Trunkline.Core.Striping.Sessions;

/// <summary>Finds the session that is worth opening anew, since its hash put it on a path that others use.</summary>
/// <remarks>
/// At the end of each interval in which there was always more to send: the session that carried least, if that is less than a part of
/// the mean, for two intervals in a row. One at a time, so that a draw can be judged before the next.
/// </remarks>
/// <param name="sessions">Sessions.</param>
/// <param name="partPpm">The part of the mean, in parts per million.</param>
public sealed class SlowSessionWatch(int sessions, int partPpm)
{
    /// <summary>What <see cref="OnInterval"/> returns for none.</summary>
    public const int None = -1;

    private const int IntervalsInARow = 2;

    private readonly long[] _before = new long[sessions];
    private int _suspect = None;
    private int _times;

    /// <summary>An interval has ended.</summary>
    /// <param name="bytes">What each session has carried since it was opened; less than before means that it is new.</param>
    /// <returns>The session to open anew; <see cref="None"/>.</returns>
    public int OnInterval(ReadOnlySpan<long> bytes)
    {
        long sum = 0;
        int least = 0;
        long leastBytes = long.MaxValue;
        for (int i = 0; i < bytes.Length; i++)
        {
            long carried = bytes[i] >= _before[i] ? bytes[i] - _before[i] : bytes[i];
            _before[i] = bytes[i];
            sum += carried;
            (least, leastBytes) = carried < leastBytes ? (i, carried) : (least, leastBytes);
        }

        bool isSlow = (Int128)leastBytes * bytes.Length * 1_000_000 < (Int128)sum * partPpm;
        _times = !isSlow ? 0 : least == _suspect ? _times + 1 : 1;
        _suspect = isSlow ? least : None;
        if (_times < IntervalsInARow)
        {
            return None;
        }

        _times = 0;
        return least;
    }
}
