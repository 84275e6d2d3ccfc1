namespace Trunkline.Core.Wire;

/// <summary>What is wrong with bytes from the network; the first fault found, counting inwards.</summary>
/// <remarks>Dense from 0, so that counters can be indexed by it.</remarks>
public enum ParseError
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The bytes end before a header does, or before the end that a length field announces: a cut capture, or a lie.</summary>
    Truncated,

    /// <summary>A version field does not say what stands before it.</summary>
    BadVersion,

    /// <summary>A length field is smaller than the header that it is part of.</summary>
    BadLength,

    /// <summary>More tags, labels, extension headers or tunnels than are followed.</summary>
    TooDeep,

    /// <summary>No parser for frames of this link type.</summary>
    UnknownLinkType,
}
