using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Striping;
using Trunkline.Core.Tests.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Striping;

public class StripingCatalogTests
{
    /// <summary>Every technique, and every technique with each of its presets.</summary>
    public static TheoryData<string> Names =>
    [
        .. StripingCatalog.All.SelectMany(entry => entry.Descriptor.Presets
            .Select(preset => $"{entry.Descriptor.Name}/{preset.Name}")
            .Prepend(entry.Descriptor.Name)),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void Technique_OfTheCatalog_IsFoundAndMadeOfItsDefaults(string name)
    {
        var faults = new List<string>();
        StripeTechnique made = StripingCatalog.Create(name, faults)!;

        Assert.Empty(faults);
        Assert.Equal(name, made.Name);
        Assert.Single(new object?[] { made.Trunk, made.Mlppp, made.Spray }, part => part is not null);
        TechniqueDescriptor descriptor = TechniqueCatalog.Find(name)!;
        Assert.Equal((TechniqueKind.Stripe, TechniqueVerbs.Compare), (descriptor.Kind, descriptor.Verbs));
        Assert.NotEqual("", descriptor.Needs);
        Assert.Equal(name, TechniqueCatalog.Nearest(name + "x"));
        foreach (PresetDescriptor preset in descriptor.Presets)
        {
            Assert.All(preset.Values, value => Assert.Null(descriptor.Parameters.Single(p => p.Name == value.Key).TryRead(value.Value, out _)));
        }
    }

    [Fact]
    public void Presets_OfTheField_AreAllThere() => Assert.Equal(
        ["trunk", "trunk/brocade", "mlppp", "mlppp/long", "mlppp/short", "spray", "spray/resequenced", "spray/bare"],
        Names.Select(name => name.Data));

    [Fact]
    public void Create_OfATrunk_KnowsWhereItDoesNotWork()
    {
        StripeTechnique brocade = StripingCatalog.Create("trunk/brocade", [])!;
        Assert.Equal(TrunkLimits.Brocade, brocade.Trunk);
        Assert.Null(brocade.WhyNot(TestLinks.Equal(8)));
        Assert.Equal("a trunk has 1 to 8 links, not 9", brocade.WhyNot(TestLinks.Equal(9)));
        Assert.Equal("links of a trunk have one speed; 0 has 8Gb/s, 1 has 4Gb/s", brocade.WhyNot(TestLinks.Speeds(1, 0.5)));
        Assert.Null(StripingCatalog.Create("spray", [])!.WhyNot(TestLinks.Speeds(1, 0.5)));
    }

    [Fact]
    public void Create_OfMultilinkPpp_ReadsItsParameters()
    {
        StripeTechnique made = StripingCatalog.Create("mlppp/short:fragment=256B:split=true:choice=shortest:framing=10B:mrru=1600B:timer=2ms", [])!;

        Assert.Equal(
            new MlpppOptions
            {
                Form = MlpppForm.Bits12,
                FragmentBytes = 256,
                IsSplit = true,
                ToShortestQueue = true,
                FramingBytes = 10,
                ReconstructedBytesMax = 1_600,
            },
            made.Mlppp);
        Assert.Equal(Interval.FromMilliseconds(2), made.Timer);
        Assert.NotNull(made.CreateReassembler(TestLinks.Equal(4), new ByteCount(1_000_000)));
        Assert.Null(made.CreateResequencer(TestLinks.Equal(4), new ByteCount(0)));
        Assert.Null(made.CreateChoice(new Bundle(TestLinks.Equal(4)), 1));
    }

    [Theory]
    [InlineData("spray", true)]
    [InlineData("spray/resequenced:choice=random:late=discard", true)]
    [InlineData("spray/bare:choice=shortest", false)]
    public void Create_OfASpray_PutsBothEndsToWork(string name, bool isResequenced)
    {
        StripeTechnique made = StripingCatalog.Create(name, [])!;
        IBalancer choice = made.CreateChoice(new Bundle(TestLinks.Equal(4)), 1)!;
        Assert.False(choice.Pick(1, 100, Timestamp.Zero).IsNone);
        Assert.Equal(isResequenced, made.CreateResequencer(TestLinks.Equal(4), new ByteCount(100_000)) is not null);
        Assert.Null(made.Timer);
    }

    /// <summary>A link of a byte per nanosecond and queues of 20 KB: a skew of 20 µs, in which two links bring 40 KB.</summary>
    [Fact]
    public void OptionsFor_Links_HaveTheTimerAndRoomOfTheirSkew()
    {
        ResequencerOptions options = ResequencerOptions.For(TestLinks.Equal(2), new ByteCount(20_000));
        Assert.Equal(Interval.FromMicroseconds(20), options.Timer);
        Assert.Equal(40_000 + (2 << 20), options.BytesMax.Bytes);
        Assert.Equal(8_348, options.PacketsMax);
        MlpppOptions mlppp = new MlpppOptions { Form = MlpppForm.Bits12 }.For(TestLinks.Equal(2), new ByteCount(20_000), new Interval(7));
        Assert.Equal((new Interval(7), 2_048), (mlppp.Timer, mlppp.FragmentsAheadMax));
        Assert.NotNull(StripingCatalog.Create("spray", [])!.CreateResequencer(TestLinks.Speeds(1_000, 1e-9), new ByteCount(long.MaxValue)));
    }

    [Theory]
    [InlineData("mlppp:fragment=31B", "mlppp: fragment: 31B is too little; write 0B or 32B and more")]
    [InlineData("mlppp:sequence=medium", "mlppp: sequence: \"medium\" is not one of its words; write long, short")]
    [InlineData("spray:choice=drill", "spray: choice: \"drill\" is not one of its words; write round-robin, random, shortest")]
    [InlineData("spray@rss/toeplitz", "spray@rss/toeplitz: a stripe asks no policy; write spray")]
    [InlineData("trunk/cisco", "trunk/cisco: no such stripe; there are trunk, mlppp, spray")]
    [InlineData("a@b@c", "a@b@c: more than one @; write rule@policy")]
    public void Create_FromABadName_SaysWhatToWrite(string text, string fault)
    {
        var faults = new List<string>();
        Assert.Null(StripingCatalog.Create(text, faults));
        Assert.Equal([fault], faults);
    }

    [Theory]
    [InlineData("trunk/brocade", "trunk/brocade is not for this verb: it needs both ends at work, and works in compare")]
    [InlineData("spray:timer=1ms", "spray is not for this verb: it needs both ends at work, and works in compare")]
    [InlineData("maglev", "maglev is a fill; write static:fill=maglev, with @ and a policy behind it for another than linux-bond/layer3+4")]
    [InlineData("mlpp", "no technique \"mlpp\"; did you mean mlppp? trunkline techniques lists them")]
    public void CreateOfABundleTechnique_FromAnotherKind_SaysSo(string text, string fault)
    {
        var faults = new List<string>();
        Assert.Null(TechniqueCatalog.Create(text, new Bundle(TestLinks.Equal(4)), 1, faults));
        Assert.Equal([fault], faults);
    }

    [Fact]
    public void Techniques_OfBundlesAlone_AllWorkInCompare() =>
        Assert.All(TechniqueCatalog.All, descriptor => Assert.True(descriptor.Verbs.HasFlag(TechniqueVerbs.Compare)));
}
