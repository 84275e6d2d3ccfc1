using System.Globalization;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Analysis.Limits;

/// <summary>Says in sentences what a capture cannot tell.</summary>
internal static class CaptureLimits
{
    // Fewer frames than this say nothing about a clock.
    private const long ClockFramesMin = 16;

    // A clock that ticks shows many frames at one instant.
    private const long TickingShare = 100;

    /// <summary>The sentences; none for a capture with nothing amiss.</summary>
    public static IReadOnlyList<string> Describe(
        FlowTable table,
        FrameFaults faults,
        SuperFrames superFrames,
        in CaptureClock clock,
        IReadOnlyList<Interval> gaps,
        long impossibleLengths,
        IReadOnlyList<string> broken)
    {
        List<string> limits = [.. broken.Select(fault => $"{fault}: the figures are of what was whole")];
        AddFaults(limits, faults);
        AddSuperFrames(limits, superFrames, table);
        AddClock(limits, in clock, table.Frames, gaps);
        if (impossibleLengths > 0)
        {
            limits.Add(Text($"{Frames(impossibleLengths, "claims", "claim")} to be longer than 2 GB on the wire; 2 GB were counted"));
        }

        if (table.RetiredEntries > 0)
        {
            limits.Add(Text(
                $"more flows lived at once than there is memory for: {table.RetiredEntries} that were idle for the longest were given up, so a flow that came back may count twice"));
        }

        return limits;
    }

    private static void AddFaults(List<string> limits, FrameFaults faults)
    {
        if (faults.CutFrames > 0)
        {
            limits.Add(Text(
                $"{Frames(faults.CutFrames, "was", "were")} cut before the end of the headers (snap length): ports and inner headers behind the cut are unknown and count as 0; capture at least 128 bytes, more with tunnels"));
        }

        foreach ((ParseError error, string what) in Faults)
        {
            if (faults.WrongFrames(error) is > 0 and long count)
            {
                limits.Add(Text($"{Frames(count, "has", "have")} {what}; what could be read was used"));
            }
        }
    }

    private static ReadOnlySpan<(ParseError Error, string What)> Faults => new (ParseError, string)[]
    {
        (ParseError.Truncated, "headers or lengths that reach beyond the frame's end"),
        (ParseError.BadVersion, "a header of another version than its place announces"),
        (ParseError.BadLength, "a length field that cannot be true"),
        (ParseError.TooDeep, "more tags, labels, extension headers or tunnels than are followed"),
        (ParseError.UnknownLinkType, "a link type that is not read; all such frames count as one exchange without IP"),
    };

    private static void AddSuperFrames(List<string> limits, SuperFrames frames, FlowTable table)
    {
        if (frames.LongFrames == 0)
        {
            return;
        }

        string share = (100.0 * frames.LongBytes / table.Bytes).ToString("0.#", CultureInfo.InvariantCulture);
        string longer = Text(
            $"{Frames(frames.LongFrames, "is", "are")} longer than frames of 1500-byte packets, up to {frames.BytesMax} bytes, {share} % of all bytes:");
        limits.Add(frames.AreMerged
            ? $"{longer} the capturing host's offload (GRO, TSO) merged segments or had yet to cut them, so on the wire there were more and shorter frames; gaps inside a merged frame are not seen"
            : $"{longer} jumbo frames, or segments that the capturing host's offload merged");
    }

    private static void AddClock(List<string> limits, in CaptureClock clock, long frames, IReadOnlyList<Interval> gaps)
    {
        if (clock.Backward > 0)
        {
            limits.Add(Text(
                $"the clock went back at {Frames(clock.Backward, "", "")}, by up to {Duration(clock.BackwardMax)}; it was held until it caught up"));
        }

        if (frames < ClockFramesMin || clock.SmallestStep == Interval.MaxValue)
        {
            return;
        }

        bool isTicking = clock.SameInstant > frames / TickingShare && clock.SmallestStep > clock.Resolution;
        Interval tick = isTicking ? clock.SmallestStep : clock.Resolution;
        Interval[] blurred = [.. gaps.Where(gap => gap.Nanoseconds <= 2 * tick.Nanoseconds).Order()];
        if (blurred.Length > 0)
        {
            string which = isTicking
                ? Text($"the clock ticks: {Frames(clock.SameInstant, "shares", "share")} the instant of the frame before, and no other step is shorter than {Duration(tick)}")
                : $"timestamps are multiples of {Duration(tick)}";
            limits.Add($"{which}; flowlets at {string.Join(", ", blurred)} cannot be told apart");
        }
    }

    private static string Frames(long count, string one, string many) =>
        Text($"{count} {(count == 1 ? "frame" : "frames")} {(count == 1 ? one : many)}").TrimEnd();

    private static string Duration(Interval interval) => interval.Nanoseconds switch
    {
        < 1_000 => Text($"{interval.Nanoseconds} ns"),
        < 1_000_000 => Text($"{interval.Nanoseconds / 1e3:0.###} µs"),
        < 1_000_000_000 => Text($"{interval.Nanoseconds / 1e6:0.###} ms"),
        _ => Text($"{interval.Nanoseconds / 1e9:0.###} s"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
