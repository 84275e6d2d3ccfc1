using System.Diagnostics;
using Trunkline.Testing.Network;

namespace Trunkline.Testing.Tests.Network;

[Collection("namespaces")]
public sealed class NetworkNamespaceTests
{
    [Fact]
    public void Dispose_WithACommandStillRunning_EndsItAndRemovesTheNamespace()
    {
        Require.Namespaces();
        var host = new NetworkNamespace();
        RunningCommand command = host.Start("sleep", "60");
        Assert.True(command.IsRunning);
        int id = command.Id;

        host.Dispose();

        Assert.False(File.Exists(host.Path));
        Assert.False(Directory.Exists($"/proc/{id}"));
    }

    [Fact]
    public void Dispose_WhenATestThrows_RemovesTheNamespace()
    {
        Require.Namespaces();
        string path = "";
        Assert.Throws<InvalidOperationException>(() =>
        {
            using var host = new NetworkNamespace();
            path = host.Path;
            Assert.True(File.Exists(path));
            host.Check("ip", "link", "set", "no-such-link", "up");
        });

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Create_AfterATestProgramWasKilled_RemovesWhatItLeft()
    {
        Require.Namespaces();
        // Process 1 runs, but did not start at tick 1: a process id that is in use again.
        string[] left = ["trunkline-test.1.1.1", $"trunkline-test.{int.MaxValue}.5.1"];
        string[] foreign = ["trunkline-test", "trunkline-test-1.1.1.1"];
        try
        {
            foreach (string name in left.Concat(foreign))
            {
                Command.Check("ip", "netns", "add", name);
            }

            using RunningCommand orphan = new("nsenter", [$"--net=/run/netns/{left[0]}", "--", "sleep", "60"]);
            Assert.True(SpinWait.SpinUntil(() => PidsIn(left[0]) != "", TimeSpan.FromSeconds(5)));

            NetworkNamespace.RemoveLeftovers();

            Assert.All(left, name => Assert.False(File.Exists($"/run/netns/{name}")));
            Assert.All(foreign, name => Assert.True(File.Exists($"/run/netns/{name}")));
            Assert.True(SpinWait.SpinUntil(() => !orphan.IsRunning, TimeSpan.FromSeconds(5)));
        }
        finally
        {
            foreach (string name in left.Concat(foreign))
            {
                Command.Run("ip", ["netns", "delete", name]);
            }
        }
    }

    [Fact]
    public void RemoveLeftovers_WhileTheirTestRuns_KeepsItsNamespaces()
    {
        Require.Namespaces();
        using var host = new NetworkNamespace();

        NetworkNamespace.RemoveLeftovers();

        Assert.True(File.Exists(host.Path));
    }

    [Fact]
    public void Sysctl_InOneNamespace_LeavesTheOthersAlone()
    {
        Require.Namespaces();
        using var one = new NetworkNamespace();
        using var other = new NetworkNamespace();

        one.Sysctl("net.ipv4.fib_multipath_hash_policy", "1");

        Assert.Equal("1\n", one.Check("cat", "/proc/sys/net/ipv4/fib_multipath_hash_policy"));
        Assert.Equal("0\n", other.Check("cat", "/proc/sys/net/ipv4/fib_multipath_hash_policy"));
    }

    [Fact]
    public void Within_ThrowingInside_ThrowsTheSameOutside()
    {
        Require.Namespaces();
        using var host = new NetworkNamespace();

        Assert.Throws<FormatException>(() => host.Within<int>(() => throw new FormatException()));
    }

    [Fact]
    public void Run_PastItsTimeLimit_IsKilled()
    {
        Require.Namespaces();
        using var host = new NetworkNamespace();
        var clock = Stopwatch.StartNew();

        CommandResult result = host.Run("sleep", ["60"], TimeSpan.FromMilliseconds(200));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("killed after 0.2 s", result.Error, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
    }

    private static string PidsIn(string name) => Command.Run("ip", ["netns", "pids", name]).Output;
}
