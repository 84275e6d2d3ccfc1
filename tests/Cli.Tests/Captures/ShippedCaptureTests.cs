using System.Globalization;
using Trunkline.Core.Flows;
using Trunkline.Core.Wire;
using Trunkline.Testing;
using Trunkline.Testing.Traffic;

namespace Trunkline.Cli.Tests.Captures;

/// <summary>Holds examples/captures/two-elephants.pcapng to what its page says of it, by the core alone.</summary>
public sealed class ShippedCaptureTests
{
    private const int FlowsBothWays = 2 * 302;

    private static readonly RecordedCapture Capture =
        RecordedCapture.Read(RepositoryRoot.Combine("examples/captures/two-elephants.pcapng"));

    [Fact]
    public void Capture_OfFourLinks_IsExplainedInFullByTheKernelsHash()
    {
        Assert.Equal(["link0", "link1", "link2", "link3"], Capture.Interfaces);
        Assert.Equal(new LinkAgreement(FlowsBothWays, FlowsBothWays), LinkAgreement.Of(Capture, "linux-ecmp/l4:seed=25"));
    }

    [Theory]
    [InlineData("linux-ecmp/l4:seed=24")]
    [InlineData("linux-ecmp/l3:seed=25")]
    [InlineData("linux-bond/layer2")]
    [InlineData("linux-bond/layer3+4")]
    [InlineData("crc/crc32")]
    [InlineData("round-robin@linux-ecmp/l4:seed=25")]
    public void Capture_OfFourLinks_IsNotExplainedByOtherTechniques(string technique)
    {
        LinkAgreement agreement = LinkAgreement.Of(Capture, technique);

        // By chance it would be a quarter; the few address pairs of a hash without ports scatter more.
        Assert.Equal(FlowsBothWays, agreement.Flows);
        Assert.InRange(agreement.FlowsExplained, 0, FlowsBothWays / 2);
    }

    [Fact]
    public void Capture_OfTwoElephants_HasThemOnOneLinkWithThreeQuartersOfTheBytes()
    {
        var bytes = new Dictionary<(FlowKey Flow, int Link), long>();
        PacketHeaders headers = default;
        foreach (RecordedFrame frame in Capture.Frames)
        {
            Assert.Contains(HeaderParser.Parse(LinkType.Ethernet, frame.Bytes, ref headers), (ParseError[])[ParseError.None, ParseError.Truncated]);
            if (FlowKey.TryFrom(in headers.Outer, out FlowKey flow))
            {
                bytes[(flow, frame.Interface)] = bytes.GetValueOrDefault((flow, frame.Interface)) + frame.WireLength;
            }
        }

        var largest = bytes.OrderByDescending(f => f.Value).Take(3).ToArray();
        double total = Capture.Frames.Sum(f => (long)f.WireLength);

        Assert.Equal([50_001, 50_004], largest[..2].Select(f => (int)f.Key.Flow.SourcePort));
        Assert.Equal([3260, 2049], largest[..2].Select(f => (int)f.Key.Flow.DestinationPort));
        Assert.Equal([2, 2], largest[..2].Select(f => f.Key.Link));
        Assert.InRange(largest[..2].Sum(f => f.Value) / total, 0.7, 0.8);
        Assert.InRange(largest[2].Value / total, 0, 0.01);
    }

    [Fact]
    public void Page_OfTheCapture_TellsItsFigures()
    {
        string page = File.ReadAllText(RepositoryRoot.Combine("examples/captures/README.md"));
        foreach (var link in Capture.Frames.GroupBy(f => Capture.Interfaces[f.Interface]))
        {
            Assert.Contains($"| `{link.Key}` | {Figures(link)} |", page, StringComparison.Ordinal);
        }

        Assert.Contains($"| all | {Figures(Capture.Frames)} |", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Capture_OfVirtualLinks_HasOnlyFramesThatAWireCarries()
    {
        Assert.Equal(1514, Capture.Frames.Max(f => f.WireLength));
        Assert.All(Capture.Frames, f => Assert.Equal(Math.Min(f.WireLength, 96), f.Bytes.Length));
        Assert.True(Capture.Frames.Zip(Capture.Frames.Skip(1)).All(pair => pair.First.Time <= pair.Second.Time));
        Assert.Contains(Capture.Frames, f => f.Time.Nanoseconds % 1000 != 0);
    }

    /// <summary>Frames, bytes, and bytes from the hypervisor's MAC address that are IP, as the page writes them.</summary>
    private static string Figures(IEnumerable<RecordedFrame> frames)
    {
        long bytes = 0, sent = 0;
        PacketHeaders headers = default;
        foreach (RecordedFrame frame in frames)
        {
            HeaderParser.Parse(LinkType.Ethernet, frame.Bytes, ref headers);
            bytes += frame.WireLength;
            sent += headers.Outer.IpVersion == 4 && headers.Outer.SourceMac == 0x0200_0000_0015 ? frame.WireLength : 0;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{frames.Count():N0} | {bytes:N0} | {sent:N0}").Replace(',', ' ');
    }
}
