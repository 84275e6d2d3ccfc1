using System.Buffers.Binary;

namespace Trunkline.Core.Striping.Stripe;

/// <summary>How the serving end takes a greeting.</summary>
public enum StripeWelcome : byte
{
    /// <summary>The session is one of the trunk's.</summary>
    Joined,

    /// <summary>Speaks another version of the protocol.</summary>
    Version,

    /// <summary>Knows no such trunk, and the greeting did not ask for a new one: this end was started anew.</summary>
    Unknown,

    /// <summary>Has as many trunks, or sessions, as it takes.</summary>
    Full,

    /// <summary>The trunk belongs to another peer, or has another number of paths.</summary>
    Refused,
}

/// <summary>The first 48 bytes of a session, in either direction.</summary>
/// <remarks>The number of a trunk is random and secret: who knows it may add a session to the trunk.</remarks>
/// <param name="Trunk">The trunk: 128 random bits, first half.</param>
/// <param name="TrunkLow">Second half.</param>
/// <param name="Path">Which of its paths, from 0.</param>
/// <param name="Paths">How many it has, 1 to <see cref="PathsMax"/>.</param>
/// <param name="IsNew">The trunk may be new: the connecting end has no flows in it.</param>
/// <param name="Welcome">Of the answer: how the greeting was taken.</param>
public readonly record struct StripeHello(ulong Trunk, ulong TrunkLow, int Path, int Paths, bool IsNew, StripeWelcome Welcome)
{
    /// <summary>Bytes of a greeting.</summary>
    public const int Bytes = 48;

    /// <summary>Most paths of a trunk.</summary>
    public const int PathsMax = 64;

    /// <summary>What is spoken.</summary>
    public const int Version = 1;

    private static ReadOnlySpan<byte> Magic => "TRUNKSTR"u8;

    /// <summary>Reads a greeting.</summary>
    public static StripeFault TryRead(ReadOnlySpan<byte> bytes, out StripeHello hello)
    {
        hello = default;
        int seen = Math.Min(bytes.Length, Magic.Length);
        if (!bytes[..seen].SequenceEqual(Magic[..seen]))
        {
            return StripeFault.NotStripe;
        }

        if (bytes.Length < Bytes)
        {
            return StripeFault.Incomplete;
        }

        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]) != Version)
        {
            return StripeFault.Version;
        }

        int path = BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]);
        int paths = BinaryPrimitives.ReadUInt16BigEndian(bytes[12..]);
        if (paths is < 1 or > PathsMax || path >= paths || bytes[14] > 1 || bytes[15] > (byte)StripeWelcome.Refused
            || bytes[32..Bytes].ContainsAnyExcept((byte)0))
        {
            return StripeFault.Field;
        }

        hello = new StripeHello(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
            path,
            paths,
            bytes[14] == 1,
            (StripeWelcome)bytes[15]);
        return StripeFault.None;
    }

    /// <summary>Writes it.</summary>
    /// <param name="bytes">At least 48.</param>
    public void Write(Span<byte> bytes)
    {
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[8..], Version);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], (ushort)Path);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[12..], (ushort)Paths);
        bytes[14] = IsNew ? (byte)1 : (byte)0;
        bytes[15] = (byte)Welcome;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Trunk);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[24..], TrunkLow);
        bytes[32..Bytes].Clear();
    }
}
