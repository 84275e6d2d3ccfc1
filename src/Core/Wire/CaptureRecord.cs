using Trunkline.Core.Units;

namespace Trunkline.Core.Wire;

/// <summary>How far reading a capture got.</summary>
public enum CaptureStatus
{
    /// <summary>What was asked for was read.</summary>
    Ok = 0,

    /// <summary>The bytes end in the middle: offer the same again with more behind; at the end of the file it is cut.</summary>
    NeedMoreBytes,

    /// <summary>The file is not of this format.</summary>
    UnknownFormat,

    /// <summary>A length cannot be true; nothing behind it can be found.</summary>
    BadLength,

    /// <summary>A frame names an interface that the file does not describe, or there are more interfaces than are believed.</summary>
    BadInterface,
}

/// <summary>The formats of capture files.</summary>
public enum CaptureFormat
{
    /// <summary>None that is known.</summary>
    Unknown = 0,

    /// <summary>Classic pcap, micro- or nanoseconds, either byte order: <see cref="PcapReader"/>.</summary>
    Pcap,

    /// <summary>pcapng: <see cref="PcapngReader"/>.</summary>
    Pcapng,
}

/// <summary>One captured frame, over bytes that it does not own.</summary>
/// <param name="linkType">What the frame begins with.</param>
/// <param name="time">When it was captured.</param>
/// <param name="wireLength">Bytes that it had on the wire.</param>
/// <param name="frame">The bytes kept of it.</param>
public readonly ref struct CaptureRecord(LinkType linkType, Timestamp time, long wireLength, ReadOnlySpan<byte> frame)
{
    /// <summary>What the frame begins with.</summary>
    public LinkType LinkType { get; } = linkType;

    /// <summary>When it was captured, since 1970 UTC.</summary>
    public Timestamp Time { get; } = time;

    /// <summary>Bytes that it had on the wire; as the file says, so it may be anything from 0 to 2³² − 1.</summary>
    public long WireLength { get; } = wireLength;

    /// <summary>The bytes kept of it.</summary>
    public ReadOnlySpan<byte> Frame { get; } = frame;

    /// <summary>Whether the capture kept less than there was.</summary>
    public bool IsCut => Frame.Length < WireLength;
}
