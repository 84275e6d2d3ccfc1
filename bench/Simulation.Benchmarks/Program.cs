using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

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
