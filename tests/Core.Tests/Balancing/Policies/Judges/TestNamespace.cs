using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Trunkline.Core.Tests.Balancing.Policies.Judges;

/// <summary>A network namespace of the test's own, deleted when disposed of.</summary>
internal sealed class TestNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private const int OpenCloseOnExec = 0x80000;

    private static int _count;

    public TestNamespace()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"tl-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Run("ip", ["netns", "add", Name]);
        Check("ip", "link", "set", "lo", "up");
    }

    public string Name { get; }

    private string Path => $"/run/netns/{Name}";

    /// <summary>Skips the test where this machine or user can have no namespaces.</summary>
    public static void Require()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs root");
        }

        try
        {
            new TestNamespace().Dispose();
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"needs network namespaces: {exception.Message.ReplaceLineEndings(" ").Trim()}");
        }
    }

    /// <summary>Runs a command in it and gives what it prints; throws when it fails.</summary>
    public string Check(string program, params string[] arguments) => Run("ip", ["netns", "exec", Name, program, .. arguments]);

    /// <summary>Runs a batch of <c>ip</c> commands, one a line.</summary>
    public string Batch(string commands, params string[] options)
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, commands);
            return Run("ip", ["-n", Name, .. options, "-batch", file]);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Sets a kernel parameter of this namespace.</summary>
    public void Sysctl(string key, string value) => Within(() =>
    {
        File.WriteAllText($"/proc/sys/{key.Replace('.', '/')}", value);
        return 0;
    });

    /// <summary>Runs code in it on a thread of its own; a socket that is opened there stays there.</summary>
    public T Within<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                int handle = Open(Path, OpenCloseOnExec);
                bool isEntered = handle >= 0 && SetNamespace(handle, CloneNewNet) == 0;
                _ = Close(handle);
                result = isEntered ? action() : throw new InvalidOperationException($"cannot enter {Name}");
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    public void Dispose() => Run("ip", ["netns", "delete", Name]);

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.Result}{output}");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int handle);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(int handle, int kind);
}
