using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Lacp;
using Trunkline.Testing;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Lacp;

public class LacpPduTests
{
    private const string Frame =
        """
        0180c2000002 02000000aa01 8809
        01 01
        01 14 8000 0013c4120f00 000d 8000 0016 3d 000000
        02 14 8000 000e8316f500 000d 8000 0019 3c 000000
        03 10 8000 000000000000000000000000
        00 00
        """;

    [Fact]
    public void Parse_OfAHandMadeFrame_GivesItsFields()
    {
        byte[] frame = Padded(Frame);
        Assert.Equal(SlowPduError.None, SlowFrame.Parse(frame, out ReadOnlySpan<byte> bytes));
        Assert.Equal(SlowPduError.None, Lacpdu.Parse(bytes, out Lacpdu pdu));
        const LacpState Up = LacpState.Aggregation | LacpState.Synchronization | LacpState.Collecting | LacpState.Distributing;
        var actor = new LacpParticipant(0x8000, 0x0013_c412_0f00, 13, 0x8000, 22, LacpState.Activity | Up);
        var partner = new LacpParticipant(0x8000, 0x000e_8316_f500, 13, 0x8000, 25, Up);
        Assert.Equal(new Lacpdu(1, actor, partner, 0x8000), pdu);
        Assert.Equal((0x8000_0013_c412_0f00UL, 0x8000_0016U), (pdu.Actor.SystemId, pdu.Actor.PortId));

        byte[] written = new byte[SlowFrame.Length];
        Assert.Equal(SlowFrame.PduLength, pdu.Write(SlowFrame.WriteHeader(written, 0x0200_0000_aa01)));
        Assert.Equal(Hex.Text(frame), Hex.Text(written));
    }

