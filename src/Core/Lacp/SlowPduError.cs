namespace Trunkline.Core.Lacp;

/// <summary>What is wrong with a frame of a slow protocol; the first fault found, counting inwards.</summary>
/// <remarks>Dense from 0, so that counters can be indexed by it. Versions, TLV types and reserved fields are not checked (§6.4.12).</remarks>
public enum SlowPduError
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Shorter than the PDU that it says it is: 110 bytes behind the Ethernet header.</summary>
    Truncated,

    /// <summary>Not sent to 01-80-C2-00-00-02 with type 0x8809.</summary>
    NotSlowProtocol,

    /// <summary>A slow protocol other than LACP (1) and marker (2).</summary>
    UnknownSubtype,

    /// <summary>A TLV has another length than the standard gives it, so that what follows cannot be found.</summary>
    BadLength,

    /// <summary>A marker PDU that is neither marker nor response.</summary>
    UnknownMarker,
}
