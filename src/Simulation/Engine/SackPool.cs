using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Engine;

/// <summary>Keeps the blocks of selective acknowledgements while those are under way: few have any.</summary>
internal sealed class SackPool
{
    private Kept[] _kept = new Kept[64];
    private int _count = 1;
    private int _free;

    /// <summary>Blocks kept now.</summary>
    public int InUse { get; private set; }

    /// <summary>Keeps the blocks of an acknowledgement; the place is never 0.</summary>
    public int Keep(in TcpAck ack)
    {
        int place = _free;
        if (place != 0)
        {
            _free = _kept[place].NextFree;
        }
        else
        {
            place = _count++;
            if (place == _kept.Length)
            {
                Array.Resize(ref _kept, place * 2);
            }
        }

        ref Kept kept = ref _kept[place];
        (kept.Sack, kept.Count, kept.HasDuplicate) = (ack.Sack, ack.SackCount, ack.HasDuplicate);
        InUse++;
        return place;
    }

    /// <summary>Gives the blocks back to an acknowledgement, and their place to others.</summary>
    public void Take(int place, ref TcpAck ack)
    {
        Peek(place, ref ack);
        Free(place);
    }

    /// <summary>Shows an acknowledgement its blocks, and keeps them.</summary>
    public void Peek(int place, ref TcpAck ack)
    {
        ref Kept kept = ref _kept[place];
        (ack.Sack, ack.SackCount, ack.HasDuplicate) = (kept.Sack, kept.Count, kept.HasDuplicate);
    }

    /// <summary>Gives the place of blocks to others.</summary>
    public void Free(int place)
    {
        _kept[place].NextFree = _free;
        _free = place;
        InUse--;
    }

    private struct Kept
    {
        public SackBlocks Sack;
        public int NextFree;
        public byte Count;
        public bool HasDuplicate;
    }
}