    [Theory]
    [InlineData("tcpdump-lacp", 20)]
    [InlineData("local-ovs31-lacp-fast", 4)]
    public void Capture_ReadAndWritten_IsTheSameBytes(string file, int count)
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), file + ".pcap"));
        Assert.Equal(count, frames.Count);
        foreach (CapturedFrame captured in frames)
        {
            Assert.Equal(SlowPduError.None, SlowFrame.Parse(captured.Frame, out ReadOnlySpan<byte> bytes));
            Assert.Equal(SlowPduError.None, Lacpdu.Parse(bytes, out Lacpdu pdu));
            Assert.Equal(1, pdu.Version);
            byte[] written = new byte[SlowFrame.PduLength];
            pdu.Write(written);
            Assert.Equal(Hex.Text(bytes), Hex.Text(written));
        }
    }

    // What a Cisco switch says while its partner is away, is found and is in sync, in the words of the standard.
    [Fact]
    public void Capture_OfACiscoSwitch_TellsItsStory()
    {
        IReadOnlyList<CapturedFrame> frames = CaptureFile.Read(Path.Combine(Require.Captures(), "tcpdump-lacp.pcap"));
        string story = string.Join('\n', frames.Select(frame => Line(frame.Frame)).CountConsecutive());
        Assert.Equal(
            """
            3× 22: Activity, Aggregation, Expired; 25: ShortTimeout, Aggregation, Collecting, Distributing
            1× 22: Activity, Aggregation, Synchronization, Defaulted; 0: None
            4× 22: Activity, Aggregation, Synchronization, Collecting, Distributing, Defaulted; 0: None
            1× 25: Aggregation, Synchronization; 22: Activity, Aggregation, Collecting, Distributing, Defaulted
            1× 22: Activity, Aggregation, Synchronization, Defaulted; 0: None
            1× 22: Activity, Aggregation, Defaulted; 0: None
            2× 25: Aggregation; 22: Activity, Aggregation, Collecting, Distributing, Defaulted
            1× 25: Aggregation; 22: Activity, Aggregation, Defaulted
            1× 25: Aggregation, Synchronization; 22: Activity, Aggregation, Defaulted
            1× 22: Activity, Aggregation, Synchronization; 25: Aggregation, Synchronization
            1× 22: Activity, Aggregation, Synchronization, Collecting, Distributing; 25: Aggregation, Synchronization
            1× 25: Aggregation, Synchronization, Collecting, Distributing; 22: Activity, Aggregation, Synchronization
            1× 25: Aggregation, Synchronization, Collecting, Distributing; 22: Activity, Aggregation, Synchronization, Collecting, Distributing
            1× 22: Activity, Aggregation, Synchronization, Collecting, Distributing; 25: Aggregation, Synchronization, Collecting, Distributing
            """.ReplaceLineEndings("\n"),
            story);

        static string Line(byte[] frame)
        {
            Lacpdu.Parse(frame.AsSpan(14), out Lacpdu pdu);
            return $"{pdu.Actor.Port}: {pdu.Actor.State}; {pdu.Partner.Port}: {pdu.Partner.State}";
        }
    }

    // §6.4.12: neither version nor TLV types nor reserved fields are validated; lengths may be.
    [Theory]
    [InlineData("a later version", 15, 2, SlowPduError.None)]
    [InlineData("the last version there can be", 15, 255, SlowPduError.None)]
    [InlineData("a version that never was", 15, 0, SlowPduError.None)]
    [InlineData("another TLV type", 16, 9, SlowPduError.None)]
    [InlineData("a reserved byte of the actor", 33, 9, SlowPduError.None)]
    [InlineData("a TLV instead of the terminator", 72, 4, SlowPduError.None)]
    [InlineData("a short actor TLV", 17, 19, SlowPduError.BadLength)]
    [InlineData("an empty partner TLV", 37, 0, SlowPduError.BadLength)]
    [InlineData("a long collector TLV", 57, 17, SlowPduError.BadLength)]
    [InlineData("another subtype", 14, 3, SlowPduError.UnknownSubtype)]
    [InlineData("the slow protocol OAM is another's", 14, 0x0a, SlowPduError.UnknownSubtype)]
    [InlineData("another type", 13, 8, SlowPduError.NotSlowProtocol)]
    [InlineData("another address", 5, 3, SlowPduError.NotSlowProtocol)]
    public void Parse_WithAByteChanged_SaysWhatIsWrong(string why, int at, byte value, SlowPduError expected)
    {
        byte[] frame = Padded(Frame);
        frame[at] = value;
        Assert.True(expected == ParseLacpdu(frame, out _), why);
    }

    [Fact]
    public void Parse_OfAnyShorterFrame_IsTruncated()
    {
        byte[] frame = Padded(Frame);
        for (int length = 0; length < frame.Length; length++)
        {
            Assert.Equal(SlowPduError.Truncated, ParseLacpdu(frame.AsSpan(0, length).ToArray(), out _));
        }

        Assert.Equal(SlowPduError.None, ParseLacpdu([.. frame, 1, 2, 3], out _));
    }

    [Fact]
    public void Marker_OfAHandMadeFrame_ReadsAndWritesBack()
    {
        byte[] bytes = [.. Hex.Bytes("02 01 01 10 0016 0013c4120f00 deadbeef 0000 00 00"), .. new byte[90]];
        Assert.Equal(SlowFrame.PduLength, bytes.Length);
        Assert.Equal(SlowPduError.None, MarkerPdu.Parse(bytes, out MarkerPdu pdu));
        Assert.Equal(new MarkerPdu(false, 1, 22, 0x0013_c412_0f00, 0xdead_beef), pdu);
        byte[] written = new byte[SlowFrame.PduLength];
        (pdu with { IsResponse = true }).Write(written);
        bytes[2] = 2;
        Assert.Equal(Hex.Text(bytes), Hex.Text(written));
        bytes[2] = 3;
        Assert.Equal(SlowPduError.UnknownMarker, MarkerPdu.Parse(bytes, out _));
        (bytes[2], bytes[3]) = (1, 15);
        Assert.Equal(SlowPduError.BadLength, MarkerPdu.Parse(bytes, out _));
        Assert.Equal(SlowPduError.Truncated, MarkerPdu.Parse(bytes.AsSpan(0, 109), out _));
    }

    [Fact]
    public void Lacpdu_OfAnyFields_ReadsAsItWasWritten() => Prop.ForAll(
        ArbMap.Default.ArbFor<(byte, (ushort, ulong, ushort, ushort, ushort, byte), (ushort, ulong, ushort, ushort, ushort, byte), ushort)>(),
        fields =>
        {
            (byte version, var actor, var partner, ushort delay) = fields;
            var pdu = new Lacpdu(version, Participant(actor), Participant(partner), delay);
            byte[] bytes = new byte[SlowFrame.PduLength];
            pdu.Write(bytes);
            return Lacpdu.Parse(bytes, out Lacpdu read) == SlowPduError.None && read == pdu;
        }).QuickCheckThrowOnFailure();

    private static LacpParticipant Participant((ushort, ulong, ushort, ushort, ushort, byte) of) =>
        new(of.Item1, of.Item2 & 0xffff_ffff_ffff, of.Item3, of.Item4, of.Item5, (LacpState)of.Item6);

    private static SlowPduError ParseLacpdu(byte[] frame, out Lacpdu pdu)
    {
        pdu = default;
        SlowPduError error = SlowFrame.Parse(frame, out ReadOnlySpan<byte> bytes);
        return error != SlowPduError.None ? error : Lacpdu.Parse(bytes, out pdu);
    }

    private static byte[] Padded(string text)
    {
        byte[] bytes = Hex.Bytes(text);
        return [.. bytes, .. new byte[SlowFrame.Length - bytes.Length]];
    }
}

internal static class StoryExtensions
{
    /// <summary>"3× line" for lines that follow each other.</summary>
    public static IEnumerable<string> CountConsecutive(this IEnumerable<string> lines)
    {
        string? last = null;
        int count = 0;
        foreach (string line in lines.Append(""))
        {
            if (line != last && last is not null)
            {
                yield return $"{count}× {last}";
            }

            (count, last) = (line == last ? count + 1 : 1, line);
        }
    }
}
