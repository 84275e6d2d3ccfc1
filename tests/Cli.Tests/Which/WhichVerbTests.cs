using System.Text.Json;
using Trunkline.Cli.CommandLine;

namespace Trunkline.Cli.Tests.Which;

public sealed class WhichVerbTests
{
    private const string StorageFlow = "--src 192.168.10.21 --sport 51515 --dst 192.168.10.200 --dport 3260 --proto tcp";

    [Theory]
    [InlineData("--policy netapp/xor-nibble --links 4 --src 10.10.7.31 --dst 10.10.5.6", "0x00000009", 1)]
    [InlineData("--policy netapp/xor-nibble --links 2 --src 10.60.192.181 --dst 10.60.192.205", "0x00000008", 0)]
    [InlineData("--policy netapp/xor-full --links 3 --src 10.60.192.181 --dst 10.60.192.205", "0x00000078", 0)]
    [InlineData($"--policy linux-bond/layer3+4 --links 8 {StorageFlow}", "0x30b6ab4f", 7)]
    [InlineData($"--policy linux-bond/layer3+4 --links 4 {StorageFlow}", "0x30b6ab4f", 3)]
    [InlineData($"--policy linux-ecmp/l4 --seed 0x12345678 --links 4 {StorageFlow}", "0xc2d2debf", 3)]
    [InlineData($"--policy linux-ecmp/l4 --seed 0x12345678 --links 2 {StorageFlow}", "0xc2d2debf", 1)]
    [InlineData($"--policy linux-ecmp/l3 --seed 0x12345678 --links 4 {StorageFlow}", "0x805adf12", 2)]
    public void Which_WithAPublishedVector_NamesItsHashAndLink(string arguments, string hash, int link)
    {
        JsonElement answer = Only($"{arguments} --json");

        Assert.Equal(hash, answer.GetProperty("hash").GetString());
        Assert.Equal(link, answer.GetProperty("link").GetInt32());
        Assert.Equal($"{link}", answer.GetProperty("linkName").GetString());
    }

    [Fact]
    public void Which_AsJson_KeepsItsContract()
    {
        JsonElement document = Run($"--policy linux-bond/layer3+4 --links 8 {StorageFlow} --json").Json();

        Assert.Equal("trunkline.which/1", document.GetProperty("schema").GetString());
        Assert.Equal("linux-bond/layer3+4", document.GetProperty("policy").GetString());
        Assert.Equal(8, document.GetProperty("links").GetInt32());
        JsonElement answer = document.GetProperty("results")[0];
        Assert.Equal("192.168.10.21", answer.GetProperty("fields").GetProperty("src").GetString());
        Assert.Equal("3260", answer.GetProperty("fields").GetProperty("dport").GetString());
        Assert.Equal(7, answer.GetProperty("bucket").GetInt32());
        Assert.Equal("c93b0cbcc0a80a15c0a80ac8", answer.GetProperty("key").GetString());
    }

    [Fact]
    public void Which_WithNamedLinks_ShowsTheNameOfTheIndex()
    {
        JsonElement answer = Only("--policy netapp/xor-nibble --links e3a,e3b --src 10.60.192.181 --dst 10.60.192.205 --json");

        Assert.Equal(0, answer.GetProperty("link").GetInt32());
        Assert.Equal("e3a", answer.GetProperty("linkName").GetString());
    }

    [Fact]
    public void Which_WithAnOvsPolicy_MarksTheLinkAssumed()
    {
        JsonElement answer = Only("--policy ovs/slb --links 4 --smac 02:00:00:00:00:15 --json");

        Assert.Equal(77, answer.GetProperty("bucket").GetInt32());
        Assert.Equal(1, answer.GetProperty("link").GetInt32());
        Assert.True(answer.GetProperty("linkAssumed").GetBoolean());
    }

    [Fact]
    public void Which_WithEveryPolicy_NamesWhatEachOneLacks()
    {
        JsonElement[] answers = [.. Run($"{StorageFlow} --json").Json().GetProperty("results").EnumerateArray()];

        JsonElement layer2 = answers.Single(a => a.GetProperty("policy").GetString() == "linux-bond/layer2");
        Assert.Equal(["--smac", "--dmac"], Texts(layer2.GetProperty("missing")));
        Assert.Contains(answers, a => a.GetProperty("policy").GetString() == "linux-bond/layer3+4" && a.TryGetProperty("link", out _));
    }

