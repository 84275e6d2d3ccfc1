using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Trunkline.Testing.Network;

/// <summary>A host of the test's own: a network namespace that is gone, with all that ran in it, when disposed of.</summary>
/// <remarks>
/// Also gone when the test program ends or is told to; what a killed one left behind is removed when the next makes its first.
/// Begin a test with <see cref="Require.Namespaces"/>.
/// </remarks>
public sealed class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private const int OpenCloseOnExec = 0x80000;
    private const string Folder = "/run/netns";

    private static readonly Lazy<string?> Unavailable = new(FindWhyUnavailable);
    private static readonly ConcurrentDictionary<string, NetworkNamespace> Living = new();
    private static readonly List<PosixSignalRegistration> Signals = [];

    private readonly ConcurrentBag<RunningCommand> _commands = [];
    private int _isDisposed;

    static NetworkNamespace()
    {
        RemoveLeftovers();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveLiving();
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP])
        {
            // Never disposed of; once it returns the signal does what it does by default. From .NET 10 on that skips ProcessExit.
            Signals.Add(PosixSignalRegistration.Create(signal, _ => RemoveLiving()));
        }
    }

    /// <summary>Makes one, with its loopback up and addresses that work at once (no duplicate address detection).</summary>
    /// <exception cref="InvalidOperationException">The kernel refused.</exception>
    public NetworkNamespace()
    {
        Name = NamespaceName.Next().ToString();
        Command.Check("ip", "netns", "add", Name);
        Living[Name] = this;
        try
        {
            Check("ip", "link", "set", "lo", "up");
            Sysctl("net.ipv6.conf.all.accept_dad", "0");
            Sysctl("net.ipv6.conf.default.accept_dad", "0");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why this machine cannot have any; null when it can.</summary>
    public static string? WhyUnavailable => Unavailable.Value;

    /// <summary>Its name, as <c>ip netns</c> knows it.</summary>
    public string Name { get; }

    /// <summary>The file that stands for it.</summary>
    public string Path => $"{Folder}/{Name}";

    /// <summary>Runs a command in it to its end.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Passed verbatim, without a shell.</param>
    /// <param name="timeLimit">After this it is killed; <see cref="Command.TimeLimit"/> by default.</param>
    public CommandResult Run(string program, IEnumerable<string> arguments, TimeSpan? timeLimit = null) =>
        Command.Run("nsenter", Enter(program, arguments), timeLimit);

    /// <summary>Runs a command in it and insists that it succeeds.</summary>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public string Check(string program, params string[] arguments) => Run(program, arguments).OrThrow().Output;

    /// <summary>Starts a command in it; ends with the namespace at the latest.</summary>
    public RunningCommand Start(string program, params string[] arguments)
    {
        var command = new RunningCommand("nsenter", Enter(program, arguments));
        _commands.Add(command);
        return command;
    }

    /// <summary>Sets a kernel parameter of this namespace alone.</summary>
    /// <param name="key">With dots, below <c>net.</c>.</param>
    /// <param name="value">As text.</param>
    public void Sysctl(string key, string value) => Within(() =>
    {
        // /proc/sys/net shows each thread the namespace that it is in.
        File.WriteAllText($"/proc/sys/{key.Replace('.', '/')}", value);
        return true;
    });

    /// <summary>Runs a piece of the test in it; a socket that is opened there stays there, whoever uses it later.</summary>
    /// <param name="action">Synchronous: it runs on a thread of its own that ends with it.</param>
    public T Within<T>(Func<T> action)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                EnterOnThisThread();
                result = action();
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

    /// <inheritdoc />
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        foreach (RunningCommand command in _commands)
        {
            command.Dispose();
        }

        Remove(Name);
        Living.TryRemove(Name, out _);
    }

    private IEnumerable<string> Enter(string program, IEnumerable<string> arguments) =>
        [$"--net={Path}", "--", Command.FindProgram(program) ?? program, .. arguments];

    private void EnterOnThisThread()
    {
        // FileStream would seek, which this kind of file refuses.
        int handle = Open(Path, OpenCloseOnExec);
        if (handle < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"open {Path}");
        }

        bool isEntered = SetNamespace(handle, CloneNewNet) == 0;
        int error = Marshal.GetLastPInvokeError();
        _ = Close(handle);
        if (!isEntered)
        {
            throw new Win32Exception(error, $"setns {Path}");
        }
    }

    /// <summary>Removes the namespaces, and ends the processes in them, that a test program left when it was killed.</summary>
    internal static void RemoveLeftovers()
    {
        if (!Environment.IsPrivilegedProcess || !Directory.Exists(Folder))
        {
            return;
        }

        foreach (string path in Directory.EnumerateFiles(Folder))
        {
            string name = System.IO.Path.GetFileName(path);
            if (NamespaceName.TryParse(name) is { IsOwnerAlive: false })
            {
                Remove(name);
            }
        }
    }

    private static void RemoveLiving()
    {
        foreach (NetworkNamespace living in Living.Values)
        {
            living.Dispose();
        }
    }

    // A namespace lives on, with its links, while a process is in it.
    private static void Remove(string name)
    {
        foreach (string line in Command.Run("ip", ["netns", "pids", name]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int processId = int.Parse(line, CultureInfo.InvariantCulture);
            if (processId != Environment.ProcessId)
            {
                Command.Run("kill", ["-KILL", line]);
            }
        }

        Command.Run("ip", ["netns", "delete", name]);
    }

    private static string? FindWhyUnavailable()
    {
        try
        {
            using var left = new NetworkNamespace();
            using var right = new NetworkNamespace();
            ShapedVeth.Connect(left, right, new ShapedVethOptions());
            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or IOException)
        {
            return exception.Message.ReplaceLineEndings(" ").Trim();
        }
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
