using System.Numerics;

namespace Trunkline.Core.Balancing.Hashes;

/// <summary>The two hash families of Open vSwitch: which one a box uses depends on how its vSwitch was compiled.</summary>
/// <remarks>
/// Source: Open vSwitch <c>lib/hash.h</c>. Portable builds (Debian's 3.1 among them) take MurmurHash3 steps; builds
/// with SSE4.2, and those for ARM with CRC instructions, take CRC-32C steps without inversion and a last multiply.
/// </remarks>
public static class OvsHash
{
    /// <summary>Takes one more word, portable build.</summary>
    public static uint AddMurmur(uint hash, uint word) => Murmur3.Add(hash, word);

    /// <summary>The end, portable build.</summary>
    /// <param name="hash">The hash so far.</param>
    /// <param name="final">A number that the caller's kind of key has: often its length.</param>
    public static uint FinishMurmur(uint hash, uint final) => Murmur3.Finish(hash ^ final);

    /// <summary>Takes one more word, build with CRC instructions.</summary>
    public static uint AddCrc(uint hash, uint word) => BitOperations.Crc32C(hash, word);

    /// <summary>The end, build with CRC instructions.</summary>
    /// <param name="hash">The hash so far.</param>
    /// <param name="final">A number that the caller's kind of key has.</param>
    public static uint FinishCrc(uint hash, uint final)
    {
        hash = BitOperations.Crc32C(hash, (ulong)final) * 0x805204f3;
        return hash ^ (hash >> 16);
    }
}
