using Trunkline.Cli.CommandLine;
using Trunkline.Storage.Stripe;
using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Stripe;

public sealed class StripeVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trunkline-stripe");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("stripe connect", "--listen is missing; write --listen 127.0.0.1:2049", "--server is missing", "--key is missing; trunkline stripe keygen makes keys")]
    [InlineData("stripe serve --insecure", "--listen is missing", "--target is missing; write --target 10.9.0.2:2049")]
    [InlineData("stripe serve --listen 1.2.3.4 --target fd00::1:5 --insecure", "--listen: \"1.2.3.4\" is not an address with a port", "--target: \"fd00::1:5\" is an IPv6 address without brackets")]
    [InlineData("stripe connect --listen 127.0.0.1:1 --server 10.0.0.1:1,10.0.0.2:1 --sessions 1 --insecure", "--sessions: 1 is not from 2 (one for each address) to 64")]
    [InlineData("stripe connect --listen 127.0.0.1:1 --server 10.0.0.1:1,10.0.0.2:1 --from eth0 --insecure", "--from: there are 1 for 2 of --server")]
    [InlineData("stripe serve --listen 127.0.0.1:1 --target 127.0.0.1:2 --insecure --hold 5", "--hold: \"5\" is not a time from 0s to 1h; write 30s")]
    [InlineData("stripe serve --listen 127.0.0.1:1 --target 127.0.0.1:2 --insecure --key a --pairing b", "leave out either --insecure or --key and --pairing")]
    [InlineData("stripe serve --listen 127.0.0.1:1 --target 127.0.0.1:2 --key nowhere.pem --pairing b", "nowhere.pem")]
    [InlineData("stripe serve --file nowhere.yaml", "nowhere.yaml")]
    [InlineData("stripe serve --file nowhere.yaml --listen 127.0.0.1:1", "--listen: --file says all; leave out either")]
    [InlineData("stripe doctor", "--server is missing")]
    [InlineData("stripe show a.sock --json --watch", "--json prints one document")]
    [InlineData("stripe swerve", "no verb \"swerve\"; did you mean serve?")]
    public void Stripe_WithBadInput_SaysAllThatIsWrongAndEndsWithTwo(string line, params string[] faults)
    {
        var run = CommandLineRun.Of(line);

        Assert.Equal((ExitStatus.BadInput, ""), (run.Status, run.Output));
        Assert.All(faults, fault => Assert.Contains(fault, run.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("connect")]
    [InlineData("keygen")]
    [InlineData("show")]
    [InlineData("doctor")]
    public void Help_OfEachPart_HasAnExample(string part) =>
        Assert.Contains($"  trunkline stripe {part} ", CommandLineRun.Of($"stripe {part} --help").Output, StringComparison.Ordinal);

    [Fact]
    public void File_WithFaults_NamesLineAndKey()
    {
        string file = Path.Combine(_folder.FullName, "connect.yaml");
        File.WriteAllText(file, "connect:\n  services: {nfs: 127.0.0.1}\n  servers: [10.1.0.2:7400]\n  sesions: 4\n  hold: 30\n  insecure: true\n");
        var run = CommandLineRun.Of(["stripe", "connect", "--file", file]);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains($"{file}:2:19: connect.services.nfs: \"127.0.0.1\" is not an address with a port; write 10.1.0.2:7400", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:4:3: connect: no key \"sesions\" here; did you mean sessions?", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:5:9: connect.hold: \"30\" has no unit; write 30s", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("connect")]
    public void Files_OfTheExample_LackOnlyTheirKeys(string end)
    {
        var run = CommandLineRun.Of(["stripe", end, "--file", RepositoryRoot.Combine($"examples/stripe/{end}.yaml")]);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains($"/run/credentials/trunkline-stripe-{end}.service/key", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Keygen_OfAFolder_MakesKeysThatCanBeReadAndWritesNothingOver()
    {
        string folder = Path.Combine(_folder.FullName, "keys");
        Assert.Equal(ExitStatus.Done, CommandLineRun.Of(["stripe", "keygen", folder]).Status);
        StripeIdentity serve = StripeKeys.Read(Path.Combine(folder, "serve.pem"), Path.Combine(folder, "pairing.pem"));

        Assert.Contains(StripeKeys.Fingerprint(serve.Own), serve.Trusted);
        Assert.Equal(2, serve.Trusted.Count);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "serve.pem")));
        }

        var again = CommandLineRun.Of(["stripe", "keygen", folder]);
        Assert.Equal(ExitStatus.Failed, again.Status);
        Assert.Contains("is there already; keys are not written over", again.Error, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => StripeKeys.Read(Path.Combine(folder, "pairing.pem"), Path.Combine(folder, "pairing.pem")));
    }

    [Fact]
    public void Show_WhereNobodyListens_SaysSo()
    {
        var run = CommandLineRun.Of(["stripe", "show", Path.Combine(_folder.FullName, "none.sock")]);

        Assert.Equal(ExitStatus.Failed, run.Status);
        Assert.Contains("is it what --control of a running end names?", run.Error, StringComparison.Ordinal);
    }
}
