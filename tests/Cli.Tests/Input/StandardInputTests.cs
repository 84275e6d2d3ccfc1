using Trunkline.Cli.CommandLine;
using Trunkline.Testing;
using Trunkline.Testing.Captures;
using Trunkline.Testing.Packets;

namespace Trunkline.Cli.Tests.Input;

/// <summary>The program as a process, with a capture on its standard input.</summary>
public sealed class StandardInputTests : IDisposable
{
    private static readonly byte[] Frame = Packet.Ethernet().Ipv4("10.0.0.1", "10.0.0.2").Udp(53, 4000).Payload(20).ToArray();

    private readonly CaptureFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("cat")]
    [InlineData("gzip -c")]
    [InlineData("dd bs=1000 status=none if=")]
    public void Which_OfACaptureFromAPipe_SaysTheSameAsOfTheFile(string command)
    {
        string path = Capture(20_000);
        string separator = command.EndsWith('=') ? "" : " ";

        CommandResult piped = Shell($"{command}{separator}{path} | {Which("-")}");
        CommandResult file = Shell(Which(path));

        Assert.Equal((ExitStatus.Done, ""), (piped.ExitCode, piped.Error));
        Assert.Contains("\"frames\": 20000", file.Output, StringComparison.Ordinal);
        Assert.Equal(file.Output, piped.Output);
    }

    [Fact]
    public void Which_OfAFileAsStandardInput_SaysTheSame()
    {
        string path = Capture(10);

        Assert.Equal(Shell(Which(path)).Output, Shell($"{Which("-")} < {path}").Output);
    }

    [Fact]
    public void Which_OfAPipeThatIsCut_SaysWhereAndFails()
    {
        string path = Capture(20);

        int whole = 24 + (12 * (16 + Frame.Length));
        CommandResult cut = Shell($"head -c {whole + 17} {path} | {Which("-")}");

        Assert.Equal(ExitStatus.Failed, cut.ExitCode);
        Assert.Equal($"trunkline which: standard input: cut at byte {whole}, in the middle of a record; what came before it was used\n", cut.Error);
        Assert.Contains("\"frames\": 12", cut.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Which_OfAnEmptyPipe_SaysWhatToGive()
    {
        CommandResult empty = Shell($"true | {Which("-")}");

        Assert.Equal(ExitStatus.BadInput, empty.ExitCode);
        Assert.Equal("trunkline which: --capture: standard input is empty; give a capture with traffic (tcpdump -w FILE)\n", empty.Error);
    }

    private static CommandResult Shell(string line) => Command.Run(Require.Program("sh"), ["-c", line]);

    private static string Which(string capture) =>
        $"'{Path.Combine(AppContext.BaseDirectory, "trunkline")}' which --policy linux-bond/layer3+4 --json --capture {capture}";

    private string Capture(int frames)
    {
        var pcap = new PcapBuilder();
        for (uint i = 0; i < frames; i++)
        {
            pcap.Packet(i, 0, Frame);
        }

        return _files.Write("a.pcap", pcap.ToBytes());
    }
}
