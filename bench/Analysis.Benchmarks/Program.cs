using Trunkline.Analysis.Benchmarks;

// Without a command, which is how ./dev bench calls it: the benchmark.
try
{
    var options = new OptionList(args);
    return options.Command switch
    {
        "" or "analyze" => new AnalyzeBenchmark(options).Run(),
        "generate" => GenerateCommand.Run(options),
        "record" => RecordCommand.Run(options),
        _ => throw new UsageException($"no command \"{options.Command}\""),
    };
}
catch (UsageException fault)
{
    Console.Error.WriteLine($"{fault.Message}\n\n{UsageException.Usage}");
    return 2;
}
catch (InvalidOperationException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
