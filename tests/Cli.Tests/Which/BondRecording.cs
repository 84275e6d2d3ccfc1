using System.Text;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Which;

/// <summary>A bond as a kernel's sysfs showed it, and which member its driver gave to each of some frames.</summary>
/// <remarks>
/// As text, a line for each file and each frame: <c>sys/class/net/bond0/bonding/mode: balance-xor 2</c>,
/// <c>frame 3: eth2</c>. The frames are those of <see cref="BondDeviceGuest.Frames"/>; one that was lost has no member.
/// </remarks>
internal sealed class BondRecording
{
    private const string FramePrefix = "frame ";

    private static readonly string Folder = RepositoryRoot.Combine("tests/Cli.Tests/Which/Fixtures");

    private readonly List<(string Path, string Value)> _lines = [];

    /// <summary>The names of the committed recordings.</summary>
    public static IEnumerable<string> Names =>
        Directory.GetFiles(Folder, "bond-*.txt").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal);

    /// <summary>The member that took each frame; empty where no frames were sent.</summary>
    public IEnumerable<string> Taken => _lines.Where(l => l.Path.StartsWith(FramePrefix, StringComparison.Ordinal)).Select(l => l.Value);

    /// <summary>Reads a committed recording.</summary>
    public static BondRecording Load(string name)
    {
        var recording = new BondRecording();
        foreach (string line in File.ReadLines(FileOf(name)))
        {
            recording.Add(line);
        }

        return recording;
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        string[] parts = line.Split(':', 2);
        _lines.Add((parts[0], parts[1].Trim()));
    }

    /// <summary>Writes it to be committed.</summary>
    public void Save(string name) => File.WriteAllText(FileOf(name), ToString());

    /// <summary>Makes the recorded files in a folder, as a root of which sysfs is a part.</summary>
    public void Unpack(string root)
    {
        foreach ((string path, string value) in _lines.Where(l => !l.Path.StartsWith(FramePrefix, StringComparison.Ordinal)))
        {
            string file = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, value + "\n");
        }
    }

    /// <summary>The text with aggregators numbered as they come: which number the driver gives them depends on who was first.</summary>
    public string WithOrderedAggregators()
    {
        var order = new List<string>();
        var text = new StringBuilder();
        foreach ((string path, string value) in _lines)
        {
            bool isAggregator = path.Contains("/ad_aggregator", StringComparison.Ordinal) && value is not ("" or "N/A");
            if (isAggregator && !order.Contains(value))
            {
                order.Add(value);
            }

            text.Append(Line(path, isAggregator ? $"#{order.IndexOf(value)}" : value));
        }

        return text.ToString();
    }

    /// <inheritdoc />
    public override string ToString() => string.Concat(_lines.Select(l => Line(l.Path, l.Value)));

    private static string Line(string path, string value) => $"{path}: {value}".TrimEnd() + "\n";

    private static string FileOf(string name) => Path.Combine(Folder, name + ".txt");
}
