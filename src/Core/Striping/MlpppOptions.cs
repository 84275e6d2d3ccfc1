using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>How both ends of a Multilink PPP bundle work.</summary>
public sealed record MlpppOptions
{
    /// <summary>Smallest bound of a fragment.</summary>
    public const int FragmentBytesMin = 32;

    /// <summary>Most fragments of a packet.</summary>
    public const int FragmentsMax = 1024;

    /// <summary>The form of the header.</summary>
    public MlpppForm Form { get; init; }

    /// <summary>Most bytes of a packet in a fragment, from <see cref="FragmentBytesMin"/>; 0 for no bound.</summary>
    public int FragmentBytes { get; init; }

    /// <summary>Whether a packet is cut into a piece for each usable link, equal to a byte.</summary>
    public bool IsSplit { get; init; }

    /// <summary>Whether a fragment goes where it would leave first, or to the links in turn.</summary>
    public bool ToShortestQueue { get; init; }

    /// <summary>Bytes around a fragment beside the multilink header, 0 to 64.</summary>
    public int FramingBytes { get; init; } = MlpppHeader.FramingBytes;

    /// <summary>The longest packet that is put together: the maximum received reconstructed unit, of which RFC 1990 §5.1.1 wants 1,500.</summary>
    public int ReconstructedBytesMax { get; init; } = 9_216;

    /// <summary>The longest that fragments wait for one before them; the standard has M alone, which is <see cref="Interval.MaxValue"/>.</summary>
    public Interval Timer { get; init; } = Interval.MaxValue;

    /// <summary>Bytes of fragments that may wait.</summary>
    public ByteCount BytesMax { get; init; } = new(16 << 20);

    /// <summary>How many numbers a fragment may be ahead of the first one missing; 2,048 at most in the short form.</summary>
    public int FragmentsAheadMax { get; init; } = 2_048;

    /// <summary>The same with a timer and with room that fit links.</summary>
    /// <param name="links">The links.</param>
    /// <param name="queueMax">What the queue of a link holds.</param>
    /// <param name="timer">Null for the skew of the links.</param>
    public MlpppOptions For(IReadOnlyList<Link> links, ByteCount queueMax, Interval? timer = null)
    {
        ResequencerOptions fit = ResequencerOptions.For(links, queueMax, timer);
        int half = 1 << (MlpppHeader.SequenceBitsOf(Form) - 1);
        return this with { Timer = fit.Timer, BytesMax = fit.BytesMax, FragmentsAheadMax = Math.Min(fit.PacketsMax, half) };
    }

    /// <summary>Bytes that each fragment adds: header and framing.</summary>
    public int OverheadBytes => FramingBytes + MlpppHeader.LengthOf(Form);
}
