using Trunkline.Testing.Traffic;

namespace Trunkline.Analysis.Benchmarks;

/// <summary>Records the capture that ships.</summary>
internal static class RecordCommand
{
    /// <summary>Runs it; the exit status.</summary>
    public static int Run(OptionList options)
    {
        string file = options.File;
        options.RejectOthers();
        if (CaptureRecorder.WhyUnavailable is string why)
        {
            Console.Error.WriteLine($"record: {why}");
            return 1;
        }

        RecordedCapture capture = CaptureRecorder.Record(new StorageTrafficOptions());
        capture.Write(file);
        Console.WriteLine($"{file}: {capture.Frames.Count} frames, {new FileInfo(file).Length} bytes");
        return 0;
    }
}
