using System.CommandLine;
using Trunkline.Cli.CommandLine;
using Trunkline.Storage.Stripe;

namespace Trunkline.Cli.Stripe;

/// <summary><c>trunkline stripe keygen</c>: both ends' keys and the pairing file, in one command.</summary>
internal static class KeygenCommand
{
    private static readonly Argument<string> Folder = new("FOLDER")
    {
        Description = "Where the files go: serve.pem, connect.pem, pairing.pem",
        HelpName = "FOLDER",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Verb("keygen", "Makes both ends' keys, and the pairing file by which they know each other")
        {
            Examples = ["trunkline stripe keygen keys"],
        };
        command.Arguments.Add(Folder);
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        try
        {
            IReadOnlyList<string> files = StripeKeys.Make(parsed.GetValue(Folder)!);
            TextWriter output = parsed.InvocationConfiguration.Output;
            output.WriteLine($"{files[0]}: for the end beside the storage, secret");
            output.WriteLine($"{files[1]}: for the end beside the application, secret");
            output.WriteLine($"{files[2]}: for both");
            return ExitStatus.Done;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"trunkline stripe keygen: {exception.Message}");
            return ExitStatus.Failed;
        }
    }
}
