namespace Trunkline.Analysis.Replay;

/// <summary>Adds up amounts by link under many techniques at once: one addition for each byte of packed links.</summary>
/// <remarks>Four techniques over four links cost one addition so. Which link of which technique it was is told in the end.</remarks>
/// <param name="layout">How the links are packed.</param>
internal sealed class PackedTally(PackedLinks layout)
{
    private const int Values = 256;

    private readonly int _bits = layout.Bits;
    private readonly int _perByte = layout.PerByte;
    private readonly long[] _sums = new long[layout.RowBytes * Values];

    /// <summary>Adds an amount on an entry's links.</summary>
    public void Add(ReadOnlySpan<byte> links, long amount)
    {
        Span<long> sums = _sums;
        for (int i = 0; i < links.Length; i++)
        {
            sums[(i * Values) + links[i]] += amount;
        }
    }

    /// <summary>Adds what there is to loads, and begins again from nothing.</summary>
    /// <param name="loads">Loads of all techniques.</param>
    /// <param name="indices">Which technique of the loads each packed one is.</param>
    public void MoveTo(LoadTable loads, ReadOnlySpan<int> indices)
    {
        int mask = (1 << _bits) - 1;
        for (int number = 0; number < indices.Length; number++)
        {
            Span<long> load = loads.Row(indices[number]);
            ReadOnlySpan<long> sums = _sums.AsSpan(number / _perByte * Values, Values);
            int shift = number % _perByte * _bits;
            for (int value = 0; value < Values; value++)
            {
                load[(value >> shift) & mask] += sums[value];
            }
        }

        Array.Clear(_sums);
    }
}
