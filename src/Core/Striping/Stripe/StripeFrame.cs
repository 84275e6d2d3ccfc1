using System.Buffers.Binary;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>What a frame of the stripe protocol says.</summary>
public enum StripeFrameType : byte
{
    /// <summary>No frame has this type.</summary>
    None,

    /// <summary>Bytes of a flow, or its end.</summary>
    Data,

    /// <summary>How much of this session has come.</summary>
    Acknowledge,

    /// <summary>How far a flow may send, and how much of it has come without a hole.</summary>
    Credit,

    /// <summary>A new flow, to the service that the payload names.</summary>
    Open,

    /// <summary>The target of a new flow is connected.</summary>
    Accept,

    /// <summary>A flow ends at once, both ways.</summary>
    Reset,

    /// <summary>Asks for an acknowledgement.</summary>
    Ping,

    /// <summary>The sender ends in good order: all flows of the trunk are over.</summary>
    Bye,
}

/// <summary>Why bytes are not what the protocol allows.</summary>
public enum StripeFault
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>More bytes are needed to tell.</summary>
    Incomplete,

    /// <summary>A greeting does not begin as one.</summary>
    NotStripe,

    /// <summary>A greeting of a version that this is not.</summary>
    Version,

    /// <summary>A type that there is not.</summary>
    Type,

    /// <summary>A length, flag or number that the type does not allow.</summary>
    Field,

    /// <summary>An acknowledgement of what was not sent.</summary>
    Acknowledgement,

    /// <summary>Data beyond what was allowed, beyond the end, or that overlaps other data in part.</summary>
    Window,

    /// <summary>More flows than are allowed.</summary>
    Flows,
}

/// <summary>The head of a frame: 24 bytes, in network order; docs/formats/stripe-protocol.md.</summary>
/// <param name="Type">What it says.</param>
/// <param name="IsFinal">Of data: the flow ends here. Such a frame has no payload; the end counts as one byte of the stream.</param>
/// <param name="PayloadBytes">What follows the head.</param>
/// <param name="Flow">The flow's random number; of an acknowledgement, for how many microseconds it was held back.</param>
/// <param name="Value">Place in the stream, limit, count or reason, as the type says; at least 0.</param>
public readonly record struct StripeFrame(StripeFrameType Type, bool IsFinal, int PayloadBytes, ulong Flow, long Value)
{
    /// <summary>Bytes of a head.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Most data that a frame carries, so that head and data fit 64 KiB.</summary>
    public const int DataBytesMax = 65_536 - HeaderBytes;

    /// <summary>Longest name of a service, in bytes.</summary>
    public const int ServiceBytesMax = 64;

    /// <summary>Bytes with the head.</summary>
    public int Bytes => HeaderBytes + PayloadBytes;

    /// <summary>Bytes of the flow's stream that it carries.</summary>
    public int StreamBytes => Type != StripeFrameType.Data ? 0 : IsFinal ? 1 : PayloadBytes;

    /// <summary>Whether the far end answers it with an acknowledgement.</summary>
    public bool IsEliciting => Type is not (StripeFrameType.Acknowledge or StripeFrameType.Bye);

    /// <summary>Reads a head and checks all that can be told without state.</summary>
    /// <returns><see cref="StripeFault.Incomplete"/> when there are fewer than 24 bytes.</returns>
    public static StripeFault TryRead(ReadOnlySpan<byte> bytes, out StripeFrame frame)
    {
        frame = default;
        if (bytes.Length < HeaderBytes)
        {
            return StripeFault.Incomplete;
        }

        var type = (StripeFrameType)bytes[0];
        uint payload = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        long value = BinaryPrimitives.ReadInt64BigEndian(bytes[16..]);
        if (type is StripeFrameType.None or > StripeFrameType.Bye)
        {
            return StripeFault.Type;
        }

        bool isFinal = bytes[1] == 1;
        bool fits = type switch
        {
            StripeFrameType.Data => isFinal ? payload == 0 : payload is > 0 and <= DataBytesMax,
            StripeFrameType.Open => payload is > 0 and <= ServiceBytesMax,
            StripeFrameType.Credit => payload == sizeof(long),
            _ => payload == 0,
        };
        bool isPlain = bytes[1] == 0 || (isFinal && type == StripeFrameType.Data);
        if (!fits || !isPlain || bytes[2] != 0 || bytes[3] != 0 || value is < 0 or > long.MaxValue / 4)
        {
            return StripeFault.Field;
        }

        frame = new StripeFrame(type, isFinal, (int)payload, BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), value);
        return StripeFault.None;
    }

    /// <summary>Writes the head.</summary>
    /// <param name="bytes">At least 24.</param>
    public void Write(Span<byte> bytes)
    {
        bytes[0] = (byte)Type;
        bytes[1] = IsFinal ? (byte)1 : (byte)0;
        bytes[2] = bytes[3] = 0;
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], PayloadBytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Flow);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], Value);
    }
}