    [Fact]
    public void Which_WithAReversePolicy_ShowsTheOtherDirection()
    {
        JsonElement answer = Only(
            "--policy netapp/sfh-port --reverse-policy linux-bond/layer3+4 --links 8 --src 192.168.10.200 --sport 3260 --dst 192.168.10.21 --dport 51516 --proto tcp --json");

        Assert.Equal("0x4c787b86", answer.GetProperty("hash").GetString());
        Assert.Equal("0x30b6a8cc", answer.GetProperty("reverse").GetProperty("hash").GetString());
        Assert.Equal(4, answer.GetProperty("reverse").GetProperty("link").GetInt32());
        Assert.False(answer.GetProperty("reverse").GetProperty("same").GetBoolean());
    }

    [Theory]
    [InlineData("modulo", 0.75)]
    [InlineData("resilient", 0.25)]
    [InlineData("hash-threshold", 0.50)]
    public void Which_WithoutItsLastLink_MovesWhatTheFillMoves(string fill, double share)
    {
        JsonElement document = Run($"--policy linux-ecmp/l4 --fill {fill} --without 3 --links 4 {StorageFlow} --json").Json();

        JsonElement loss = document.GetProperty("without")[0];
        Assert.InRange(loss.GetProperty("moved").GetDouble(), share - 0.02, share + 0.02);
        Assert.InRange(loss.GetProperty("mustMove").GetDouble(), 0.23, 0.27);
        Assert.NotEqual(3, document.GetProperty("results")[0].GetProperty("without").GetProperty("link").GetInt32());
    }

    [Fact]
    public void Which_WithTheSameCrcInBothTiers_FindsOneLinkUsedAndTheSeedUseless()
    {
        JsonElement tier2 = Run($"--policy crc/crc32 --tier2 crc/crc32 --links 4 {StorageFlow} --json").Json().GetProperty("tier2");

        Assert.Equal(1, tier2.GetProperty("usedLinks").GetInt32());
        Assert.Contains(Texts(tier2.GetProperty("warnings")), w => w.Contains("linear", StringComparison.Ordinal));
        JsonElement[] remedies = [.. tier2.GetProperty("remedies").EnumerateArray()];
        Assert.Contains(remedies, r => r.GetProperty("change").GetString()!.Contains("seed", StringComparison.Ordinal) && !r.GetProperty("works").GetBoolean());
        Assert.Contains(remedies, r => r.GetProperty("change").GetString()!.Contains("offset", StringComparison.Ordinal) && r.GetProperty("works").GetBoolean());
        Assert.True(remedies[0].GetProperty("works").GetBoolean());
    }

    [Fact]
    public void Which_WithSeededSipHashInBothTiers_FindsTheSeedUseful()
    {
        JsonElement tier2 = Run($"--policy linux-ecmp/l4 --tier2 linux-ecmp/l4 --links 4 {StorageFlow} --json").Json().GetProperty("tier2");

        Assert.Equal(1, tier2.GetProperty("usedLinks").GetInt32());
        Assert.Empty(Texts(tier2.GetProperty("warnings")));
        Assert.Contains(
            tier2.GetProperty("remedies").EnumerateArray(),
            r => r.GetProperty("change").GetString()!.Contains("seed", StringComparison.Ordinal) && r.GetProperty("works").GetBoolean());
    }

