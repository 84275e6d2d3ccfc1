using System.Text.Json;
using Trunkline.Cli.CommandLine;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Compare;

public class CompareInterruptionTests
{
    /// <summary>
    /// A comparison that would take minutes: after a signal it prints the runs that were done, and says that they are not all.
    /// Two signals at once, its own and its group's, are what <c>timeout</c> sends.
    /// </summary>
    [Fact]
    public void Compare_WhenInterrupted_PrintsWhatWasDone()
    {
        string program = Path.ChangeExtension(typeof(Application).Assembly.Location, ".dll");

        // It listens once the threads that run are there.
        const string Script = """
            dotnet "$1" compare nas --set duration=30s --techniques random --json &
            until cat /proc/$!/task/*/comm 2>/dev/null | grep -q '^run 0'; do sleep 0.1; done
            kill -TERM $!; kill -TERM $!
            wait $!
            """;
        CommandResult result = Command.Run("sh", ["-c", Script, "sh", program], TimeSpan.FromMinutes(2));

        Assert.Equal(ExitStatus.Failed, result.ExitCode);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.True(document.RootElement.GetProperty("interrupted").GetBoolean());
    }
}
