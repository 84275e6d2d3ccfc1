using System.Diagnostics;
using System.Globalization;
using Trunkline.Cli.CommandLine;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Analyze;

public class InterruptionTests
{
    /// <summary>A process that both its own signal and its group's reach, as of <c>timeout</c>: it must live to say what it found.</summary>
    [Fact]
    public void IsAsked_AfterTwoSignalsAtOnce_IsTrueAndTheProcessLives()
    {
        using var interruption = new Interruption();
        Assert.False(interruption.IsAsked);

        string process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        Command.Check("sh", "-c", $"kill -TERM {process}; kill -TERM {process}");

        var clock = Stopwatch.StartNew();
        while (!interruption.IsAsked && clock.Elapsed < TimeSpan.FromSeconds(10))
        {
            Thread.Sleep(1);
        }

        // The second one may come a little later, and must find somebody who listens.
        Thread.Sleep(300);
        Assert.True(interruption.IsAsked);
    }
}
