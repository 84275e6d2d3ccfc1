using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Trunkline.Analysis.Benchmarks;

/// <summary>What one run of a program took.</summary>
/// <param name="CpuSeconds">Of all its threads, in user and kernel mode, from its start to its end.</param>
/// <param name="WallSeconds">As a clock on the wall says.</param>
/// <param name="PrivateBytes">The most anonymous memory that it held, sampled.</param>
internal sealed partial record MeasuredRun(double CpuSeconds, double WallSeconds, long PrivateBytes)
{
    private const int ChildrenThatWereWaitedFor = -1;

    private static readonly TimeSpan SamplePeriod = TimeSpan.FromMilliseconds(10);

    /// <summary>Runs a program to its end; its output is read and dropped.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has what it said.</exception>
    public static MeasuredRun Of(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // A program of ours looks for the runtime there: the one that runs this.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        double before = ReadChildrenCpuSeconds();
        var clock = Stopwatch.StartNew();
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        long privateBytes = 0;
        while (!process.WaitForExit(SamplePeriod))
        {
            privateBytes = Math.Max(privateBytes, ReadPrivateBytes(process.Id));
        }

        process.WaitForExit();
        double wall = clock.Elapsed.TotalSeconds;
        if (process.ExitCode != 0)
        {
            string said = error.GetAwaiter().GetResult() + output.GetAwaiter().GetResult();
            throw new InvalidOperationException($"{string.Join(' ', command)}: exit status {process.ExitCode}\n{said}");
        }

        // The kernel adds a child's time to its parent's sum when the parent has waited for it. No other child ran meanwhile.
        return new MeasuredRun(ReadChildrenCpuSeconds() - before, wall, privateBytes);
    }

    private static long ReadPrivateBytes(int processId)
    {
        const string key = "RssAnon:";
        try
        {
            string? line = File.ReadLines($"/proc/{processId}/status").FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has just ended.
            return 0;
        }
    }

    private static double ReadChildrenCpuSeconds()
    {
        return GetResourceUsage(ChildrenThatWereWaitedFor, out ResourceUsage usage) == 0
            ? usage.UserSeconds + usage.KernelSeconds + ((usage.UserMicroseconds + usage.KernelMicroseconds) / 1e6)
            : throw new InvalidOperationException("getrusage failed");
    }

    [DllImport("libc", EntryPoint = "getrusage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetResourceUsage(int who, out ResourceUsage usage);

    /// <summary><c>struct rusage</c> of 64-bit Linux: two times of 16 bytes, then fourteen longs that are not looked at.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long KernelSeconds;
        public long KernelMicroseconds;
    }
}
