using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Packets;
using Interval = Trunkline.Core.Units.Interval;

namespace Trunkline.Core.Tests.Striping;

public class MlpppTests
{
    [Theory]
    [InlineData(MlpppForm.Bits24, "c0 000000", 0u, true, true, 0)]
    [InlineData(MlpppForm.Bits24, "80 010203", 0x010203u, true, false, 0)]
    [InlineData(MlpppForm.Bits24, "40 ffffff", 0xffffffu, false, true, 0)]
    [InlineData(MlpppForm.Bits24, "3f 000001", 1u, false, false, 0x3f)]
    [InlineData(MlpppForm.Bits12, "c000", 0u, true, true, 0)]
    [InlineData(MlpppForm.Bits12, "8123", 0x123u, true, false, 0)]
    [InlineData(MlpppForm.Bits12, "4fff", 0xfffu, false, true, 0)]
    [InlineData(MlpppForm.Bits12, "3001", 1u, false, false, 3)]
    public void Header_OfKnownBytes_ReadsAndWritesBack(MlpppForm form, string hex, uint sequence, bool isBeginning, bool isEnd, int reserved)
    {
        byte[] bytes = Hex.Bytes(hex);
        Assert.Equal(ParseError.None, MlpppHeader.Parse(bytes, form, out MlpppHeader header));
        Assert.Equal(new MlpppHeader(sequence, isBeginning, isEnd, (byte)reserved), header);

        byte[] written = new byte[MlpppHeader.LengthOf(form)];
        Assert.Equal(bytes.Length, header.Write(written, form));
        Assert.Equal(bytes, written);
        Assert.Equal(ParseError.Truncated, MlpppHeader.Parse(bytes.AsSpan(1), form, out _));
    }

    [Fact]
    public void Header_OfAnyBytes_WritesBackTheSame() => Prop.ForAll<uint>(word =>
    {
        byte[] bytes = [(byte)(word >> 24), (byte)(word >> 16), (byte)(word >> 8), (byte)word];
        byte[] written = new byte[4];
        foreach (MlpppForm form in Enum.GetValues<MlpppForm>())
        {
            MlpppHeader.Parse(bytes, form, out MlpppHeader header);
            int length = header.Write(written, form);
            Assert.Equal(bytes[..length], written[..length]);
        }
    }).QuickCheckThrowOnFailure();

    // F ÷ (F + overhead): 4 or 2 bytes of header, 7 of framing.
    [Theory]
    [InlineData(MlpppForm.Bits24, 1_500, 11, 0.992720)]
    [InlineData(MlpppForm.Bits24, 100, 11, 0.900901)]
    [InlineData(MlpppForm.Bits12, 100, 9, 0.917431)]
    public void Efficiency_OfFragments_IsWhatTheWireCarries(MlpppForm form, int fragmentBytes, int overhead, double efficiency)
    {
        var options = new MlpppOptions { Form = form, FragmentBytes = fragmentBytes };
        Assert.Equal(overhead, options.OverheadBytes);
        Assert.Equal(efficiency, MlpppHeader.Efficiency(fragmentBytes, overhead), 6);

        var fragmenter = new MlpppFragmenter(new Bundle(TestLinks.Equal(2)), options);
        List<MlpppFragment> fragments = Cut(fragmenter, 3 * fragmentBytes);
        Assert.Equal(efficiency, 3.0 * fragmentBytes / fragments.Sum(f => f.WireBytes), 6);
        Assert.Equal(0, MlpppHeader.Efficiency(0, 11));
    }

    // "link: flags number offset+bytes" of each fragment.
    [Theory]
    [InlineData(0, false, 100, "0: BE 0 0+100")]
    [InlineData(0, false, 0, "0: BE 0 0+0")]
    [InlineData(40, false, 100, "0: B 0 0+40, 1: - 1 40+40, 2: E 2 80+20")]
    [InlineData(40, false, 40, "0: BE 0 0+40")]
    [InlineData(0, true, 100, "0: B 0 0+34, 1: - 1 34+33, 2: E 2 67+33")]
    [InlineData(0, true, 2, "0: B 0 0+1, 1: E 1 1+1")]
    [InlineData(0, true, 0, "0: BE 0 0+0")]
    [InlineData(32, true, 100, "0: B 0 0+25, 1: - 1 25+25, 2: - 2 50+25, 0: E 3 75+25")]
    public void Fragmenter_OverThreeLinksInTurn_CutsAsByHand(int fragmentBytes, bool isSplit, int bytes, string expected)
    {
        var fragmenter = new MlpppFragmenter(
            new Bundle(TestLinks.Equal(3)), new MlpppOptions { FragmentBytes = fragmentBytes, IsSplit = isSplit });

        Assert.Equal(expected, string.Join(", ", Cut(fragmenter, bytes).Select(Text)));
    }

