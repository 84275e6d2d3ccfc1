using System.Runtime.CompilerServices;
using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>Ranks that order links by a time and then by a place, so that the best link is the least of some numbers.</summary>
/// <remarks>
/// A rank is a time in picoseconds, below 2⁵⁴, × 128 + place. Which link is best is anybody's guess, so that the least is
/// found without a branch for the processor to guess.
/// </remarks>
internal static class LinkRank
{
    /// <summary>Added to the rank of a link that keeps no order: it comes behind all that do.</summary>
    public const long Unsafe = 1L << 61;

    /// <summary>Ranks from here on are those of links that may not be chosen.</summary>
    public const long Unusable = Bundle.Unusable;

    /// <summary>A place behind those of all links.</summary>
    public const long Behind = 64;

    private const int PlaceBits = 7;

    /// <summary>A rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Of(long timePs, long place) => (timePs << PlaceBits) | place;

    /// <summary>The time in a rank that has nothing added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TimeIn(long rank) => (rank & (Unsafe - 1)) >> PlaceBits;

    /// <summary>Where a link comes when links are counted from another and round again at 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long PlaceFrom(int first, int link) => (link - first) & 63;

    /// <summary>The link whose place is in a rank.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LinkIn(long rank, int first) => ((int)rank + first) & 63;

    /// <summary>The smaller of two numbers that are not 2⁶³ apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Least(long left, long right)
    {
        long difference = left - right;
        return right + (difference & (difference >> 63));
    }

    /// <summary>All ones where two numbers that are not negative are equal, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SameMask(long left, long right) => ((left ^ right) - 1) >> 63;
}
