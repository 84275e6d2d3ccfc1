using System.Text;

namespace Trunkline.Testing.Guest;

/// <summary>What a guest left behind.</summary>
/// <param name="ExitCode">The exit status of its script.</param>
/// <param name="Output">What the script printed, both streams as they came.</param>
/// <param name="BootTime">From the start of the emulator to the first line of the script.</param>
/// <param name="Time">From the start of the emulator to its end.</param>
public sealed record GuestResult(int ExitCode, string Output, TimeSpan BootTime, TimeSpan Time)
{
    /// <summary>Insists that the script succeeded.</summary>
    /// <returns>Itself.</returns>
    /// <exception cref="InvalidOperationException">It did not; the message has all that it printed.</exception>
    public GuestResult OrThrow() => ExitCode == 0
        ? this
        : throw new InvalidOperationException($"the guest's script: exit status {ExitCode}\n{Output}");
}

/// <summary>Boots a kernel with the drivers that a test needs, runs a script in it, and forgets it all.</summary>
/// <remarks>
/// The guest has one processor, 512 MiB, a console and nothing else: no disk, no network. It is always emulated, which
/// costs a boot of some three seconds: not every machine has /dev/kvm, and not every /dev/kvm boots an ordinary kernel.
/// Whatever becomes of the test, the guest ends by itself at its time limit.
/// </remarks>
/// <param name="kit">The parts.</param>
public sealed class GuestMachine(GuestKit kit)
{
    /// <summary>How long a guest may take, boot included, unless the caller says otherwise.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(120);

    private const string Begin = "--- the script begins ---";
    private const string End = "--- the script ended: ";

    private readonly GuestKit _kit = kit;
    private readonly Dictionary<string, (byte[] Content, bool IsProgram)> _files = [];

    /// <summary>Modules to load before the script runs, with parameters: <c>bonding max_bonds=0</c>.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Adds a file to those that the guest finds.</summary>
    public void AddFile(string path, byte[] content, bool isProgram = false) => _files[path] = (content, isProgram);

    /// <summary>Boots the guest and runs a script for the shell of busybox.</summary>
    /// <exception cref="InvalidOperationException">The guest did not get to the script's end; the message has its console.</exception>
    public GuestResult Run(string script, TimeSpan? timeLimit = null)
    {
        TimeSpan limit = timeLimit ?? TimeLimit;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("trunkline-guest-");
        try
        {
            string initramfs = Path.Combine(folder.FullName, "initramfs");
            WriteFiles(initramfs, script, limit);
            return Boot(initramfs, limit);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private GuestResult Boot(string initramfs, TimeSpan limit)
    {
        long start = TimeProvider.System.GetTimestamp();
        using var emulator = new RunningCommand(
            _kit.Qemu,
            [
                "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-net", "none", "-no-reboot",
                "-accel", "tcg", "-cpu", "max", "-m", "512",
                "-kernel", _kit.Kernel, "-initrd", initramfs,
                "-append", "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off nokaslr",
            ]);
        emulator.WaitForText(Begin, limit);
        TimeSpan bootTime = TimeProvider.System.GetElapsedTime(start);
        CommandResult end = emulator.Wait(limit - bootTime > TimeSpan.Zero ? limit - bootTime : TimeSpan.Zero);

        string console = end.Output.ReplaceLineEndings("\n").Replace("\r", "", StringComparison.Ordinal);
        int from = console.IndexOf(Begin, StringComparison.Ordinal);
        int to = console.LastIndexOf(End, StringComparison.Ordinal);
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"the guest did not finish; {end.Error}its console:\n{console}");
        }

        string status = console[(to + End.Length)..].Split('\n')[0];
        string output = console[(from + Begin.Length + 1)..to];
        return new GuestResult(int.Parse(status), output, bootTime, TimeProvider.System.GetElapsedTime(start));
    }

    private void WriteFiles(string path, string script, TimeSpan limit)
    {
        using var archive = new CpioArchive(File.Create(path));
        archive.Add("bin/busybox", File.ReadAllBytes(_kit.Busybox), isProgram: true);
        foreach ((string name, (byte[] content, bool isProgram)) in _files)
        {
            archive.Add(name, content, isProgram);
        }

        var load = new StringBuilder();
        foreach (string file in _kit.ModuleFiles(Modules.Select(m => m.Split(' ')[0])))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            archive.Add($"modules/{name}.ko", File.ReadAllBytes(file));
            string parameters = Modules.FirstOrDefault(m => m.Split(' ')[0] == name) ?? name;
            load.Append($"insmod /modules/{name}.ko{parameters[name.Length..]} &&\n");
        }

        archive.Add("script", Encoding.UTF8.GetBytes(script));
        archive.Add("init", isProgram: true, content: Encoding.UTF8.GetBytes(
            $"""
            #!/bin/busybox sh
            export PATH=/bin HOME=/
            /bin/busybox mkdir -p /dev /proc /sys /tmp
            /bin/busybox --install -s /bin
            mount -t devtmpfs dev /dev
            mount -t proc proc /proc
            mount -t sysfs sys /sys
            (sleep {limit.TotalSeconds:0}; reboot -f) &
            echo '{Begin}'
            {load}sh /script 2>&1
            echo '{End}'$?
            # Returns when the console has printed everything.
            stty sane
            reboot -f

            """));
    }
}
