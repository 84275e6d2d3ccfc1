namespace Trunkline.Core.Striping.Sessions;

/// <summary>Some bytes of a connection that travel over one of its sessions: what MPTCP's data sequence mapping says (RFC 8684 §3.3).</summary>
/// <param name="Start">Place of the first in the connection's stream.</param>
/// <param name="Bytes">How many.</param>
public readonly record struct DataRange(long Start, int Bytes)
{
    /// <summary>Behind the last.</summary>
    public long End => Start + Bytes;
}
