using Trunkline.Cli.CommandLine;

return Application.Run(args);
