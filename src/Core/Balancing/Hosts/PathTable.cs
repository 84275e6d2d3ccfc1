using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>The different paths from a host to another, as routing has them now: <see cref="PathLabel.Path"/> of 0 to their count.</summary>
/// <remarks>Changes when links go, come or change speed. One writer, of the same thread.</remarks>
public sealed class PathTable
{
    private BitRate[] _rates = [BitRate.MaxValue];
    private BitRate[] _links = [BitRate.MaxValue];

    /// <summary>How many there are; at least 1.</summary>
    public int Count => _rates.Length;

    /// <summary>Speeds of the links with which the sending host begins its paths, in the order in which a path counts them; at least one.</summary>
    public IReadOnlyList<BitRate> Links => _links;

    /// <summary>Speed of a path's slowest link between switches; where there is none, of its slowest link.</summary>
    /// <param name="path">0 to <see cref="Count"/>, excluded.</param>
    public BitRate RateOf(int path) => _rates[path];

    /// <summary>Sets the paths.</summary>
    /// <param name="rates">Of each path; one or more.</param>
    /// <param name="links">Of each link that the host begins them with; one or more.</param>
    public void Set(BitRate[] rates, BitRate[] links)
    {
        ArgumentOutOfRangeException.ThrowIfZero(rates.Length);
        ArgumentOutOfRangeException.ThrowIfZero(links.Length);
        (_rates, _links) = (rates, links);
    }
}
