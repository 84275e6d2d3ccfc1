using Trunkline.Core.Links;

namespace Trunkline.Analysis.Replay;

/// <summary>An amount for each link under each technique.</summary>
internal sealed class LoadTable
{
    private readonly int _links;

    /// <summary>All amounts 0.</summary>
    /// <param name="techniques">Techniques, 0 or more.</param>
    /// <param name="links">Links, 1 to <see cref="Bundle.LinksMax"/>.</param>
    public LoadTable(int techniques, int links)
    {
        _links = links;
        Pitch = 1 << PackedLinks.BitsOf(links);
        Values = new long[techniques * Pitch];
    }

    /// <summary>Places from one technique to the next: room for every link that its bits can say.</summary>
    public int Pitch { get; }

    /// <summary>Technique by technique, link by link.</summary>
    public long[] Values { get; }

    /// <summary>A technique's amounts, one per link.</summary>
    public ReadOnlySpan<long> Of(int technique) => Values.AsSpan(technique * Pitch, _links);

    /// <summary>The same to write, with room for every link that the bits can say.</summary>
    public Span<long> Row(int technique) => Values.AsSpan(technique * Pitch, Pitch);

    /// <summary>Adds what another has, and empties that.</summary>
    public void Take(LoadTable other)
    {
        for (int i = 0; i < Values.Length; i++)
        {
            Values[i] += other.Values[i];
        }

        Array.Clear(other.Values);
    }
}