    [Fact]
    public void Fragmenter_OfSeveralPackets_GoesOnInTurnAndInNumber()
    {
        var fragmenter = new MlpppFragmenter(new Bundle(TestLinks.Equal(3)), new MlpppOptions { FragmentBytes = 50 });
        Assert.Equal("0: B 0 0+50, 1: E 1 50+30", string.Join(", ", Cut(fragmenter, 80).Select(Text)));
        Assert.Equal("2: BE 2 0+10", string.Join(", ", Cut(fragmenter, 10).Select(Text)));
        Assert.Equal("0: B 3 0+50, 1: E 4 50+50", string.Join(", ", Cut(fragmenter, 100).Select(Text)));
    }

    /// <summary>A byte takes 1 ns, 2 ns: of four pieces of 111 bytes on the wire the slow link takes the second, done at 222 as the third.</summary>
    [Fact]
    public void Fragmenter_ToTheShortestQueue_LooksAtSpeeds()
    {
        var bundle = new Bundle(TestLinks.Speeds(1, 0.5));
        var fragmenter = new MlpppFragmenter(bundle, new MlpppOptions { FragmentBytes = 100, ToShortestQueue = true });

        Assert.Equal([0, 1, 0, 0], Cut(fragmenter, 400, bundle).Select(f => f.Link.Index));
        Assert.Equal((333, 111), (bundle.Bytes(new LinkId(0)), bundle.Bytes(new LinkId(1))));
    }

    [Fact]
    public void Fragmenter_OfWhatCannotBeSent_SaysSo()
    {
        var bundle = new Bundle(TestLinks.Equal(2));
        var fragmenter = new MlpppFragmenter(bundle, new MlpppOptions { FragmentBytes = 32, ReconstructedBytesMax = 60_000 });
        Assert.All([-1, 60_001, int.MaxValue, 32_769], bytes => Assert.Equal(0, fragmenter.OnPacket(bytes)));
        Assert.Equal(1_024, fragmenter.OnPacket(32_768));

        // The links go while a packet is cut: its rest is dropped, and numbers go on behind it.
        Assert.Equal(2, fragmenter.OnPacket(50));
        Assert.True(fragmenter.TryNext(Timestamp.Zero, out MlpppFragment first));
        bundle.Down(0, 1);
        fragmenter.OnLinkChange(Timestamp.Zero);
        Assert.False(fragmenter.TryNext(Timestamp.Zero, out _));
        Assert.Equal(0, fragmenter.OnPacket(10));
        bundle.Up(1);
        fragmenter.OnLinkChange(Timestamp.Zero);
        MlpppFragment next = Assert.Single(Cut(fragmenter, 10));
        Assert.Equal((first.Header.Sequence + 1, 1, 5L), (next.Header.Sequence, next.Link.Index, fragmenter.Refused));
    }

