using System.Runtime.CompilerServices;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>What comes out of a reassembler: a packet, or fragments of one that never will be.</summary>
/// <param name="IsWhole">Whether the fragments, put behind each other, are a packet; else they are to be dropped.</param>
/// <param name="Bytes">Their length in all.</param>
/// <param name="Fragments">How many they are.</param>
public readonly record struct MlpppRelease(bool IsWhole, int Bytes, int Fragments);

/// <summary>What a reassembler counts beside what its window counts.</summary>
public record struct MlpppCounters
{
    /// <summary>Packets handed on.</summary>
    public long Packets { get; internal set; }

    /// <summary>Bytes of these.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Packets of which some fragments came and others did not.</summary>
    public long PacketsCut { get; internal set; }

    /// <summary>Packets longer than the bound, or of more than 1,024 fragments.</summary>
    public long PacketsTooLong { get; internal set; }

    /// <summary>Fragments dropped after they had been kept.</summary>
    public long FragmentsDropped { get; internal set; }

    /// <summary>Fragments with a reserved bit set, dropped at once: of a class (RFC 2686) that nobody agreed on.</summary>
    public long ReservedBits { get; internal set; }
}

/// <summary>The receiving end of a Multilink PPP bundle: puts fragments in order and packets together (RFC 1990 §4.1).</summary>
/// <remarks>
/// <para>
/// Each link keeps order and each brings rising numbers, so that what is missing below M, the least of the links' last numbers,
/// is lost. A packet is whole when no number is missing from its B to its E. A fragment is dropped when one of its packet is
/// lost, when no B came before it, or when a B comes where an E should have been. A link that is silent holds M back: senders
/// keep it alive with empty fragments, or the timer helps.
/// </para>
/// <para>
/// The caller keeps the fragments, and names each by a token. After each input he takes all that <see cref="TryRelease"/> gives,
/// reading <see cref="Tokens"/> each time. Allocates in the constructor alone, no input throws, bounded, one thread.
/// </para>
/// </remarks>
public sealed class MlpppReassembler
{
    private const byte Beginning = 1;
    private const byte End = 2;

    private readonly SequenceWindow _window;
    private readonly long[] _tokens = new long[MlpppOptions.FragmentsMax];
    private readonly uint _bytesMax;

    // The packet being put together, and what was taken out of the window and does not belong to it.
    private int _count;
    private long _bytes;
    private bool _isBegun;
    private bool _hasNext;
    private InOrderItem _next;
    private int _released;
    private MlpppCounters _counters;

    /// <summary>Begins with number 0; all links are up.</summary>
    /// <param name="links">Number of links, 1 to 64.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or an option is out of its range.</exception>
    public MlpppReassembler(int links, MlpppOptions? options = null)
    {
        options ??= new MlpppOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.ReconstructedBytesMax, nameof(options));
        _bytesMax = (uint)options.ReconstructedBytesMax;
        _window = new SequenceWindow(
            links,
            MlpppHeader.SequenceBitsOf(options.Form),
            0,
            options.FragmentsAheadMax,
            options.BytesMax.Bytes,
            options.Timer.Nanoseconds,
            isFifo: true);
    }

    /// <summary>What happened to packets.</summary>
    public MlpppCounters Counters => _counters;

    /// <summary>What happened to numbers.</summary>
    public StripeCounters Fragments => _window.Counters;

    /// <summary>Bytes of fragments that wait for one before them.</summary>
    public long BytesWaiting => _window.BytesWaiting;

    /// <summary>When <see cref="OnDeadline"/> wants to be called; <see cref="Timestamp.MaxValue"/> for never.</summary>
    public Timestamp NextDeadline => new(_window.NextDeadlineNs);

    /// <summary>The fragments of what <see cref="TryRelease"/> gave last, in order; until the next call of it.</summary>
    public ReadOnlySpan<long> Tokens => _tokens.AsSpan(0, _released);

    /// <summary>Takes in a fragment.</summary>
    /// <param name="link">The link that brought it.</param>
    /// <param name="header">Its header.</param>
    /// <param name="bytes">Length of the piece behind the header.</param>
    /// <param name="token">What the caller knows it by.</param>
    /// <param name="now">The time; one that goes back counts as the latest seen.</param>
    /// <returns>Whether it is kept, to come out of <see cref="TryRelease"/>; else the caller drops it.</returns>
    public bool OnFragment(LinkId link, in MlpppHeader header, int bytes, long token, Timestamp now)
    {
        if (header.Reserved != 0)
        {
            _counters.ReservedBits++;
            return false;
        }

        byte flags = (byte)((header.IsBeginning ? Beginning : 0) | (header.IsEnd ? End : 0));
        return _window.Add(link.Index, header.Sequence, bytes, flags, token, now.Nanoseconds) == StripeArrival.Kept;
    }

    /// <summary>The next packet, or the next fragments to drop; to be asked until there is none.</summary>
    public bool TryRelease(out MlpppRelease release)
    {
        _released = 0;
        while (_hasNext || _window.TryTake(out _next))
        {
            _hasNext = false;
            bool isBeginning = (_next.Flags & Beginning) != 0;
            if (_isBegun && (_next.FollowsGap || isBeginning))
            {
                // The packet that was begun lacks its end. This fragment is looked at again, as if behind nothing.
                _hasNext = true;
                _next = _next with { FollowsGap = false };
                _counters.PacketsCut++;
                release = Drop();
                return true;
            }

            if (!_isBegun && !isBeginning)
            {
                _tokens[_count++] = _next.Token;
                _bytes = _next.Bytes;
                release = Drop();
                return true;
            }

            _isBegun = true;
            _tokens[_count++] = _next.Token;
            _bytes += _next.Bytes;
            bool isEnd = (_next.Flags & End) != 0;
            if (_bytes > _bytesMax || (_count == _tokens.Length && !isEnd))
            {
                _counters.PacketsTooLong++;
                release = Drop();
                return true;
            }

            if (isEnd)
            {
                _counters.Packets++;
                _counters.Bytes += _bytes;
                release = Take(isWhole: true);
                return true;
            }
        }

        release = default;
        return false;
    }

    /// <summary>Gives up what was waited for too long.</summary>
    public void OnDeadline(Timestamp now) => _window.OnDeadline(now.Nanoseconds);

    /// <summary>Takes note that a link is down, so that M no longer waits for it, or up again.</summary>
    public void OnLinkChange(LinkId link, bool isUp) => _window.OnLinkChange(link.Index, isUp);

    private MlpppRelease Drop()
    {
        _counters.FragmentsDropped += _count;
        return Take(isWhole: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private MlpppRelease Take(bool isWhole)
    {
        var release = new MlpppRelease(isWhole, (int)Math.Min(_bytes, int.MaxValue), _count);
        (_released, _count, _bytes, _isBegun) = (_count, 0, 0, false);
        return release;
    }
}
