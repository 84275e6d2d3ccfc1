using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Trunkline.Results;
using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Fabric;
using Trunkline.Simulation.Techniques;
using Trunkline.Simulation.Tracing;

namespace Trunkline.Simulation;

/// <summary>Runs every technique with every seed over a scenario, several runs at a time.</summary>
/// <remarks>
/// Runs share nothing, and each finds its place in the result by its number: so the result is the same to the byte for any number of
/// threads, but for what it cost. A technique's runs are summed up, and let go, when the last of them ends.
/// </remarks>
public sealed class Comparison
{
    /// <summary>The name of the first row: not a technique, but what buying a faster port would give.</summary>
    public const string OneFatLink = FatLinks.Name;

    private readonly ComparisonOptions _options;
    private readonly Candidate[] _candidates;
    private readonly RunControl[] _controls;
    private readonly int[] _progress;
    private readonly Lock _lock = new();
    private int _next;
    private int _told;
    private long _packetHops;
    private double _cpuSeconds;
    private ExceptionDispatchInfo? _failure;
    private volatile bool _isStopped;

    private Comparison(ComparisonOptions options, FrameTrace? trace)
    {
        _options = options;
        var idle = new IdleNetwork(options.Scenario);
        CapacityBps = options.Scenario.MeasuredBitsPerSecond;
        Candidate Of(string name, string technique, Scenario scenario) => new(name, technique, scenario, CapacityBps, idle, options);
        _candidates =
        [
            Of(FatLinks.Name, "static", FatLinks.Merge(options.Scenario)),
            .. Rivals(options).Select(t => Of(t, t, options.Scenario)),
        ];
        int runs = _candidates.Length * options.Seeds.Count;
        _progress = new int[runs];
        _controls = [.. Enumerable.Range(0, runs).Select(i => new RunControl
        {
            ThreadTime = options.ThreadTime,
            Captures = options.Captures,
            OnProgress = thousandths => Volatile.Write(ref _progress[i], thousandths),

            // The first run of the first technique is the one behind those of one fat link.
            Trace = i == options.Seeds.Count ? trace : null,
        })];
    }

    /// <summary>Speed of the measured bundles from their near ends, summed, in bits per second.</summary>
    public long CapacityBps { get; }

    /// <summary>Runs in all.</summary>
    public int RunCount => _controls.Length;

