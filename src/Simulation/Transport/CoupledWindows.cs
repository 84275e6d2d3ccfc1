using System.Runtime.InteropServices;

namespace Trunkline.Simulation.Transport;

/// <summary>The subflows of one connection, whose windows grow with regard to each other.</summary>
internal sealed class CoupledWindows
{
    /// <summary>Bits behind the point of what a window grows by.</summary>
    public const int PointBits = 32;

    // A ratio of round trips has so many bits behind the point.
    private const int RatioBits = 16;

    // Its square fits 128 bits; more than any windows and round trips make.
    private static readonly UInt128 SumMax = (UInt128)1 << 63;

    private readonly List<TcpSender> _subflows = [];

    /// <summary>Subflows that are open and have measured their round trip, and some that have not.</summary>
    public ReadOnlySpan<TcpSender> Subflows => CollectionsMarshal.AsSpan(_subflows);

    /// <summary>Counts up when a window or a round trip has changed enough to work things out anew.</summary>
    public int Version { get; private set; }

    /// <summary>A subflow joins.</summary>
    public void Add(TcpSender subflow)
    {
        _subflows.Add(subflow);
        Version++;
    }

    /// <summary>A subflow is over.</summary>
    public void Remove(TcpSender subflow)
    {
        _subflows.Remove(subflow);
        Version++;
    }

    /// <summary>A window or a round trip has changed.</summary>
    public void OnChange() => Version++;

    /// <summary>Whether a subflow counts: it is open and its round trip is known.</summary>
    public static bool Counts(TcpSender subflow) => subflow.IsEstablished && subflow.SmoothedRttPs > 0;

    /// <summary>Σ w_k · rtt / rtt_k over all subflows, in segments with 16 bits behind the point, each term rounded down.</summary>
    /// <param name="rttPs">The round trip that rates are measured in, more than 0.</param>
    public UInt128 SumPerRoundTrip(long rttPs)
    {
        UInt128 sum = 0;
        foreach (TcpSender subflow in _subflows)
        {
            if (Counts(subflow))
            {
                sum += (((UInt128)(ulong)subflow.Window << RatioBits) * (ulong)rttPs) / (ulong)subflow.SmoothedRttPs;
            }
        }

        return UInt128.Min(sum, SumMax);
    }

    /// <summary>window / sum², as what a window grows by for a segment acknowledged: with <see cref="PointBits"/>, rounded up.</summary>
    public static long Growth(int window, UInt128 sum)
    {
        UInt128 square = sum * sum;
        return square == 0 ? 0 : (long)(((((UInt128)(ulong)window << (PointBits + (2 * RatioBits))) + square) - 1) / square);
    }
}
