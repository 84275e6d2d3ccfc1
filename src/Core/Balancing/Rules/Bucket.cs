using System.Runtime.InteropServices;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>One slot of a balancer's table: the link that it holds and what went over it. 32 bytes.</summary>
/// <remarks>The layout is shared with the eBPF programs, which keep the same table.</remarks>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
internal struct Bucket
{
    /// <summary>Size of the record.</summary>
    public const int SizeBytes = 32;

    /// <summary>What a bucket that was never used has for instants: idle for 146 years, without overflow.</summary>
    public const long NeverNs = long.MinValue / 2;

    /// <summary>What <see cref="SentLink"/> is when the last packets took several links: no link of a bundle.</summary>
    public const sbyte SeveralLinks = Links.Bundle.LinksMax;

    /// <summary>When its last packet was offered.</summary>
    public long LastSeenNs;

    /// <summary>The latest estimated arrival of its packets, rounded up.</summary>
    public long LastArrivalNs;

    /// <summary>Bytes so far; never reset.</summary>
    public long Bytes;

    /// <summary>Changes of its link so far.</summary>
    public int Moves;

    /// <summary>The link that its next packet takes; −1 for none yet.</summary>
    public sbyte Link;

    /// <summary>The link that its last packet took; −1 for none yet.</summary>
    public sbyte SentLink;

    /// <summary>The link that it is to move to as soon as that is safe; −1 for none. Of rules that move by order.</summary>
    public sbyte OrderedLink;
}
