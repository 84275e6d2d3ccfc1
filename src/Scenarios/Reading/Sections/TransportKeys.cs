using System.Text.Json.Nodes;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of TCP.</summary>
internal static class TransportKeys
{
    private const string None = "none";

    private static readonly Key<CongestionControl> Congestion = new(
        "congestion-control",
        new ChoiceForm<CongestionControl>(("newreno", CongestionControl.NewReno), ("cubic", CongestionControl.Cubic), ("dctcp", CongestionControl.Dctcp)),
        "Congestion control")
    { Default = "cubic" };

    private static readonly Key<LossDetection> Loss = new(
        "loss-detection",
        new ChoiceForm<LossDetection>(("dupacks", LossDetection.DuplicateAcks), ("adaptive", LossDetection.Adaptive), ("rack-tlp", LossDetection.RackTlp)),
        "How loss is told from reordering: a fixed number of duplicate acknowledgements, one that grows with reordering, or RACK-TLP (RFC 8985)")
    { Default = "rack-tlp" };

    private static readonly Key<bool> Sack = new("sack", FlagForm.Instance, "Selective acknowledgement") { Default = "true" };
    private static readonly Key<int> DuplicateAcks = new(
        "duplicate-acks",
        new WholeForm(1, 1_000),
        "Duplicate acknowledgements that mean a loss; where that adapts, what it begins with")
    { Default = "3" };
    private static readonly Key<int> DuplicateAcksMax = new(
        "duplicate-acks-max",
        new WholeForm(1, 1_000_000),
        "How far that adapts")
    { Default = "300" };
    private static readonly Key<int> InitialWindow = new(
        "initial-window",
        new WholeForm(1, 10_000),
        "Initial window, in segments")
    { Default = "10" };
    private static readonly Key<int?> Threshold = new(
        "initial-slow-start-threshold",
        new OrNone(new WholeForm(2, 1_000_000)),
        "Slow start ends at this window, in segments")
    { Default = None };
    private static readonly Key<int> AckEvery = new(
        "ack-every",
        new WholeForm(1, 1_000),
        "Segments that one acknowledgement answers at most")
    { Default = "2" };
    private static readonly Key<Interval> AckDelay = new(
        "ack-delay",
        Formed.Time("40ms"),
        "How long an acknowledgement waits for another segment")
    { Default = "40ms" };
    private static readonly Key<Interval> RtoMin = new(
        "rto-min",
        Formed.TimeSpan("200ms"),
        "The shortest retransmission timeout")
    { Default = "200ms" };
    private static readonly Key<bool> Ecn = new("ecn", FlagForm.Instance, "ECN; always on with dctcp") { Default = "false" };
    private static readonly Key<ByteCount> Tso = new(
        "tso",
        new BytesForm("64KiB", ByteCount.Zero, new ByteCount(1 << 20)),
        "Most bytes that the host hands to its NIC at once; 0 for segment by segment")
    { Default = "64KiB" };
    private static readonly Key<ByteCount> NicQueue = new(
        "nic-queue",
        new BytesForm("128KiB", ByteCount.Zero, new ByteCount(1 << 30)),
        "Most bytes of a connection that wait before the host's NIC (TCP small queues); 0 for no bound")
    { Default = "128KiB" };
    private static readonly Key<bool> Paced = new(
        "paced",
        FlagForm.Instance,
        "Whether segments are spread over a round trip")
    { Default = "false" };
    private static readonly Key<ByteCount> ReceiveWindow = new(
        "receive-window",
        new BytesForm("16MiB", new ByteCount(1_000), new ByteCount(1L << 31)),
        "The largest receive window and send buffer")
    { Default = "16MiB" };
    private static readonly Key<bool> Handshake = new(
        "handshake",
        FlagForm.Instance,
        "Whether connections open with a handshake and close")
    { Default = "true" };
    private static readonly Key<ByteCount> Header = new(
        "header",
        Formed.PlainBytes("52B", 20, 120),
        "TCP and IP headers of a segment: 52B with timestamps, 40B without")
    { Default = "52B" };