    /// <summary>Sets up a comparison.</summary>
    /// <param name="options">What to compare.</param>
    /// <param name="faults">Told of every technique that cannot be read, and of a trace that cannot be made.</param>
    /// <returns>Null with faults.</returns>
    public static Comparison? Create(ComparisonOptions options, ICollection<string> faults)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Seeds.Count, 1);
        int before = faults.Count;

        // Those that the scenario names were judged by its reader.
        foreach (string technique in options.Techniques.Except(options.Scenario.Techniques))
        {
            if (TechniqueCheck.Judge(technique) is string fault)
            {
                faults.Add($"--techniques: {fault}");
            }
        }

        FrameTrace? trace = options.Trace is null ? null : CreateTrace(options, options.Trace, faults);
        return faults.Count > before ? null : new Comparison(options, trace);
    }

    /// <summary>Runs all, or as many as end before it is told to stop.</summary>
    /// <param name="onTick">Told now and then how much is done, 0 to 1, on the calling thread; false stops.</param>
    /// <exception cref="Exception">Whatever a run threw.</exception>
    public CompareResult Run(Func<double, bool> onTick)
    {
        var watch = Stopwatch.StartNew();
        int threads = Math.Min(_options.Threads, RunCount);
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { Name = $"run {i}", IsBackground = true })];
        foreach (Thread worker in workers)
        {
            worker.Start();
        }

        foreach (Thread worker in workers)
        {
            while (!worker.Join(_options.TickEvery))
            {
                if (!_isStopped && !onTick(Done()))
                {
                    Stop();
                }
            }
        }

        _failure?.Throw();
        return Result(threads, watch.Elapsed.TotalSeconds);
    }

    /// <summary>The techniques that are compared with one fat link, each once.</summary>
    private static IEnumerable<string> Rivals(ComparisonOptions options) => options.Techniques.Where(t => t != FatLinks.Name).Distinct();

    private static FrameTrace? CreateTrace(ComparisonOptions options, FrameTraceOptions asked, ICollection<string> faults)
    {
        int count = Rivals(options).Count();
        if (count != 1)
        {
            string found = count == 0 ? $"{FatLinks.Name} is none" : $"there are {count}";
            faults.Add($"--trace: of one technique only, and {found}; name one with --techniques");
        }

        IReadOnlyList<TracePoint> points = TracePoint.Find(options.Scenario, asked.Place, out string? fault);
        if (fault is not null)
        {
            faults.Add($"--trace-at: {fault}");
        }

        return fault is null ? new FrameTrace(points, asked.Output) : null;
    }

    private double Done()
    {
        long sum = 0;
        for (int i = 0; i < _progress.Length; i++)
        {
            sum += Volatile.Read(ref _progress[i]);
        }

        return sum / (1000.0 * _progress.Length);
    }

    private void Stop()
    {
        _isStopped = true;
        foreach (RunControl control in _controls)
        {
            Volatile.Write(ref control.IsStopped, true);
        }
    }

    private void Work()
    {
        try
        {
            while (!_isStopped && Interlocked.Increment(ref _next) is var taken && taken <= RunCount)
            {
                RunOne(taken - 1);
            }
        }
        catch (Exception exception)
        {
            _failure ??= ExceptionDispatchInfo.Capture(exception);
            Stop();
        }
    }

    private void RunOne(int number)
    {
        Candidate candidate = _candidates[number / _options.Seeds.Count];
        int seed = number % _options.Seeds.Count;
        RunResult? run = ScenarioRun.Run(candidate.Scenario, candidate.Technique, _options.Seeds[seed], _controls[number]);
        if (run is null)
        {
            return;
        }

        Volatile.Write(ref _progress[number], 1000);
        candidate.OnRun(seed, run);
        lock (_lock)
        {
            _packetHops += run.PacketHops;
            _cpuSeconds += run.CpuSeconds;
            Tell();
        }
    }

    /// <summary>Tells of techniques whose runs have all ended, each when those before it were told of.</summary>
    private void Tell()
    {
        while (_told < _candidates.Length && _candidates[_told].IsDone)
        {
            _candidates[_told++].Tell();
        }
    }

    private CompareResult Result(int threads, double wallSeconds)
    {
        Scenario scenario = _options.Scenario;
        foreach (Candidate candidate in _candidates.Skip(_told))
        {
            candidate.Tell();
        }

        CompareTechnique[] techniques = [.. _candidates.Select(c => c.Finish()).OfType<CompareTechnique>()];
        bool isWhole = techniques.Length == _candidates.Length && techniques.All(t => t.Runs is null || t.Runs == _options.Seeds.Count);
        var result = new CompareResult
        {
            Scenario = scenario.Name,
            Summary = scenario.Summary,
            DurationSeconds = scenario.Duration.TotalSeconds,
            WarmUpSeconds = scenario.WarmUp.TotalSeconds,
            Seeds = _options.Seeds,
            Measured = scenario.Measured,
            CapacityBps = CapacityBps,
            Interrupted = isWhole ? null : true,
            Techniques = techniques,
            Run = new CompareCost(_packetHops, _cpuSeconds, wallSeconds, Process.GetCurrentProcess().PeakWorkingSet64, threads),
        };
        return result with { Finding = ComparisonFinding.Of(result, scenario) };
    }

    /// <summary>A technique, and the runs of it that ended.</summary>
    private sealed class Candidate(
        string name, string technique, Scenario scenario, long capacityBps, IdleNetwork idle, ComparisonOptions options)
    {
        private readonly RunResult?[] _runs = new RunResult?[options.Seeds.Count];
        private readonly Lock _lock = new();
        private CompareTechnique? _row;
        private int _ended;

        public string Technique { get; } = technique;

        public Scenario Scenario { get; } = scenario;

        /// <summary>Whether all runs have ended and are summed up.</summary>
        public bool IsDone => Volatile.Read(ref _row) is not null;

        public void OnRun(int seed, RunResult run)
        {
            lock (_lock)
            {
                _runs[seed] = run;
                if (++_ended < _runs.Length)
                {
                    return;
                }
            }

            Volatile.Write(ref _row, SumUp());
            if (options.OnRun is null)
            {
                Array.Clear(_runs);
            }
        }

        /// <summary>Hands on what is known in detail, and lets it go.</summary>
        public void Tell()
        {
            _row ??= SumUp();
            var topology = new Topology(Scenario);
            for (int seed = 0; seed < _runs.Length; seed++)
            {
                if (_runs[seed] is { NotApplicable: null } run)
                {
                    options.OnRun?.Invoke(new RunSeries(name, options.Seeds[seed], run, topology, idle));
                }
            }

            Array.Clear(_runs);
        }

        /// <summary>The row of what ended; null when nothing did.</summary>
        public CompareTechnique? Finish() => _row;

        private CompareTechnique? SumUp()
        {
            RunResult[] ended = [.. _runs.OfType<RunResult>()];
            return ended.Length == 0 ? null : new TechniqueSummary(Scenario, capacityBps, idle).Of(name, ended);
        }
    }
}
