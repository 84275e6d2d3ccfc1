namespace Trunkline.Analysis;

/// <summary>The link that each technique without moves gives to each entry.</summary>
/// <remarks>Of entries that live, also while they are retired; to be asked by the thread that runs the statistics, or at the end.</remarks>
internal interface IEntryLinks
{
    /// <summary>Names of the techniques that never move anything, as written.</summary>
    IReadOnlyList<string> Techniques { get; }

    /// <summary>The link of an entry, an index into the bundle's links; −1 where none can be used.</summary>
    int LinkOf(int technique, int entry);
}
