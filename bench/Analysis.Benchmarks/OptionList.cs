using System.Globalization;

namespace Trunkline.Analysis.Benchmarks;

/// <summary>The command line is wrong.</summary>
public sealed class UsageException(string message) : Exception(message)
{
    /// <summary>What can be typed.</summary>
    public const string Usage = """
        generate [OPTIONS] FILE         writes a synthetic capture
          --frames N                    records (1000000)
          --flows N                     directional 5-tuples (20000)
          --snap N                      bytes kept of each frame; 0 keeps all (0)
          --mix vlan,ipv6,vxlan,roce    what stands among plain packets; or all
          --seed N                      start of all that is random (1)
        record FILE                     records two elephants and many mice between network namespaces; needs root and dumpcap
        [analyze] [OPTIONS]             measures trunkline analyze beside capinfos and tcpdump
          --full-frames N               records of the capture with full frames (1940000)
          --frames N                    records of the capture with headers alone (10000000)
          --many-flows-frames N         records of the same with a million flows (10000000); 0 leaves a capture out
          --rounds N                    rounds, of which the median counts (5)
          --keep                        leaves the captures in artifacts/bench/captures, where the next run finds them
          --program PATH                the trunkline to measure (the one built with this)
          --command TEXT                one command line to measure in place of the usual ones; {file} stands for the capture
          --artifacts DIR               where the report goes (artifacts/bench/run)
        """;
}

/// <summary>A command line taken apart: a command, options with a value each, and what remains.</summary>
internal sealed class OptionList
{
    private static readonly string[] Switches = ["--keep"];

    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _read = [];

    /// <summary>Takes a command line apart.</summary>
    /// <exception cref="UsageException">An option lacks its value.</exception>
    public OptionList(string[] arguments)
    {
        var words = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string word = arguments[i];
            if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(word);
            }
            else if (Switches.Contains(word))
            {
                _values[word] = "";
            }
            else if (++i < arguments.Length)
            {
                _values[word] = arguments[i];
            }
            else
            {
                throw new UsageException($"{word} needs a value");
            }
        }

        Command = words.FirstOrDefault("");
        Words = [.. words.Skip(1)];
    }

    /// <summary>The first word; empty without any.</summary>
    public string Command { get; }

    /// <summary>The words behind it.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The one word behind the command: a file.</summary>
    /// <exception cref="UsageException">There is none, or there are more.</exception>
    public string File => Words is [string file] ? file : throw new UsageException($"{Command} needs one file");

    /// <summary>Whether an option was given.</summary>
    public bool Has(string name) => Text(name) is not null;

    /// <summary>The text of an option; null when it was not given.</summary>
    public string? Text(string name)
    {
        _read.Add(name);
        return _values.GetValueOrDefault(name);
    }

    /// <summary>The number of an option.</summary>
    /// <exception cref="UsageException">It is no whole number, or out of range.</exception>
    public long Number(string name, long otherwise, long minimum = 0, long maximum = long.MaxValue)
    {
        if (Text(name) is not string text)
        {
            return otherwise;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= minimum && number <= maximum
            ? number
            : throw new UsageException($"{name}: \"{text}\" is no whole number from {minimum} to {maximum}");
    }

    /// <summary>Insists that nothing was given that nobody asked for.</summary>
    /// <exception cref="UsageException">Something was.</exception>
    public void RejectOthers()
    {
        if (_values.Keys.FirstOrDefault(name => !_read.Contains(name)) is string unknown)
        {
            throw new UsageException($"no option {unknown}");
        }
    }
}
