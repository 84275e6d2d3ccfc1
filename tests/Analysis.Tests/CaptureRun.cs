using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Analysis.Tests;

/// <summary>Analyses a capture that a test makes up frame by frame.</summary>
internal sealed class CaptureRun : IDisposable
{
    private readonly CaptureAnalyzer _analyzer;
    private long _nowNs;

    public CaptureRun(
        AnalysisOptions? options = null,
        Func<FlowTable, IReadOnlyList<IPacketSink>>? sinks = null,
        int entriesMax = FlowTable.EntriesMaxDefault)
    {
        var faults = new List<string>();
        CaptureAnalyzer? analyzer = CaptureAnalyzer.Create(
            options ?? Options(), faults, table => [.. sinks?.Invoke(Table = table) ?? []], entriesMax);
        Assert.Empty(faults);
        _analyzer = analyzer!;
    }

    /// <summary>The table, when a test asked for sinks.</summary>
    public FlowTable? Table { get; private set; }

    /// <summary>Frames added block by block.</summary>
    public long Frames { get; private set; }

    public static AnalysisOptions Options(int links = 4, params string[] gaps) => new()
    {
        Links = Links(links),
        Gaps = gaps.Length == 0 ? AnalysisOptions.DefaultGaps : [.. gaps.Select(Time)],
        UseSecondThread = false,
    };

    public static IReadOnlyList<Link> Links(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Link($"link{i}", Link.DefaultRate))];

    public static Interval Time(string text) => Interval.TryParse(text, out Interval time) ? time : throw new FormatException(text);

    /// <summary>A frame some time after the one before.</summary>
    public CaptureRun After(string time, byte[] frame, long? wireLength = null, int interfaceIndex = 0, LinkType linkType = LinkType.Ethernet) =>
        At(_nowNs + Time(time).Nanoseconds, frame, wireLength, interfaceIndex, linkType);

    /// <summary>A frame at an instant.</summary>
    public CaptureRun At(long nowNs, byte[] frame, long? wireLength = null, int interfaceIndex = 0, LinkType linkType = LinkType.Ethernet)
    {
        _nowNs = nowNs;
        _analyzer.OnFrame(new CaptureRecord(linkType, new Timestamp(nowNs), wireLength ?? frame.Length, frame), interfaceIndex);
        return this;
    }

    /// <summary>All frames of a pcap file.</summary>
    public CaptureRun AddFile(string path) => AddBytes(File.ReadAllBytes(path));

    /// <summary>All frames of a pcap file's content.</summary>
    public CaptureRun AddBytes(byte[] file)
    {
        ReadOnlySpan<byte> rest = file;
        CaptureStatus status = PcapReader.TryOpen(rest, out PcapReader reader, out int consumed);
        Assert.Equal(CaptureStatus.Ok, status);
        while (reader.TryRead(rest = rest[consumed..], out CaptureRecord record, out consumed) == CaptureStatus.Ok)
        {
            _analyzer.OnFrame(in record, 0);
        }

        return this;
    }

    /// <summary>All frames of a pcap file's content, block by block as they come from a file.</summary>
    public CaptureRun AddBlocks(byte[] file, int blockBytes)
    {
        Assert.Equal(CaptureStatus.Ok, PcapReader.TryOpen(file, out PcapReader reader, out int at));
        int end = at;
        while (at < file.Length)
        {
            // What stands alone comes first, as it does where a block ends within a record.
            if (reader.TryRead(file.AsSpan(at, end - at), out CaptureRecord record, out int consumed) != CaptureStatus.Ok)
            {
                Assert.NotEqual(file.Length, end);
                end = Math.Min(file.Length, end + blockBytes);
                continue;
            }

            _analyzer.OnFrame(in record, 0);
            at += consumed;
            at += _analyzer.OnRecords(in reader, file.AsSpan(at, end - at), 0, out int frames);
            Frames += 1 + frames;
        }

        return this;
    }

    public AnalyzeResult Finish(
        IReadOnlyList<string>? broken = null, bool isInterrupted = false, IReadOnlyList<string>? interfaces = null) =>
        _analyzer.Finish(["test.pcap"], interfaces ?? ["test"], broken, isInterrupted);

    public void Dispose() => _analyzer.Dispose();
}
