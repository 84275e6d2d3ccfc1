using System.Diagnostics;
using Trunkline.Testing.Traffic;

namespace Trunkline.Analysis.Benchmarks;

/// <summary>Writes a synthetic capture to a file.</summary>
internal static class GenerateCommand
{
    /// <summary>Runs it; the exit status.</summary>
    public static int Run(OptionList options)
    {
        var capture = new SyntheticCaptureOptions
        {
            Frames = options.Number("--frames", 1_000_000, 1),
            Flows = (int)options.Number("--flows", 20_000, 1, 1 << 24),
            SnapLength = (int)options.Number("--snap", 0, 0, 1 << 18),
            Seed = (ulong)options.Number("--seed", 1),
            Mix = ReadMix(options.Text("--mix") ?? "none"),
        };
        string file = options.File;
        options.RejectOthers();

        var clock = Stopwatch.StartNew();
        SyntheticSummary written = Write(file, capture);
        Console.WriteLine(
            $"{file}: {written.Frames} frames, {written.WireBytes} bytes on the wire, {written.Flows} flows, "
            + $"{written.Duration}; {written.FileBytes} bytes in {clock.Elapsed.TotalSeconds:0.00} s, "
            + $"{written.FileBytes / 1e6 / clock.Elapsed.TotalSeconds:0} MB/s");
        return 0;
    }

    /// <summary>Writes a capture; a file that is there is whole.</summary>
    public static SyntheticSummary Write(string file, SyntheticCaptureOptions options)
    {
        string unfinished = file + ".new";
        SyntheticSummary written;
        using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            written = SyntheticCapture.Write(stream, options);
        }

        File.Move(unfinished, file, overwrite: true);
        return written;
    }

    private static SyntheticMix ReadMix(string text)
    {
        SyntheticMix mix = SyntheticMix.None;
        foreach (string word in text.Split(','))
        {
            mix |= Enum.TryParse(word, ignoreCase: true, out SyntheticMix one) && !int.TryParse(word, out _)
                ? one
                : throw new UsageException($"--mix: no \"{word}\"; there are vlan, ipv6, vxlan, roce, all");
        }

        return mix;
    }
}
