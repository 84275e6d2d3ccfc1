using Xunit;

namespace Trunkline.Testing.Guest;

/// <summary>What a guest machine is made of: an emulator, a kernel with modules, and a busybox for everything else.</summary>
/// <remarks><c>tests/Testing/Guest/prepare.sh</c>, which <c>./dev setup</c> runs, gets all of it from Debian.</remarks>
public sealed class GuestKit
{
    private const string Remedy = "(./dev setup gets it)";

    private readonly string _modules;
    private readonly Dictionary<string, string[]> _dependencies;

    private GuestKit(string qemu, string busybox, string kernel, string modules)
    {
        Qemu = qemu;
        Busybox = busybox;
        Kernel = kernel;
        _modules = modules;

        // A line of modules.dep: "kernel/net/8021q/8021q.ko: kernel/net/802/mrp.ko kernel/net/802/garp.ko".
        _dependencies = File.ReadLines(Path.Combine(modules, "modules.dep"))
            .Select(line => line.Split(':'))
            .ToDictionary(parts => parts[0], parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The emulator for x86-64.</summary>
    public string Qemu { get; }

    /// <summary>A busybox that needs no library.</summary>
    public string Busybox { get; }

    /// <summary>The kernel image.</summary>
    public string Kernel { get; }

    /// <summary>Finds the parts on this machine, and skips the running test, saying what is missing, where it cannot.</summary>
    public static GuestKit Require()
    {
        GuestKit? kit = Find(out string missing);
        if (kit is null)
        {
            Assert.Skip($"needs {missing} {Remedy}");
        }

        return kit;
    }

    /// <summary>The files of some modules and of all that they need, in the order in which they can be loaded.</summary>
    /// <param name="names">As <c>insmod</c> knows them: <c>bonding</c>.</param>
    /// <exception cref="FileNotFoundException">The kernel has no such module.</exception>
    public IReadOnlyList<string> ModuleFiles(IEnumerable<string> names)
    {
        var files = new List<string>();
        foreach (string name in names)
        {
            AddModule(
                _dependencies.Keys.FirstOrDefault(path => Path.GetFileNameWithoutExtension(path) == name)
                    ?? throw new FileNotFoundException($"the guest's kernel has no module {name}"),
                files);
        }

        return files;
    }

    private static GuestKit? Find(out string missing)
    {
        string home = Environment.GetEnvironmentVariable("HOME") ?? "/";
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? Path.Combine(home, ".cache");
        string folder = Environment.GetEnvironmentVariable("TRUNKLINE_GUEST") ?? Path.Combine(cache, "trunkline/guest");
        string? qemu = Command.FindProgram("qemu-system-x86_64");
        string? busybox = Command.FindProgram("busybox");
        string? kernel = FirstOf(Path.Combine(folder, "boot"));
        string? modules = FirstOf(Path.Combine(folder, "lib/modules"));
        missing = qemu is null ? "the program qemu-system-x86_64"
            : busybox is null || !IsStatic(busybox) ? "a static busybox"
            : kernel is null || modules is null ? $"a guest kernel in {folder}"
            : "";
        return missing.Length == 0 ? new GuestKit(qemu!, busybox!, kernel!, modules!) : null;
    }

    private static string? FirstOf(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFileSystemEntries(folder).FirstOrDefault() : null;

    // A program with libraries names the loader that brings them.
    private static bool IsStatic(string program) => File.ReadAllBytes(program).AsSpan().IndexOf("/ld-linux"u8) < 0;

    private void AddModule(string path, List<string> files)
    {
        string file = Path.Combine(_modules, path);
        if (!files.Contains(file))
        {
            foreach (string needed in _dependencies[path])
            {
                AddModule(needed, files);
            }

            files.Add(file);
        }
    }
}
