using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>The different paths from a host to another, as routing has them now: <see cref="PathLabel.Path"/> of 0 to their count.</summary>
/// <remarks>Changes when links go, come or change speed. One writer, of the same thread.</remarks>
public sealed class PathTable
{
    private BitRate[] _rates = [BitRate.MaxValue];

    /// <summary>How many there are; at least 1.</summary>
    public int Count => _rates.Length;

    /// <summary>Speed of a path's slowest link between switches; where there is none, of its slowest link.</summary>
    /// <param name="path">0 to <see cref="Count"/>, excluded.</param>
    public BitRate RateOf(int path) => _rates[path];

    /// <summary>Sets the paths.</summary>
    /// <param name="rates">One or more.</param>
    public void Set(BitRate[] rates)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rates.Length);
        _rates = rates;
    }
}
