using Trunkline.Core.Units;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>A frame that a session carries and has not acknowledged.</summary>
/// <param name="End">Bytes of the session with it.</param>
/// <param name="FlowEnd">Of data: bytes of its flow that the session carries with it.</param>
/// <param name="Flow">The flow; null for none.</param>
/// <param name="Type">What it says.</param>
/// <param name="At">When it was handed over.</param>
internal readonly record struct SentFrame(long End, long FlowEnd, StripeFlow? Flow, StripeFrameType Type, Timestamp At);

/// <summary>Frames in the order in which a session carries them. Takes memory only while it grows.</summary>
internal sealed class SentRing
{
    private SentFrame[] _frames = new SentFrame[64];
    private int _first;

    public int Count { get; private set; }

    public ref readonly SentFrame this[int index] => ref _frames[(_first + index) & (_frames.Length - 1)];

    public void Add(in SentFrame frame)
    {
        if (Count == _frames.Length)
        {
            var larger = new SentFrame[2 * Count];
            for (int i = 0; i < Count; i++)
            {
                larger[i] = this[i];
            }

            (_frames, _first) = (larger, 0);
        }

        _frames[(_first + Count++) & (_frames.Length - 1)] = frame;
    }

    public void RemoveFirst()
    {
        _frames[_first] = default;
        _first = (_first + 1) & (_frames.Length - 1);
        Count--;
    }

    public void Clear()
    {
        Array.Clear(_frames);
        _first = Count = 0;
    }
}
