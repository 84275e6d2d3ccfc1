namespace Trunkline.Analysis;

/// <summary>One window with traffic, as a row of every technique's series.</summary>
/// <remarks>One object is used again and again: what it says holds only while it is shown.</remarks>
public sealed class WindowSeries
{
    private readonly long[] _bytes;
    private readonly int _pitch;
    private readonly int _links;

    /// <summary>A view of loads that change from window to window.</summary>
    /// <param name="bytes">Technique by technique, link by link.</param>
    /// <param name="pitch">Places from one technique to the next.</param>
    /// <param name="links">Links.</param>
    internal WindowSeries(long[] bytes, int pitch, int links) => (_bytes, _pitch, _links) = (bytes, pitch, links);

    /// <summary>The window's number, from 0 at the first frame; windows without traffic are passed over.</summary>
    public long Window { get; internal set; }

    /// <summary>When it begins, in seconds from the first frame.</summary>
    public double Seconds { get; internal set; }

    /// <summary>The bytes that a technique puts on each link in it, in index order.</summary>
    /// <param name="technique">Its place in <see cref="AnalysisOptions.Techniques"/>.</param>
    public ReadOnlySpan<long> BytesOf(int technique) => _bytes.AsSpan(technique * _pitch, _links);
}