    [Theory]
    [InlineData("--policy linux-bond/layer34 --src 10.0.0.1 --dst 10.0.0.2", "--policy: linux-bond/layer34: no such policy; did you mean linux-bond/layer3+4?")]
    [InlineData("--policy netapp/xor-full --src 10.0.0 --dst 10.0.0.2", "--src: \"10.0.0\" is no IP address; write 10.10.7.31 or 2001:db8::1")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 2001:db8::1", "--dst: \"2001:db8::1\" is IPv6 and the other address IPv4")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1", "netapp/xor-full needs --dst; give it too")]
    [InlineData("--policy linux-bond/layer3+4 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp", "linux-bond/layer3+4 needs --sport, --dport; give them too")]
    [InlineData("--policy linux-bond/layer3+4 --src 10.0.0.1 --dst 10.0.0.2 --proto esp", "linux-bond/layer3+4 needs --spi; give it too")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --links 0", "--links: 0 links; write 1 to 64")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --links a,,b", "--links: \"a,,b\" has an empty name")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --links a,a", "--links: \"a\" stands twice")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --links 4 --weights 1,2", "--weights: 2 weights for 4 links")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --links 2 --weights 0,0", "--weights: every weight is 0")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --seed 1", "--seed: netapp/xor-full has no seed")]
    [InlineData("--policy crc/crc32 --src 10.0.0.1 --dst 10.0.0.2 --proto udp --sport 1 --dport 65536", "--dport: \"65536\" is not 0 to 65535")]
    [InlineData("--policy crc/crc32:ofset=3 --src 10.0.0.1 --dst 10.0.0.2 --proto 6 --sport 1 --dport 6", "--policy: crc/crc32: no parameter \"ofset\"")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --fill modula", "--fill: modula: no such fill; did you mean modulo?")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --without 9", "--without: \"9\" is no member; write one of 0, 1, 2, 3")]
    [InlineData("--policy linux-bond/layer2 --smac 02:00 --dmac 02:00:00:00:00:01 --ethertype ip", "--smac: \"02:00\" is no MAC address")]
    [InlineData("--policy netapp/xor-full", "no flow; give its fields")]
    [InlineData("--capture nowhere.pcap", "--capture: nowhere.pcap")]
    [InlineData("--policy crc/crc32:seed=7 --seed 9 --src 10.0.0.1 --dst 10.0.0.2 --proto 6 --sport 1 --dport 6", "--policy: crc/crc32:seed=7: seed stands here and in --seed")]
    [InlineData("--policy crc/crc32:seed=7:seed=8 --src 10.0.0.1 --dst 10.0.0.2 --proto 6 --sport 1 --dport 6", "--policy: crc/crc32: seed stands twice")]
    [InlineData("--policy drill --src 10.0.0.1 --dst 10.0.0.2", "--policy: drill is a rule, and no policy")]
    [InlineData("--policy trunk/brocade --src 10.0.0.1 --dst 10.0.0.2", "--policy: trunk/brocade is not for this verb: it needs both ends at work, and works in compare")]
    [InlineData("--policy maglev --src 10.0.0.1 --dst 10.0.0.2", "--policy: maglev is a fill, and no policy; write --policy linux-bond/layer3+4 --fill maglev")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --ethertype ipv6", "--ethertype: 0x86dd does not carry the IPv4 addresses given")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.1 --dst 10.0.0.2 --links 4.5", "--links: 4.5 is no whole number")]
    [InlineData("--src 10.0.0.1", "no policy can answer with so few fields; give --dst too (enough for netapp/xor-full), or ")]
    [InlineData("--src 10.0.0.1 --json", "no policy can answer with so few fields; give --dst too (enough for netapp/xor-full), or ")]
    [InlineData("--sport 5", "no policy can answer with so few fields; give ")]
    [InlineData("--device route/2001:db8::/32 --src 10.0.0.1 --dst 10.0.0.2", "--device: the route 2001:db8::/32 is for IPv6 and the flow is IPv4; give --src and --dst of IPv6, or a route for IPv4")]
    [InlineData("--device route/10.0.0.0/8 --src 2001:db8::1", "--device: the route 10.0.0.0/8 is for IPv4 and the flow is IPv6; give --src and --dst of IPv4, or a route for IPv6")]
    [InlineData("--policy crc/crc32 --src 10.0.0.1 --dst 10.0.0.2 --proto icmp --sport 1 --dport 2", "--sport: protocol 1 has no ports; leave --sport, --dport away")]
    [InlineData("--policy crc/crc32 --fragment --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--sport: a fragment is balanced without ports; leave --sport, --dport away")]
    [InlineData("--policy crc/crc32 --spi 7 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--spi: protocol 6 has no security parameters index; leave --spi away")]
    [InlineData("--policy crc/crc32 --icmp-type 7 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--icmp-type: protocol 6 is not ICMP; leave --icmp-type away")]
    [InlineData("--policy crc/crc32 --flow-label 7 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--flow-label: only IPv6 has a flow label; leave --flow-label away")]
    [InlineData("--policy linux-ecmp/l3 --src 2001:db8::1 --dst 2001:db8::2 --proto icmp --flow-label 0", "--proto: with IPv6 addresses the ICMP is icmp6; write icmp6")]
    [InlineData("--policy netapp/xor-full --src 10.0.0.010 --dst 10.0.0.2", "--src: \"10.0.0.010\" is no IP address")]
    [InlineData("--policy crc/crc32, --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--policy: \"crc/crc32,\" has an empty name; write a policy, several joined by commas, or all")]
    [InlineData("--policy crc/crc32,all --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--policy: all has every policy; write it alone")]
    [InlineData("--policy linux-ecmp --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--policy: linux-ecmp is a family; write one of linux-ecmp/")]
    [InlineData("--policy crc/crc32 --tier2 xor/xor8,xor/xor16 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--tier2: \"xor/xor8,xor/xor16\" are several; write one policy")]
    [InlineData("--policy crc/crc32 --reverse-policy teamd --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--reverse-policy: teamd is a family; write one of teamd/")]
    [InlineData("--tier2 crc/crc32 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--tier2: the first tier has one policy; name it with --policy")]
    [InlineData("--device route/foo --src 10.0.0.1 --dst 10.0.0.2", "--device: \"foo\" is no prefix; write it as ip route shows it")]
    [InlineData("--policy crc/crc32 --links a,b --without 2 --src 10.0.0.1 --dst 10.0.0.2 --proto tcp --sport 1 --dport 2", "--without: \"2\" is no member; write one of a, b")]
    [InlineData("--device nowhere0 --src 10.0.0.1 --dst 10.0.0.2", "--device: no device \"nowhere0\" on this host")]
    public void Which_WithBadInput_SaysWhereAndWhatToWrite(string arguments, string fault)
    {
        CommandLineRun run = Run(arguments);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Equal("", run.Output);
        Assert.StartsWith($"trunkline which: {fault}", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("--capture", "", "--capture: the file's name is empty")]
    [InlineData("--device", "a\nb", "--device: that is no device's name")]
    [InlineData("--device", "", "--device: that is no device's name")]
    public void Which_WithAStrangeName_SaysSoInOneLine(string option, string name, string fault)
    {
        CommandLineRun run = CommandLineRun.Of(["which", option, name]);

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.StartsWith($"trunkline which: {fault}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Which_OfAFrameThatIsNotIp_DoesNotAskARoute()
    {
        JsonElement answer = Only("--policy linux-ecmp/l4 --smac 02:00:00:00:00:15 --dmac 02:00:00:00:00:c8 --ethertype arp --json");

        Assert.Contains("not IP", answer.GetProperty("notApplicable").GetString(), StringComparison.Ordinal);
        Assert.False(answer.TryGetProperty("link", out _));
    }

    [Fact]
    public void Which_OfOurCapture_NamesTheElephantsLinkUnderEveryPolicy()
    {
        string capture = Trunkline.Testing.RepositoryRoot.Combine("examples/captures/two-elephants.pcapng");

        JsonElement document = CommandLineRun.Of(["which", "--capture", capture, "--links", "4", "--json"]).Json();

        Assert.Equal(604, document.GetProperty("flows").GetInt64());
        JsonElement spread = document.GetProperty("spread").EnumerateArray()
            .Single(s => s.GetProperty("policy").GetString() == "linux-bond/layer3+4");
        Assert.Equal(10_214_022, spread.GetProperty("links").EnumerateArray().Sum(l => l.GetProperty("bytes").GetInt64()));
        Assert.Equal("192.0.2.21", document.GetProperty("results")[0].GetProperty("fields").GetProperty("src").GetString());
    }

    [Theory]
    [InlineData("e3b")]
    [InlineData("1")]
    public void Which_WithoutALinkByNameOrIndex_TakesTheSameOneAway(string link)
    {
        JsonElement document = Run($"--policy linux-bond/layer3+4 --links e3a,e3b --without {link} {StorageFlow} --json").Json();

        Assert.Equal("e3b", document.GetProperty("without")[0].GetProperty("linkName").GetString());
    }

    [Fact]
    public void Which_WithBlanksBehindCommas_ReadsThem()
    {
        string[] fields = StorageFlow.Split(' ');

        JsonElement document = CommandLineRun.Of(
            ["which", "--policy", "linux-ecmp/l4, linux-bond/layer3+4", "--links", "a, b", "--weights", "0, 1", .. fields, "--json"]).Json();

        Assert.All(document.GetProperty("results").EnumerateArray(), a => Assert.Equal("b", a.GetProperty("linkName").GetString()));
        Assert.Equal(2, document.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public void Which_WithSeveralFaults_NamesThemAll()
    {
        CommandLineRun run = Run("--policy crc/crc33 --links 65 --src x --dst 10.0.0.2");

        Assert.Equal(ExitStatus.BadInput, run.Status);
        Assert.Contains("--src", run.Error, StringComparison.Ordinal);
        Assert.Contains("--links", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Which_AskedForHelp_ShowsAnExampleAndDefaults()
    {
        CommandLineRun run = Run("--help");

        Assert.Equal(ExitStatus.Done, run.Status);
        Assert.Contains("Examples:\n  trunkline which --policy netapp/xor-nibble", run.Output, StringComparison.Ordinal);
        Assert.Contains("[default: 4]", run.Output, StringComparison.Ordinal);
    }

    private static CommandLineRun Run(string arguments) => CommandLineRun.Of($"which {arguments}");

    private static JsonElement Only(string arguments) => Run(arguments).Json().GetProperty("results").EnumerateArray().Single();

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
