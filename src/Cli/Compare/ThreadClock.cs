using System.Runtime.InteropServices;

namespace Trunkline.Cli.Compare;

/// <summary>How long the calling thread has kept a processor busy on its own account, as Linux tells it (getrusage(2)).</summary>
internal static partial class ThreadClock
{
    // RUSAGE_THREAD of <sys/resource.h>.
    private const int OfThread = 1;

    /// <summary>User time of the calling thread; null where the system does not tell it.</summary>
    public static Func<TimeSpan>? UserTime { get; } = OperatingSystem.IsLinux() && IntPtr.Size == sizeof(long) ? Read : null;

    private static TimeSpan Read()
    {
        // It fails only for an unknown first argument.
        _ = GetResourceUsage(OfThread, out ResourceUsage usage);
        return TimeSpan.FromSeconds(usage.UserSeconds) + TimeSpan.FromMicroseconds(usage.UserMicroseconds);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, out ResourceUsage usage);

    /// <summary>struct rusage of 64-bit Linux: two times, of which the first is read, and 14 counters.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
    }
}