    private static readonly Key<bool> CoalescingOn = new(
        "on",
        FlagForm.Instance,
        "Whether segments that follow each other are handed up as one")
    { Default = "true" };
    private static readonly Key<ByteCount> CoalescingBytes = new(
        "bytes",
        new BytesForm("64KiB", new ByteCount(1), new ByteCount(1 << 20)), "Most bytes handed up as one")
    { Default = "64KiB" };
    private static readonly Key<int> CoalescingSegments = new(
        "segments",
        new WholeForm(1, 10_000),
        "Most segments handed up as one")
    { Default = "44" };
    private static readonly Key<Interval> CoalescingTimeout = new(
        "timeout",
        Formed.Time("20us"),
        "How long the first segment may wait")
    { Default = "20us" };
    private static readonly Key<bool> CoalescingFlush = new(
        "flush-on-reordering",
        FlagForm.Instance,
        "Whether a segment out of order flushes what is held and goes up alone")
    { Default = "true" };

    private static readonly Section CoalescingSection = new(
        "coalescing",
        "Receive coalescing (LRO, RSC, GRO); true or false alone turns it on or off",
        [CoalescingOn, CoalescingBytes, CoalescingSegments, CoalescingTimeout, CoalescingFlush])
    { Shorthand = CoalescingOn };

    private static readonly Key<Fields> ReceiveCoalescing = new("coalescing", CoalescingSection, "Receive coalescing");

    /// <summary>TCP.</summary>
    public static readonly Section Section = new(
        "transport",
        "How TCP works: what Linux does by default",
        [
            Congestion, Sack, Loss, DuplicateAcks, DuplicateAcksMax, InitialWindow, Threshold, AckEvery, AckDelay, RtoMin, Ecn, Tso, NicQueue,
            Paced, ReceiveCoalescing, ReceiveWindow, Handshake, Header,
        ]);

    /// <summary>The transport that a file describes.</summary>
    /// <param name="fields">What is written; null for nothing.</param>
    /// <param name="otherwise">What holds where nothing is written.</param>
    public static Transport Read(Fields? fields, Transport otherwise) => fields is null ? otherwise : otherwise with
    {
        CongestionControl = fields.Get(Congestion, otherwise.CongestionControl),
        Sack = fields.Get(Sack, otherwise.Sack),
        LossDetection = fields.Get(Loss, otherwise.LossDetection),
        DuplicateAcks = fields.Get(DuplicateAcks, otherwise.DuplicateAcks),
        DuplicateAcksMax = fields.Get(DuplicateAcksMax, otherwise.DuplicateAcksMax),
        InitialWindow = fields.Get(InitialWindow, otherwise.InitialWindow),
        InitialSlowStartThreshold = fields.Get(Threshold, otherwise.InitialSlowStartThreshold),
        AckEvery = fields.Get(AckEvery, otherwise.AckEvery),
        AckDelay = fields.Get(AckDelay, otherwise.AckDelay),
        RtoMin = fields.Get(RtoMin, otherwise.RtoMin),
        Ecn = fields.Get(Ecn, otherwise.Ecn),
        Tso = fields.Get(Tso, otherwise.Tso),
        NicQueue = fields.Get(NicQueue, otherwise.NicQueue),
        IsPaced = fields.Get(Paced, otherwise.IsPaced),
        Coalescing = ReadCoalescing(fields.Below(ReceiveCoalescing), otherwise.Coalescing),
        ReceiveWindow = fields.Get(ReceiveWindow, otherwise.ReceiveWindow),
        Handshake = fields.Get(Handshake, otherwise.Handshake),
        HeaderBytes = (int)fields.Get(Header, new ByteCount(otherwise.HeaderBytes)).Bytes,
    };

    private static Coalescing ReadCoalescing(Fields? fields, Coalescing otherwise) => fields is null ? otherwise : otherwise with
    {
        IsOn = fields.Get(CoalescingOn, otherwise.IsOn),
        BytesMax = (int)fields.Get(CoalescingBytes, new ByteCount(otherwise.BytesMax)).Bytes,
        SegmentsMax = fields.Get(CoalescingSegments, otherwise.SegmentsMax),
        Timeout = fields.Get(CoalescingTimeout, otherwise.Timeout),
        FlushOnReordering = fields.Get(CoalescingFlush, otherwise.FlushOnReordering),
    };

    /// <summary>A number, or the word none.</summary>
    private sealed class OrNone(WholeForm number) : ScalarForm<int?>
    {
        public override string Wanted => $"{number.Wanted}, or {None}";

        public override string? TryRead(string text, out int? value)
        {
            value = null;
            if (text == None)
            {
                return null;
            }

            string? fault = number.TryRead(text, out int read);
            value = read;
            return fault;
        }

        public override JsonObject Schema(JsonObject definitions) =>
            new() { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = None }, number.Schema(definitions)) };
    }
}
