using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Wire;
using Trunkline.Testing.Packets;

namespace Trunkline.Core.Tests.Wire;

public class HostileInputTests
{
    private static readonly LinkType[] LinkTypes = Enum.GetValues<LinkType>();

    [Fact]
    public void Parse_OfEverySample_KeepsItsPromises()
    {
        foreach (SamplePacket sample in SamplePackets.All)
        {
            HeaderInvariants.Check(sample.LinkType, sample.Frame);
        }
    }

    [Fact]
    public void Parse_CutAtEveryLength_FindsLessAndSaysSo()
    {
        foreach (SamplePacket sample in SamplePackets.All)
        {
            PacketHeaders whole = default;
            HeaderParser.Parse(sample.LinkType, sample.Frame, ref whole);
            for (int length = 0; length < sample.Frame.Length; length++)
            {
                HeaderInvariants.Check(sample.LinkType, sample.Frame.AsSpan(0, length));
                PacketHeaders cut = default;
                ParseError error = HeaderParser.Parse(sample.LinkType, sample.Frame.AsSpan(0, length), ref cut);
                Assert.True(whole.Outer.Has(cut.Outer.Present), $"{sample.Name} cut to {length} has more fields");
                Assert.True(cut.LayerCount <= whole.LayerCount, $"{sample.Name} cut to {length} has more layers");
                bool isPadding = sample.Name == "tcp-padded" && length >= sample.Frame.Length - 6;
                bool endsUnannounced = whole.Outer.IpVersion == 0 && sample.Name != "stp" && length >= 14;
                // The first byte of PPP's framing, alone, is a compressed protocol number.
                endsUnannounced |= sample.Name == "ppp-hdlc" && length == 1;
                Assert.True(error != ParseError.None || isPadding || endsUnannounced, $"{sample.Name} cut to {length} is not reported");
            }
        }
    }

    [Fact]
    public void Parse_OfMutatedSamples_KeepsItsPromises() => Prop.ForAll(Mutated().ToArbitrary(), sample =>
    {
        HeaderInvariants.Check(sample.LinkType, sample.Frame);
        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Fact]
    public void Parse_OfAnyBytes_KeepsItsPromises()
    {
        Gen<SamplePacket> any =
            from linkType in Gen.Elements(LinkTypes)
            from bytes in Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value))
            select new SamplePacket("any", linkType, bytes);
        Prop.ForAll(any.ToArbitrary(), sample =>
        {
            HeaderInvariants.Check(sample.LinkType, sample.Frame);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    /// <summary>A sample with a few bytes changed, most of them to what lengths and flags like least, and perhaps cut.</summary>
    private static Gen<SamplePacket> Mutated()
    {
        Gen<byte> value = Gen.OneOf(Gen.Choose(0, 255), Gen.Elements(0, 1, 0x7f, 0x80, 0xff)).Select(number => (byte)number);
        return from sample in Gen.Elements<SamplePacket>(SamplePackets.All)
               from changes in Gen.ArrayOf(from at in Gen.Choose(0, sample.Frame.Length - 1) from v in value select (at, v), 4)
               from length in Gen.Choose(0, 2 * sample.Frame.Length)
               select sample with { Frame = Apply(sample.Frame, changes, length) };
    }

    private static byte[] Apply(byte[] frame, (int At, byte Value)[] changes, int length)
    {
        byte[] changed = [.. frame];
        foreach ((int at, byte value) in changes)
        {
            changed[at] = value;
        }

        return changed[..Math.Min(length, changed.Length)];
    }
}
