using Trunkline.Core.Units;

namespace Trunkline.Testing.Traffic;

/// <summary>Whose turn it is: conversations send in bursts, some sixty at once, each frame of another one than the last.</summary>
internal sealed class BurstSchedule
{
    private const int SlotsMax = 64;
    private const uint BurstFramesMin = 2, BurstFramesMax = 32;

    // Of 2³² draws, so many are frames of the client: it sends the data, so this sets the mean length of frames.
    private const uint ForwardShare = 2_219_000_000;

    private readonly ZipfTable _ranks;
    private readonly Slot[] _slots;
    private readonly int _conversations;
    private readonly bool _isLastOneWay;
    private readonly long _frames;

    private RandomSource _random;
    private long _frame;
    private int _slot;
    private int _introduced;

    /// <summary>Makes the schedule of a capture.</summary>
    public BurstSchedule(SyntheticCaptureOptions options)
    {
        _conversations = (options.Flows + 1) / 2;
        _isLastOneWay = options.Flows % 2 != 0;
        _frames = options.Frames;
        _ranks = new ZipfTable(_conversations);
        _slots = new Slot[Math.Min(SlotsMax, _conversations)];
        _random = new RandomSource(RandomSource.Mix(options.Seed));
    }

    /// <summary>The next frame.</summary>
    /// <param name="isForward">Whether the client of the conversation sends it.</param>
    /// <param name="endsBurst">Whether it is the last one of a burst.</param>
    /// <returns>The number of the conversation.</returns>
    public int Next(out bool isForward, out bool endsBurst)
    {
        // One or two slots on, so that the order varies and nobody waits for long.
        _slot = (_slot + 1 + (int)_random.Below(2)) % _slots.Length;
        ref Slot slot = ref _slots[_slot];
        if (slot.FramesLeft == 0)
        {
            Begin(ref slot);
        }

        isForward = slot.IsFirst ? slot.FramesLeft == BurstFramesMin : (uint)_random.Next() < ForwardShare;
        isForward |= _isLastOneWay && slot.Conversation == _conversations - 1;
        slot.FramesLeft--;
        endsBurst = slot.FramesLeft == 0;
        _frame++;
        return slot.Conversation;
    }

    private void Begin(ref Slot slot)
    {
        // Everybody has a first burst, of a frame each way, before half of the capture is over; the others are drawn.
        bool isFirst = _introduced < _conversations && _introduced * _frames <= _frame * 2 * _conversations;
        slot = isFirst
            ? new Slot(_introduced++, BurstFramesMin, true)
            : new Slot(_ranks.Draw(ref _random), BurstFramesMin + _random.Below(BurstFramesMax - BurstFramesMin + 1), false);
    }

    private record struct Slot(int Conversation, uint FramesLeft, bool IsFirst);
}
