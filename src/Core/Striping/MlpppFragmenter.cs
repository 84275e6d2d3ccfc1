using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Striping;

/// <summary>A piece of a packet, numbered and given to a link.</summary>
/// <param name="Link">The link that takes it.</param>
/// <param name="Header">What is to be written before it.</param>
/// <param name="Offset">Where it begins in the packet.</param>
/// <param name="Bytes">How much of the packet it holds.</param>
/// <param name="WireBytes">What the link sends: the piece, the header and the framing.</param>
public readonly record struct MlpppFragment(LinkId Link, MlpppHeader Header, int Offset, int Bytes, int WireBytes);

/// <summary>The sending end of a Multilink PPP bundle: cuts packets into fragments, numbers them and picks their links (RFC 1990 §4).</summary>
/// <remarks>
/// A packet's bytes begin with its PPP protocol field. The pieces cost F ÷ (F + overhead) of the links
/// (<see cref="MlpppHeader.Efficiency"/>). One that is cut shorter than its packets shortens the wait of those behind it, and the
/// packet's own way over several slow links. Allocates in the constructor and when links change; no input throws; one thread.
/// </remarks>
public sealed class MlpppFragmenter
{
    private readonly Bundle _bundle;
    private readonly MlpppOptions _options;
    private readonly IBalancer _choice;
    private readonly uint _mask;
    private uint _sequence;
    private int _bytes;
    private int _fragments;
    private int _next;
    private int _offset;

    /// <summary>Begins with number 0.</summary>
    /// <param name="bundle">The links, which no balancer beside this one uses.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MlpppFragmenter(Bundle bundle, MlpppOptions? options = null)
    {
        _options = options ?? new MlpppOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.FragmentBytes, nameof(options));
        if (_options.FragmentBytes > 0)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(_options.FragmentBytes, MlpppOptions.FragmentBytesMin, nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(_options.FramingBytes, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_options.FramingBytes, 64, nameof(options));
        _bundle = bundle;
        _mask = (1u << MlpppHeader.SequenceBitsOf(_options.Form)) - 1;
        _choice = _options.ToShortestQueue
            ? new Balancer<ShortestQueueRule>(new ShortestQueueRule(bundle), bundle)
            : new Balancer<RoundRobinRule>(new RoundRobinRule(bundle, 1), bundle);
    }

    /// <summary>Packets begun.</summary>
    public long Packets { get; private set; }

    /// <summary>Packets that were too long, or found no link.</summary>
    public long Refused { get; private set; }

    /// <summary>Fragments made.</summary>
    public long Fragments { get; private set; }

    /// <summary>Begins a packet; what is left of the one before is dropped.</summary>
    /// <param name="bytes">Its length. One of 0 makes an empty fragment, which tells the far end where a link is (RFC 1990 §4.1).</param>
    /// <returns>
    /// How many fragments <see cref="TryNext"/> makes of it. 0 when no link is usable, or when the packet is longer than the far
    /// end takes or of more than 1,024 fragments.
    /// </returns>
    public int OnPacket(int bytes)
    {
        (_bytes, _offset, _next, _fragments) = (bytes, 0, 0, 0);
        long fragments = _options.IsSplit ? Math.Min(System.Numerics.BitOperations.PopCount(_bundle.UsableMask), bytes) : 1;
        if (_options.FragmentBytes > 0)
        {
            fragments = Math.Max(fragments, ((long)bytes + _options.FragmentBytes - 1) / _options.FragmentBytes);
        }

        if (bytes < 0 || bytes > _options.ReconstructedBytesMax || fragments > MlpppOptions.FragmentsMax || _bundle.UsableMask == 0)
        {
            Refused++;
            return 0;
        }

        Packets++;
        _fragments = (int)Math.Max(1, fragments);
        return _fragments;
    }

    /// <summary>The packet's next fragment.</summary>
    /// <param name="now">The time.</param>
    /// <param name="fragment">The fragment. The caller sends it, and tells the bundle so with its wire bytes, before he asks again.</param>
    /// <returns>False when there is none, or no usable link any more.</returns>
    public bool TryNext(Timestamp now, out MlpppFragment fragment)
    {
        fragment = default;
        if (_next == _fragments)
        {
            return false;
        }

        int left = _bytes - _offset;
        int bytes = !_options.IsSplit && _options.FragmentBytes > 0
            ? Math.Min(left, _options.FragmentBytes)
            : (left + _fragments - _next - 1) / (_fragments - _next);
        int wireBytes = bytes + _options.OverheadBytes;
        LinkId link = _choice.Pick(0, wireBytes, now);
        if (link.IsNone)
        {
            _fragments = _next = 0;
            return false;
        }

        var header = new MlpppHeader(_sequence, _next == 0, _next == _fragments - 1);
        fragment = new MlpppFragment(link, header, _offset, bytes, wireBytes);
        _sequence = (_sequence + 1) & _mask;
        _offset += bytes;
        _next++;
        Fragments++;
        return true;
    }

    /// <summary>Takes note that the bundle's set of usable links changed.</summary>
    public void OnLinkChange(Timestamp now) => _choice.OnLinkChange(now);
}
