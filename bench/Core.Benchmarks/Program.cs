using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

// In this process and in many short iterations: some two seconds a benchmark, and on a machine that does other things
// beside it the minimum still says what the code costs. --filter '*Wire*' picks.
IConfig config = DefaultConfig.Instance
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumn(StatisticColumn.Min)
    .AddJob(Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithWarmupCount(10)
        .WithIterationCount(20)
        .WithIterationTime(TimeInterval.FromMilliseconds(50)));
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
