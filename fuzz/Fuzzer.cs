using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Trunkline.Fuzz;

/// <summary>Feeds one target: its corpus first, then what mutation makes of it, for a given time.</summary>
public sealed class Fuzzer(IFuzzTarget target, string corpusFolder, string findingsFolder)
{
    private const int KeptMax = 20_000;

    /// <summary>Nothing that is fuzzed takes a hundredth of this.</summary>
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(10);

    private readonly List<byte[]> _kept = [];
    private readonly HashSet<ulong> _sorts = [];
    private byte[] _current = [];
    private long _runs;

    /// <summary>Runs to the end of the time or to the first finding.</summary>
    /// <returns>Whether all inputs were taken well.</returns>
    public bool Run(TimeSpan time, int seed)
    {
        using var watchdog = new Timer(StopWhenHung(), null, HangLimit, HangLimit);
        string[] files = [.. Directory.GetFiles(Path.Combine(corpusFolder, target.Name)).Order(StringComparer.Ordinal)];
        foreach (string file in files)
        {
            if (!TryInput(File.ReadAllBytes(file)))
            {
                Console.WriteLine($"{target.Name}: the input is {file} of the corpus");
                return false;
            }
        }

        var mutator = new Mutator(seed);
        var clock = Stopwatch.StartNew();
        int sortsOfCorpus = _sorts.Count;
        while (_kept.Count > 0 && clock.Elapsed < time)
        {
            byte[] parent = _kept[mutator.Below(_kept.Count)];
            byte[] other = _kept[mutator.Below(_kept.Count)];
            if (!TryInput(mutator.Mutate(parent, other)))
            {
                return false;
            }
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{target.Name}: {_runs} inputs in {clock.Elapsed.TotalSeconds:0.0} s from {files.Length} files, seed {seed}; no finding; "
            + $"{sortsOfCorpus} sorts of outcome in the corpus, {_sorts.Count} in all"));
        return true;
    }

    /// <summary>Feeds one input.</summary>
    /// <returns>Whether it was taken well; if not, it lies in the folder of findings.</returns>
    public bool TryInput(byte[] input)
    {
        Volatile.Write(ref _current, input);
        Interlocked.Increment(ref _runs);
        try
        {
            if (_sorts.Add(target.Run(input)) && _kept.Count < KeptMax)
            {
                _kept.Add(input);
            }

            return true;
        }
#pragma warning disable CA1031 // Whatever escapes from a target is the finding.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Console.WriteLine($"{target.Name}: {exception}");
            Save(input);
            return false;
        }
    }

    private TimerCallback StopWhenHung()
    {
        long seen = -1;
        return _ =>
        {
            long runs = Interlocked.Read(ref _runs);
            if (runs == Interlocked.Exchange(ref seen, runs))
            {
                Console.WriteLine($"{target.Name}: does not come back within {HangLimit.TotalSeconds:0} s");
                Save(Volatile.Read(ref _current));
                Environment.Exit(1);
            }
        };
    }

    private void Save(byte[] input)
    {
        Directory.CreateDirectory(findingsFolder);
        string file = Path.Combine(findingsFolder, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}.bin");
        File.WriteAllBytes(file, input);
        Console.WriteLine($"{target.Name}: kept as {file}; again with: --input {file}; once mended, move it into the corpus");
    }
}
