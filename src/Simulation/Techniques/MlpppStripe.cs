using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Units;
using Trunkline.Simulation.Engine;

namespace Trunkline.Simulation.Techniques;

/// <summary>Multilink PPP: packets are cut into fragments, which go over the links in turn and are put together again (RFC 1990).</summary>
/// <remarks>
/// Over a wire that has frames of its own it goes as over PPPoE (RFC 2516): each fragment in a frame, with 8 bytes of PPPoE and PPP in
/// place of a serial line's framing; without such overhead, as over serial lines. On the way each fragment is a packet whose tag says how long the whole is.
/// </remarks>
internal sealed class MlpppStripe(int[] ports, Bundle bundle, MlpppOptions options, MlpppReassembler reassembler) : Stripe(ports, bundle)
{
    // Above the sequence number, which has 24 bits at most.
    private const uint BeginBit = 1 << 30;
    private const uint EndBit = 1U << 31;
    private const int PppoeBytes = 8;

    // What a fragment has around it beside the frame and a serial line's framing.
    private int Around => Simulator.FrameOverheadBytes == 0 ? 0 : PppoeBytes - options.FramingBytes;

    private readonly MlpppFragmenter _fragmenter = new(bundle, options);

    /// <inheritdoc/>
    public override long NextDeadlinePs => DeadlinePs(reassembler.NextDeadline);

    /// <inheritdoc/>
    public override int Send(ref Packet packet, long nowPs)
    {
        // What Ethernet puts around a packet PPP does not.
        int bytes = packet.WireBytes - Simulator.FrameOverheadBytes;
        _fragmenter.OnPacket(bytes);
        int port = -1;
        int sent = 0;
        bool isFirst = true;
        while (_fragmenter.TryNext(SimTime.ToTimestamp(nowPs), out MlpppFragment fragment))
        {
            Packet piece = packet;
            piece.Sack = isFirst ? packet.Sack : 0;
            piece.WireBytes = (ushort)Simulator.WireBytes(fragment.WireBytes + Around);
            piece.Sequence = fragment.Header.Sequence | (fragment.Header.IsBeginning ? BeginBit : 0) | (fragment.Header.IsEnd ? EndBit : 0);
            piece.Tag = packet.WireBytes;
            isFirst = false;
            Simulator.NoteCopy(in piece);
            if (Simulator.TrySend(Ports[fragment.Link.Index], in piece))
            {
                port = Ports[fragment.Link.Index];
                Simulator.NoteSent(Bundle, fragment.Link, port, piece.WireBytes);
                sent++;
            }
            else
            {
                Simulator.Drop(in piece);
            }
        }

        if (isFirst)
        {
            Simulator.Drop(in packet);
        }
        else
        {
            Simulator.NoteReplaced(in packet);
        }

        return sent > 0 ? port : -1;
    }

    /// <inheritdoc/>
    public override void OnArrival(int port, ref Packet packet, long nowPs)
    {
        var header = new MlpppHeader(packet.Sequence & ~(BeginBit | EndBit), (packet.Sequence & BeginBit) != 0, (packet.Sequence & EndBit) != 0);
        int bytes = packet.WireBytes - Simulator.FrameOverheadBytes - Around - options.OverheadBytes;
        long token = Keep(in packet);
        if (!reassembler.OnFragment(LinkOf(port), in header, bytes, token, SimTime.ToTimestamp(nowPs)))
        {
            TakeBack(token);
            Simulator.Drop(in packet);
        }

        Release();
    }

    /// <inheritdoc/>
    public override void OnDeadline(long nowPs)
    {
        reassembler.OnDeadline(SimTime.ToTimestamp(nowPs));
        Release();
    }

    /// <inheritdoc/>
    public override void OnLinkChange(long nowPs)
    {
        _fragmenter.OnLinkChange(SimTime.ToTimestamp(nowPs));
        for (int link = 0; link < Ports.Length; link++)
        {
            reassembler.OnLinkChange(new LinkId(link), Bundle.IsUp(new LinkId(link)));
        }
    }

    private void Release()
    {
        while (reassembler.TryRelease(out MlpppRelease release))
        {
            bool isFirst = true;
            Packet whole = default;
            foreach (long token in reassembler.Tokens)
            {
                Packet piece = TakeBack(token);
                if (!release.IsWhole)
                {
                    Simulator.Drop(in piece);
                }
                else if (isFirst)
                {
                    whole = piece;
                    isFirst = false;
                }
                else
                {
                    whole.Flags |= piece.Flags & PacketFlags.Marked;
                    Simulator.NoteReplaced(in piece);
                }
            }

            if (!isFirst)
            {
                whole.WireBytes = whole.Tag;
                whole.Tag = 0;
                Simulator.HandOn(Ports[0], ref whole);
            }
        }
    }
}
