namespace Trunkline.Simulation.Engine;

/// <summary>What a recorded flow was.</summary>
internal enum FlowKind : byte
{
    /// <summary>A connection from its opening to its last byte.</summary>
    Flow,

    /// <summary>A storage read: from the request to the last byte of the answer.</summary>
    Read,

    /// <summary>A storage write: from the request to the answer.</summary>
    Write,
}

/// <summary>A flow that ended.</summary>
/// <param name="Traffic">Index of its traffic.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Source">The host that sent the bytes.</param>
/// <param name="Destination">The host that received them.</param>
/// <param name="Bytes">Payload.</param>
/// <param name="StartPs">When it began.</param>
/// <param name="EndPs">When its last byte was delivered.</param>
internal readonly record struct FlowRecord(int Traffic, FlowKind Kind, int Source, int Destination, long Bytes, long StartPs, long EndPs);
