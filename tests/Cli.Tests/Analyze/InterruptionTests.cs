using System.Diagnostics;
using System.Runtime.InteropServices;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.Analyze;

public partial class InterruptionTests
{
    private const int SigTerm = 15;

    /// <summary>A process that both its own signal and its group's reach, as of <c>timeout</c>: it must live to say what it found.</summary>
    [Fact]
    public void IsAsked_AfterTwoSignalsAtOnce_IsTrueAndTheProcessLives()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var interruption = new Interruption();
        Assert.False(interruption.IsAsked);

        Assert.Equal(0, Kill(Environment.ProcessId, SigTerm));
        Assert.Equal(0, Kill(Environment.ProcessId, SigTerm));

        var clock = Stopwatch.StartNew();
        while (!interruption.IsAsked && clock.Elapsed < TimeSpan.FromSeconds(10))
        {
            Thread.Sleep(1);
        }

        // The second one may come a little later, and must find somebody who listens.
        Thread.Sleep(300);
        Assert.True(interruption.IsAsked);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
