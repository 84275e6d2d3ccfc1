using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.CommandLine;

public class ProgressTests
{
    [Fact]
    public void Tell_WithinTheFirstSecond_SaysNothing()
    {
        var clock = new HandClock();
        using var error = new StringWriter();
        var progress = new Progress(error, isShown: true, clock);

        clock.Advance(TimeSpan.FromSeconds(0.9));
        progress.Tell(10, 100, 1);
        progress.End();

        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void Tell_OfLongWork_RewritesOneLineAndTakesItAway()
    {
        var clock = new HandClock();
        using var error = new StringWriter();
        var progress = new Progress(error, isShown: true, clock);

        clock.Advance(TimeSpan.FromSeconds(2));
        progress.Tell(400_000_000, 1_000_000_000, 2_500_000);
        progress.Tell(400_000_001, 1_000_000_000, 2_500_001);
        string line = "40 %, 2.5 million frames, 400 MB in 2 s";
        Assert.Equal($"\r{line}", error.ToString());

        progress.End();
        Assert.Equal($"\r{line}\r{new string(' ', line.Length)}\r", error.ToString());
    }

    [Fact]
    public void Tell_OfAPipe_KnowsNoShare()
    {
        var clock = new HandClock();
        using var error = new StringWriter();
        var progress = new Progress(error, isShown: true, clock);

        clock.Advance(TimeSpan.FromSeconds(3));
        progress.Tell(7_000_000, null, 100_000);

        Assert.Equal("\r0.1 million frames, 7 MB in 3 s", error.ToString());
    }

    [Fact]
    public void Tell_WhereNobodyWatches_SaysNothing()
    {
        var clock = new HandClock();
        using var error = new StringWriter();
        var progress = new Progress(error, isShown: false, clock);

        clock.Advance(TimeSpan.FromSeconds(30));
        progress.Tell(1, 2, 3);
        progress.End();

        Assert.Equal("", error.ToString());
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _now += time.Ticks;

        public override long GetTimestamp() => _now;
    }
}
