using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Testing;

namespace Trunkline.Core.Tests.Striping.Stripe;

public sealed class StripeFrameTests
{
    [Fact]
    public void Data_Written_IsAsTheFormatSays()
    {
        byte[] bytes = new byte[StripeFrame.HeaderBytes];
        new StripeFrame(StripeFrameType.Data, false, 0x1234, 0x0102_0304_0506_0708, 0x7fff).Write(bytes);

        // type, flags, zero, length, flow, place
        Assert.Equal("01" + "00" + "0000" + "00001234" + "0102030405060708" + "0000000000007fff", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Read_OfAnyBytes_RefusesOrWritesBackTheSame() => Prop.ForAll<ulong, ulong>((a, b) =>
    {
        byte[] bytes = [(byte)(a % 10), (byte)(a >> 8 & 1), 0, 0, 0, (byte)(a >> 16 & 1), (byte)(a >> 24), (byte)(a >> 32), .. BitConverter.GetBytes(b), .. BitConverter.GetBytes(a >> 3)];
        byte[] written = new byte[StripeFrame.HeaderBytes];
        if (StripeFrame.TryRead(bytes, out StripeFrame frame) == StripeFault.None)
        {
            frame.Write(written);
            Assert.Equal(bytes, written);
            Assert.InRange(frame.Bytes, StripeFrame.HeaderBytes, 65_536);
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("00 00 0000 00000001 0000000000000000 0000000000000000", StripeFault.Type)]
    [InlineData("09 00 0000 00000001 0000000000000000 0000000000000000", StripeFault.Type)]
    [InlineData("01 00 0000 00000000 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("01 00 0000 0000ffe9 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("01 01 0000 00000001 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("01 02 0000 00000001 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("01 00 0001 00000001 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("01 00 0000 00000001 0000000000000000 8000000000000000", StripeFault.Field)]
    [InlineData("01 00 0000 80000001 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("02 01 0000 00000000 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("04 00 0000 00000041 0000000000000000 0000000000000000", StripeFault.Field)]
    [InlineData("01 00 0000 00000001 0000000000000000 00000000000000", StripeFault.Incomplete)]
    [InlineData("01 00 0000 0000ffe8 0000000000000000 0000000000000000", StripeFault.None)]
    public void Read_OfAHead_SaysWhatIsWrong(string hex, StripeFault expected) =>
        Assert.Equal(expected, StripeFrame.TryRead(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), out _));

    [Fact]
    public void Hello_Written_ReadsBackAndIsRecognisedByItsFirstBytes()
    {
        var hello = new StripeHello(1, 2, 3, 4, true, StripeWelcome.Full);
        byte[] bytes = new byte[StripeHello.Bytes];
        hello.Write(bytes);

        Assert.Equal(StripeFault.None, StripeHello.TryRead(bytes, out StripeHello read));
        Assert.Equal(hello, read);
        Assert.Equal(StripeFault.Incomplete, StripeHello.TryRead(bytes.AsSpan(0, 47), out _));
        Assert.Equal(StripeFault.NotStripe, StripeHello.TryRead("GET / HT"u8, out _));
        bytes[9] = 2;
        Assert.Equal(StripeFault.Version, StripeHello.TryRead(bytes, out _));
        (bytes[9], bytes[11]) = (1, 4);
        Assert.Equal(StripeFault.Field, StripeHello.TryRead(bytes, out _));
    }

    [Fact]
    public void Write_OfAFrame_AllocatesNothing()
    {
        byte[] bytes = new byte[StripeFrame.HeaderBytes];
        AllocationAssert.None(() => new StripeFrame(StripeFrameType.Data, false, 100, 1, 2).Write(bytes));
    }
}
