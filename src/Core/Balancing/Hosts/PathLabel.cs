using System.Numerics;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>What a sender writes into its packets to have them take another path: a field that switches hash, or the path itself.</summary>
/// <remarks>
/// The field may be an IPv6 flow label, the source port of an overlay's UDP, a TTL or a VLAN: to those who hash it, it is some more
/// bits. A path itself, as with source routing or one address per path, is a number with a digit for each switch that has a choice:
/// the first takes it modulo the links that it may use, and leaves the rest, moved on by as much, to the next. So the first paths have
/// no link in common, as those of hosts with a subnet for each pair of ports: with four links and then four, path 1 is the second of
/// both, and path 5 the second and then the third. A LAG is one interface and takes no digit: to it, a path is another address of the far
/// host, to be hashed. To a technique of the whole fabric, which chooses the way itself, it is some more bits of a hash.
/// </remarks>
/// <param name="Value">As it stands in a packet; 0 for none.</param>
public readonly record struct PathLabel(ushort Value)
{
    /// <summary>Labels of either sort: 0 to this, excluded.</summary>
    public const int Count = 1 << 15;

    private const int PathBit = Count;

    /// <summary>No label: the path is that of the flow's addresses and ports.</summary>
    public static PathLabel None => default;

    /// <summary>Whether it is the path itself.</summary>
    public bool IsPath => (Value & PathBit) != 0;

    /// <summary>Its number, without the sort.</summary>
    public int Number => Value & (Count - 1);

    /// <summary>A value of the hashed field.</summary>
    /// <param name="number">0, which is none, to <see cref="Count"/>, taken modulo that.</param>
    public static PathLabel Hashed(int number) => new((ushort)(number & (Count - 1)));

    /// <summary>A path.</summary>
    /// <param name="number">0 to <see cref="Count"/>, taken modulo that.</param>
    public static PathLabel Path(int number) => new((ushort)(PathBit | (number & (Count - 1))));

    /// <summary>The link that a path takes at a switch.</summary>
    /// <param name="usable">Bit i for link i; at least one.</param>
    /// <param name="rest">What is left for the next switch.</param>
    public LinkId LinkOf(ulong usable, out PathLabel rest)
    {
        (int left, int digit) = Math.DivRem(Number, BitOperations.PopCount(usable));
        rest = Path(left + digit);
        return new LinkId(BitOperations.TrailingZeroCount(BitSet.Bit(usable, digit)));
    }

    /// <summary>What a hash becomes when a label is one more of its fields; the same without one.</summary>
    public uint Mix(uint hash) => Value == 0 ? hash : (uint)(RandomSource.Mix(((ulong)Value << 32) | hash) >> 32);
}