    // A trace is "link flags number" in order of arrival; behind each stands what comes out: a packet (0 1), dropped fragments x(0 1).
    [Theory]
    [InlineData("a packet on one link", "0.B.0[] 0.E.1[(0 1)]")]
    [InlineData("whole packets wait for those before them", "0.BE.0[(0)] 0.BE.2[] 1.BE.1[(1) (2)]")]
    [InlineData("a packet is whole as soon as all its numbers are there", "0.B.0[] 1.E.2[] 0.-.1[(0 1 2)]")]
    [InlineData("M reaches 2: the middle is lost, and what follows is whole", "0.B.0[] 1.E.2[] 1.BE.3[] 0.BE.4[x(0) x(2) (3) (4)]")]
    [InlineData("the end is lost", "0.B.0[] 0.B.2[] 1.E.3[x(0) (2 3)]")]
    [InlineData("the beginning is lost", "0.-.1[] 1.E.2[x(1) x(2)] 0.BE.3[(3)]")]
    [InlineData("a whole packet is lost between two", "0.BE.0[(0)] 1.BE.2[] 0.BE.3[(2) (3)]")]
    [InlineData("end and beginning of neighbours are lost", "0.B.0[] 1.-.1[] 0.E.4[] 1.BE.5[x(0 1) x(4) (5)]")]
    [InlineData("a silent link holds all back", "0.BE.1[] 0.BE.2[] 0.BE.3[] 1.BE.4[(1) (2) (3) (4)]")]
    [InlineData("an empty fragment says where a link is", "0.BE.1[] 1.BE.2[(1) (2)]")]
    [InlineData("a beginning where an end should be", "0.B.0[] 0.B.1[x(0)] 0.E.2[(1 2)]")]
    [InlineData("no beginning at all", "0.-.0[x(0)] 0.E.1[x(1)] 0.BE.2[(2)]")]
    [InlineData("copies are not kept", "0.B.0[] 1.B.0[-] 0.E.1[(0 1)] 1.E.1[-]")]
    [InlineData("late ones are dropped", "0.BE.1[] 1.BE.2[(1) (2)] 0.BE.0[-]")]
    [InlineData("a reserved bit is not looked behind", "0.B.0[] 0.r.1[-] 0.E.1[(0 1)]")]
    public void Reassembler_OfAHandMadeTrace_FollowsTheLeastOfTheLinksLastNumbers(string why, string trace) =>
        Assert.Equal($"{why}: {trace}", $"{why}: {Play(new MlpppReassembler(2), trace)}");

    [Theory]
    [InlineData("12 bits wrap", MlpppForm.Bits12, 4_095u)]
    [InlineData("24 bits wrap", MlpppForm.Bits24, 16_777_215u)]
    public void Reassembler_OfNumbersThatWrap_GoesOn(string why, MlpppForm form, uint last)
    {
        var reassembler = new MlpppReassembler(2, new MlpppOptions { Form = form });

        // Near the end in two strides of less than half the numbers, each of which gives all in between up; then over it.
        string strides = $"0.BE.{last / 2}[({last / 2})] 0.BE.{last - 1}[({last - 1})]";
        string wrap = $"0.B.{last}[] 1.E.1[] 0.-.0[({last} 0 1)] 1.BE.2[(2)]";
        reassembler.OnLinkChange(new LinkId(1), isUp: false);
        Assert.Equal(why + strides, why + Play(reassembler, strides));
        reassembler.OnLinkChange(new LinkId(1), isUp: true);
        Assert.Equal(why + wrap, why + Play(reassembler, wrap));
        Assert.Equal(last - 2, reassembler.Fragments.Lost);
    }

    [Fact]
    public void Reassembler_WithATimer_GoesOnWithoutASilentLink()
    {
        var reassembler = new MlpppReassembler(2, new MlpppOptions { Timer = new Interval(100) });
        Play(reassembler, "0.B.0[] 0.B.2[] 0.E.3[]");
        Assert.Equal(new Timestamp(101), reassembler.NextDeadline);
        reassembler.OnDeadline(new Timestamp(101));
        Assert.Equal("x(0) (2 3)", Drain(reassembler));
        Assert.Equal((1L, 1L, 1L), (reassembler.Fragments.Timeouts, reassembler.Counters.PacketsCut, reassembler.Counters.FragmentsDropped));
    }

