using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>Puts the packets of a stripe in order at the far end, and gives up what does not come.</summary>
/// <remarks>
/// <para>
/// The sender numbers its packets, 32 bits that wrap, and sends each on any link. What is missing is given up when a packet
/// behind it has waited for longer than the timer; when the links are FIFO and each has brought a later number (M, the least of
/// the last numbers of all links: RFC 1990 §4.1); and when the buffer is full, oldest first. Packets behind it are then let go.
/// With a timer of at least the skew, nothing that arrives is given up, and the wait at the head of the line is the skew at most.
/// The buffer that this takes is skew × sum of rates (<see cref="ResequencerOptions.BufferBytes"/>).
/// </para>
/// <para>
/// The caller keeps the packets, and names each by a token. After each input he takes all that <see cref="TryRelease"/> gives. A
/// number far ahead is believed: the links are to check what they carry. Allocates in the constructor alone, no input throws,
/// bounded, one thread.
/// </para>
/// </remarks>
public sealed class Resequencer
{
    private readonly SequenceWindow _window;
    private readonly bool _deliverLate;

    /// <summary>Begins before the first packet; all links are up.</summary>
    /// <param name="links">Number of links, 1 to 64.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or an option is out of its range.</exception>
    public Resequencer(int links, ResequencerOptions? options = null)
    {
        options ??= new ResequencerOptions();
        _deliverLate = options.DeliverLate;
        _window = new SequenceWindow(
            links, 32, options.FirstSequence, options.PacketsMax, options.BytesMax.Bytes, options.Timer.Nanoseconds, options.LinksAreFifo);
    }

    /// <summary>Bytes that wait for a packet before them.</summary>
    public long BytesWaiting => _window.BytesWaiting;

    /// <summary>Packets that wait for one before them.</summary>
    public int PacketsWaiting => _window.PacketsWaiting;

    /// <summary>What happened so far.</summary>
    public StripeCounters Counters => _window.Counters;

    /// <summary>When <see cref="OnDeadline"/> wants to be called; <see cref="Timestamp.MaxValue"/> when nothing waits.</summary>
    /// <remarks>The first nanosecond after the timer, so that a skew of exactly the timer is waited for.</remarks>
    public Timestamp NextDeadline => new(_window.NextDeadlineNs);

    /// <summary>Takes in a packet.</summary>
    /// <param name="link">The link that brought it.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="token">What the caller knows it by.</param>
    /// <param name="now">The time; one that goes back counts as the latest seen.</param>
    /// <returns>
    /// <see cref="StripeArrival.Kept"/>: it comes out of <see cref="TryRelease"/>. Else the caller has it still, to pass it on or
    /// to drop it.
    /// </returns>
    public StripeArrival OnPacket(LinkId link, uint sequence, int bytes, long token, Timestamp now)
    {
        StripeArrival arrival = _window.Add(link.Index, sequence, bytes, 0, token, now.Nanoseconds);
        return arrival == StripeArrival.Late && !_deliverLate ? StripeArrival.Discard : arrival;
    }

    /// <summary>The next packet in order; to be asked until there is none.</summary>
    public bool TryRelease(out long token)
    {
        bool isReleased = _window.TryTake(out InOrderItem item);
        token = item.Token;
        return isReleased;
    }

    /// <summary>Gives up what was waited for too long.</summary>
    public void OnDeadline(Timestamp now) => _window.OnDeadline(now.Nanoseconds);

    /// <summary>Takes note that a link is down, so that nothing is expected of it, or up again.</summary>
    public void OnLinkChange(LinkId link, bool isUp) => _window.OnLinkChange(link.Index, isUp);
}
