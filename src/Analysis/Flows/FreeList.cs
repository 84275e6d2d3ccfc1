namespace Trunkline.Analysis.Flows;

/// <summary>Hands out indices: those given back first, else the next that was never used.</summary>
/// <remarks>The free places themselves say which is next: the owner reads it there and sets <see cref="Head"/>.</remarks>
internal struct FreeList
{
    /// <summary>Nothing used yet.</summary>
    public static readonly FreeList Empty = new() { Head = -1 };

    /// <summary>The first free place, or −1.</summary>
    public int Head;

    /// <summary>One more than the largest index that was ever used.</summary>
    public int End;

    /// <summary>Takes a place.</summary>
    /// <param name="isReused">Whether it was given back before; then <see cref="Head"/> must be set to what it says is next.</param>
    public int Take(out bool isReused)
    {
        isReused = Head >= 0;
        return isReused ? Head : End++;
    }

    /// <summary>Gives a place back.</summary>
    /// <returns>What the place is to say is next.</returns>
    public int Give(int index)
    {
        int next = Head;
        Head = index;
        return next;
    }
}