    [Fact]
    public void Reassembler_OfAPacketThatIsTooLong_DropsAllOfIt()
    {
        var reassembler = new MlpppReassembler(1, new MlpppOptions { ReconstructedBytesMax = 250 });
        Assert.Equal("0.B.0[] 0.-.1[] 0.-.2[x(0 1 2)] 0.E.3[x(3)] 0.BE.4[(4)]", Play(reassembler, "0.B.0[] 0.-.1[] 0.-.2[x(0 1 2)] 0.E.3[x(3)] 0.BE.4[(4)]"));
        Assert.Equal((1L, 1L, 4L), (reassembler.Counters.Packets, reassembler.Counters.PacketsTooLong, reassembler.Counters.FragmentsDropped));

        var ofEmpties = new MlpppReassembler(1);
        int dropped = 0;
        for (uint i = 0; i < 2_000; i++)
        {
            ofEmpties.OnFragment(new LinkId(0), new MlpppHeader(i, i == 0, false), 0, i, Timestamp.Zero);
            while (ofEmpties.TryRelease(out MlpppRelease release))
            {
                dropped += release.Fragments;
            }
        }

        Assert.Equal((2_000, 1L), (dropped, ofEmpties.Counters.PacketsTooLong));
    }

    /// <summary>Any cut, any form, links of any skew: without loss all packets come in order, byte for byte; with loss those without a hole.</summary>
    [Fact]
    public void Packets_OverAnyLinks_ComeWholeAndInOrderSaveTheLost() => Prop.ForAll<ulong>(seed =>
    {
        var random = new RandomSource(seed);
        int links = 1 + (int)random.Below(8);
        var bundle = new Bundle(TestLinks.Equal(links));
        var options = new MlpppOptions
        {
            Form = (MlpppForm)random.Below(2),
            FragmentBytes = random.Below(2) == 0 ? 0 : 32 + (int)random.Below(500),
            IsSplit = random.Below(2) == 0,
            ToShortestQueue = random.Below(2) == 0,
        };
        uint lossPercent = random.Below(2) == 0 ? 0 : 1 + random.Below(20);
        var fragmenter = new MlpppFragmenter(bundle, options);
        var sent = new List<(int Packet, MlpppFragment Fragment, long AtNs)>();
        long[] lastNs = new long[links];
        var intact = new List<int>();
        int[] sizes = [.. Enumerable.Range(0, 300).Select(_ => (int)random.Below(1_500))];
        int lost = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            bool isWhole = true;
            foreach (MlpppFragment fragment in Cut(fragmenter, sizes[i], bundle, i * 2_000L))
            {
                ref long at = ref lastNs[fragment.Link.Index];
                at = Math.Max(at, (i * 2_000L) + random.Below(20_000));
                bool isLost = random.Below(100) < lossPercent;
                (isWhole, lost) = (isWhole && !isLost, lost + (isLost ? 1 : 0));
                if (!isLost)
                {
                    sent.Add((i, fragment, at));
                }
            }

            if (isWhole)
            {
                intact.Add(i);
            }
        }

        // At the end an empty fragment on every link moves M past all.
        int ending = 0;
        while (ending < links)
        {
            fragmenter.OnPacket(0);
            fragmenter.TryNext(new Timestamp(1_000_000_000), out MlpppFragment fragment);
            bundle.OnSent(fragment.Link, fragment.WireBytes, new Timestamp(1_000_000_000));
            sent.Add((-1, fragment, 1_000_000_000));
            ending++;
        }

        var reassembler = new MlpppReassembler(links, options);
        (int Packet, MlpppFragment Fragment, long AtNs)[] arrivals = [.. sent.OrderBy(s => s.AtNs)];
        var whole = new List<int>();
        int tokens = 0;
        for (int i = 0; i < arrivals.Length; i++)
        {
            (_, MlpppFragment fragment, long atNs) = arrivals[i];
            Assert.True(reassembler.OnFragment(fragment.Link, fragment.Header, fragment.Bytes, i, new Timestamp(atNs)));
            while (reassembler.TryRelease(out MlpppRelease release))
            {
                var pieces = reassembler.Tokens.ToArray().Select(t => arrivals[t]).ToList();
                Assert.Equal(release.Fragments, pieces.Count);
                tokens += pieces.Count;
                int packet = pieces[0].Packet;
                if (release.IsWhole && packet >= 0)
                {
                    int end = 0;
                    foreach ((int of, MlpppFragment piece, _) in pieces)
                    {
                        Assert.Equal((packet, end), (of, piece.Offset));
                        end += piece.Bytes;
                    }

                    Assert.Equal((sizes[packet], sizes[packet]), (end, release.Bytes));
                    whole.Add(packet);
                }
            }
        }

        Assert.Equal(intact, whole);
        Assert.Equal(arrivals.Length, tokens);
        Assert.Equal(lost, reassembler.Fragments.Lost);
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, false)]
    [InlineData(200, false)]
    [InlineData(0, true)]
    public void FragmenterAndReassembler_PerPacket_AllocateNothing(int fragmentBytes, bool toShortestQueue)
    {
        var bundle = new Bundle(TestLinks.Equal(4));
        var options = new MlpppOptions { FragmentBytes = fragmentBytes, ToShortestQueue = toShortestQueue };
        var fragmenter = new MlpppFragmenter(bundle, options);
        var reassembler = new MlpppReassembler(4, options);
        long nowNs = 0;
        AllocationAssert.None(() =>
        {
            fragmenter.OnPacket(1_500);
            while (fragmenter.TryNext(new Timestamp(nowNs), out MlpppFragment fragment))
            {
                bundle.OnSent(fragment.Link, fragment.WireBytes, new Timestamp(nowNs));
                reassembler.OnFragment(fragment.Link, fragment.Header, fragment.Bytes, 7, new Timestamp(nowNs));
            }

            while (reassembler.TryRelease(out _))
            {
            }

            nowNs += 400;
        });
        Assert.Equal(fragmenter.Packets, reassembler.Counters.Packets);
    }

    [Fact]
    public void Construction_OutOfRange_Throws()
    {
        var bundle = new Bundle(TestLinks.Equal(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpppFragmenter(bundle, new MlpppOptions { FragmentBytes = 31 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpppFragmenter(bundle, new MlpppOptions { FramingBytes = 65 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpppReassembler(65));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MlpppReassembler(2, new MlpppOptions { Form = MlpppForm.Bits12, FragmentsAheadMax = 2_049 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Resequencer(2, new ResequencerOptions { Timer = new Interval(0) }));
    }

    private static List<MlpppFragment> Cut(MlpppFragmenter fragmenter, int bytes, Bundle? bundle = null, long nowNs = 0)
    {
        var fragments = new List<MlpppFragment>();
        int count = fragmenter.OnPacket(bytes);
        while (fragmenter.TryNext(new Timestamp(nowNs), out MlpppFragment fragment))
        {
            bundle?.OnSent(fragment.Link, fragment.WireBytes, new Timestamp(nowNs));
            fragments.Add(fragment);
        }

        Assert.Equal(count, fragments.Count);
        Assert.Equal(bytes, fragments.Sum(f => f.Bytes));
        return fragments;
    }

    private static string Text(MlpppFragment fragment) =>
        $"{fragment.Link.Index}: {Flags(fragment.Header)} {fragment.Header.Sequence} {fragment.Offset}+{fragment.Bytes}";

    private static string Flags(MlpppHeader header) => (header.IsBeginning, header.IsEnd) switch
    {
        (true, true) => "BE",
        (true, false) => "B",
        (false, true) => "E",
        _ => "-",
    };

    /// <summary>The trace with what really came out, each fragment of 100 bytes; a minus for one that was not kept.</summary>
    private static string Play(MlpppReassembler reassembler, string trace)
    {
        var played = new List<string>();
        foreach (string step in trace.Split("] "))
        {
            string input = step.Split('[')[0];
            string[] parts = input.Split('.');
            uint number = uint.Parse(parts[2], CultureInfo.InvariantCulture);
            var header = new MlpppHeader(number, parts[1].Contains('B', StringComparison.Ordinal), parts[1].Contains('E', StringComparison.Ordinal), (byte)(parts[1] == "r" ? 1 : 0));
            bool isKept = reassembler.OnFragment(new LinkId(parts[0][0] - '0'), header, 100, number, Timestamp.Zero);
            played.Add($"{input}[{(isKept ? "" : "-")}{Drain(reassembler)}]");
        }

        return string.Join(' ', played);
    }

    private static string Drain(MlpppReassembler reassembler)
    {
        var released = new List<string>();
        while (reassembler.TryRelease(out MlpppRelease release))
        {
            released.Add($"{(release.IsWhole ? "" : "x")}({string.Join(' ', reassembler.Tokens.ToArray())})");
        }

        return string.Join(' ', released);
    }
}
