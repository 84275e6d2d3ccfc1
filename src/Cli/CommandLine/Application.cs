using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Trunkline.Cli.Verbs;
using Trunkline.Core.Balancing;

namespace Trunkline.Cli.CommandLine;

/// <summary>The command line: the verbs, their help, and how bad input is told.</summary>
internal static class Application
{
    /// <summary>Runs one command line.</summary>
    /// <returns>The exit status, as <see cref="ExitStatus"/> says.</returns>
    public static int Run(string[] args)
    {
        try
        {
            return Run(args, Console.Out, Console.Error);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            try
            {
                Console.Error.WriteLine($"trunkline: the output cannot be written: {exception.Message}");
            }
            catch (Exception told) when (told is IOException or UnauthorizedAccessException)
            {
                // Nobody is left to tell; the exit status says it.
            }

            return ExitStatus.Failed;
        }
    }

    /// <summary>Runs one command line and prints to writers of the caller's.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        RootCommand root = CreateRoot();
        ParseResult parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
        bool asksForHelp = parsed.Action is ExamplesHelpAction;
        string[] mistyped = [.. MistypedOptions(parsed)];
        if ((parsed.Errors.Count > 0 || mistyped.Length > 0) && !asksForHelp)
        {
            string subject = Subject(parsed.CommandResult.Command, root);
            string[] unknown = [.. parsed.UnmatchedTokens, .. mistyped];
            IEnumerable<string> faults = unknown.Length > 0
                ? unknown.Select(t => Unknown(parsed.CommandResult.Command, t))
                : parsed.Errors.Select(e => e.Message.TrimEnd('.')).Distinct();
            foreach (string fault in faults)
            {
                error.WriteLine($"{subject}: {fault}; see {subject} --help");
            }

            return ExitStatus.BadInput;
        }

        return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
    }

    /// <summary>A command as it is written: <c>trunkline scenario check</c>.</summary>
    private static string Subject(Command command, RootCommand root) => command == root
        ? "trunkline"
        : $"{Subject(command.Parents.OfType<Command>().First(), root)} {command.Name}";

    private static RootCommand CreateRoot()
    {
        var root = new RootCommand("Puts every link to work: explains, simulates and runs link load balancing.")
        {
            CompareVerb.Create(),
            AnalyzeVerb.Create(),
            WhichVerb.Create(),
            ScenarioVerb.Create(),
            TechniquesVerb.Create(),
            StripeVerb.Create(),
        };
        root.Options.OfType<HelpOption>().Single().Action = new ExamplesHelpAction();
        return root;
    }

    /// <summary>What was taken for an argument, as a file, and is an option that does not exist.</summary>
    private static IEnumerable<string> MistypedOptions(ParseResult parsed) => parsed.CommandResult.Tokens
        .Select(t => t.Value)
        .Where(t => t.Length > 1 && t[0] == '-' && !File.Exists(t));

    private static string Unknown(Command command, string token)
    {
        string sort = token.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "verb" : "argument";
        IEnumerable<string> known = sort == "option" ? command.Options.Select(o => o.Name) : command.Subcommands.Select(c => c.Name);
        return $"no {sort} \"{token}\"{(NearestName.Of(token, known) is string near ? $"; did you mean {near}?" : "")}";
    }

    /// <summary>The usual help, and behind it the command's examples.</summary>
    private sealed class ExamplesHelpAction : SynchronousCommandLineAction
    {
        private readonly HelpAction _usual = new();

        public override int Invoke(ParseResult parseResult)
        {
            int status = _usual.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            IReadOnlyList<string> examples = parseResult.CommandResult.Command is Verb verb
                ? verb.Examples
                :
                [
                    "trunkline compare",
                    "trunkline which --policy linux-bond/layer2 --links 4 --smac 02:00:00:00:00:15 --dmac 02:00:00:00:00:c8 --ethertype ip",
                    "trunkline which --help",
                ];
            output.WriteLine("Examples:");
            foreach (string example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
            return status;
        }
    }
}
