namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Whose turn it is among paths. A struct that changes: keep it in a field.</summary>
internal struct PathTurn()
{
    private long[] _credit = [];
    private int _last = -1;

    /// <summary>The next path, each as often as the others.</summary>
    public int Next(PathTable paths) => _last = (_last + 1) % paths.Count;

    /// <summary>The next path, each as often as it is fast, spread evenly: all are credited what they carry, and the one with the most pays for all.</summary>
    public int NextByRate(PathTable paths)
    {
        Span<long> credit = CreditOf(paths.Count);
        long sum = 0;
        for (int path = 0; path < credit.Length; path++)
        {
            long rate = paths.RateOf(path).BitsPerSecond;
            credit[path] += rate;
            sum += rate;
        }

        return Pay(credit, sum);
    }

    /// <summary>The same by weights of the caller's own.</summary>
    /// <param name="weights">One for each path, at least 0; not all 0.</param>
    public int NextByWeight(ReadOnlySpan<int> weights)
    {
        Span<long> credit = CreditOf(weights.Length);
        long sum = 0;
        for (int path = 0; path < credit.Length; path++)
        {
            credit[path] += weights[path];
            sum += weights[path];
        }

        return Pay(credit, sum);
    }

    private Span<long> CreditOf(int count)
    {
        if (_credit.Length != count)
        {
            _credit = new long[count];
        }

        return _credit;
    }

    private static int Pay(Span<long> credit, long sum)
    {
        int most = 0;
        for (int path = 1; path < credit.Length; path++)
        {
            most = credit[path] > credit[most] ? path : most;
        }

        credit[most] -= sum;
        return most;
    }
}
