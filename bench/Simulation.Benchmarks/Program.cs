using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Trunkline.Simulation.Benchmarks;

// What ./dev bench engine runs; without a name, after the others.
const string Engine = "engine";
string artifacts = args.SkipWhile(a => a != "--artifacts").Skip(1).FirstOrDefault("artifacts/bench/run");
if (args.Contains(Engine))
{
    int rounds = int.Parse(args.SkipWhile(a => a != "--rounds").Skip(1).FirstOrDefault("5"), System.Globalization.CultureInfo.InvariantCulture);
    return new EngineBenchmark(artifacts, rounds, [.. args.SkipWhile(a => a != "--scenarios").Skip(1).Take(1).SelectMany(a => a.Split(','))]).Run();
}

// In this process, and in iterations so short that some run undisturbed even on a machine that does other things beside
// it: its minimum says what the code costs. The warm-up lasts until the compiler is done with all its tiers.
// --filter '*Wire*' picks.
IConfig config = DefaultConfig.Instance
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumn(StatisticColumn.Min)
    .AddJob(Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithWarmupCount(1_500)
        .WithIterationCount(200)
        .WithIterationTime(TimeInterval.FromMilliseconds(2)));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
return args.Contains("*") ? new EngineBenchmark(artifacts, rounds: 5, []).Run() : 0;
