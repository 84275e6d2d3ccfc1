using System.Buffers.Binary;
using Trunkline.Core.Wire;

namespace Trunkline.Core.Striping;

/// <summary>Which of the two headers both ends agreed on, by the bits of its numbers (RFC 1990 §3).</summary>
public enum MlpppForm
{
    /// <summary>The long form, four bytes: the default.</summary>
    Bits24,

    /// <summary>The short form, two bytes.</summary>
    Bits12,
}

/// <summary>The Multilink PPP header of a fragment (RFC 1990 §3), behind the PPP protocol number 0x003d.</summary>
/// <param name="Sequence">The fragment's number; one counter for the whole bundle.</param>
/// <param name="IsBeginning">B: a packet begins with this fragment.</param>
/// <param name="IsEnd">E: a packet ends with it; with B the fragment is a whole packet.</param>
/// <param name="Reserved">
/// The bits between the flags and the number: six in the long form, two in the short one. To be sent as 0; the first four, or
/// both, are the class of RFC 2686 §4 where the ends agreed on classes, which are not spoken here.
/// </param>
public readonly record struct MlpppHeader(uint Sequence, bool IsBeginning, bool IsEnd, byte Reserved = 0)
{
    /// <summary>The PPP protocol number of multilink fragments.</summary>
    public const ushort Protocol = 0x003d;

    /// <summary>Bytes around a fragment beside this header, as RFC 1990 §3 draws it: flag 1, address and control 2, protocol 2, FCS 2.</summary>
    /// <remarks>Compression of fields saves up to 3; bytes or bits that are stuffed come on top.</remarks>
    public const int FramingBytes = 7;

    /// <summary>Length of the header: 4 or 2.</summary>
    public static int LengthOf(MlpppForm form) => form == MlpppForm.Bits12 ? 2 : 4;

    /// <summary>Bits of the number: 24 or 12.</summary>
    public static int SequenceBitsOf(MlpppForm form) => form == MlpppForm.Bits12 ? 12 : 24;

    /// <summary>Share of a link that carries packets, F ÷ (F + overhead).</summary>
    /// <param name="fragmentBytes">Bytes of a packet in each fragment, F.</param>
    /// <param name="overheadBytes">Bytes around them: header and framing.</param>
    public static double Efficiency(int fragmentBytes, int overheadBytes) =>
        fragmentBytes <= 0 ? 0 : fragmentBytes / ((double)fragmentBytes + Math.Max(0, overheadBytes));

    /// <summary>Reads the header at the start of the bytes.</summary>
    /// <returns><see cref="ParseError.Truncated"/> when they are too few; nothing else can be wrong.</returns>
    public static ParseError Parse(ReadOnlySpan<byte> bytes, MlpppForm form, out MlpppHeader header)
    {
        header = default;
        if (bytes.Length < LengthOf(form))
        {
            return ParseError.Truncated;
        }

        bool isBeginning = (bytes[0] & 0x80) != 0;
        bool isEnd = (bytes[0] & 0x40) != 0;
        if (form == MlpppForm.Bits12)
        {
            uint word = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            header = new MlpppHeader(word & 0xfff, isBeginning, isEnd, (byte)(word >> 12 & 0x3));
        }
        else
        {
            uint word = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            header = new MlpppHeader(word & 0xff_ffff, isBeginning, isEnd, (byte)(word >> 24 & 0x3f));
        }

        return ParseError.None;
    }

    /// <summary>Writes the header; what does not fit a field is cut off.</summary>
    /// <param name="bytes">At least <see cref="LengthOf"/> bytes.</param>
    /// <param name="form">The form.</param>
    /// <returns>Bytes written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bytes are too few.</exception>
    public int Write(Span<byte> bytes, MlpppForm form)
    {
        uint flags = (IsBeginning ? 2u : 0) | (IsEnd ? 1u : 0);
        if (form == MlpppForm.Bits12)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)((flags << 14) | (Reserved & 0x3u) << 12 | (Sequence & 0xfff)));
            return 2;
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, (flags << 30) | (Reserved & 0x3fu) << 24 | (Sequence & 0xff_ffff));
        return 4;
    }
}
