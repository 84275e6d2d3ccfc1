namespace Trunkline.Core.Units;

/// <summary>A link's index in its bundle, counted from 0 in the order in which the bundle lists its members.</summary>
/// <param name="Index">0 to 63; −1 for <see cref="None"/>.</param>
/// <remarks>An index is not a place in a display: real boxes list members in another order, so people are shown the link's name.</remarks>
public readonly record struct LinkId(int Index)
{
    /// <summary>No link: every member is down.</summary>
    public static readonly LinkId None = new(-1);

    /// <summary>Whether this is <see cref="None"/>.</summary>
    public bool IsNone => Index < 0;
}
