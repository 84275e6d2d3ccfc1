using Trunkline.Cli.Which.Devices;
using Trunkline.Core.Balancing;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Tests.Which;

/// <summary>What is read from a bond's sysfs, held against what the bond's driver did with frames when the recording was made.</summary>
public sealed class BondDeviceTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("trunkline-sysfs-");

    [Theory]
    [InlineData("bond-xor", "linux-bond/layer3+4", "eth2 eth3 eth1", "eth0")]
    [InlineData("bond-xor-delays", "linux-bond/layer3+4", "eth2 eth1", "eth0 eth3")]
    [InlineData("bond-lacp", "linux-bond/layer2+3", "eth2 eth0", "eth3 eth1")]
    [InlineData("bond-lacp-alone", "linux-bond/encap3+4", "eth2", "eth0")]
    public void Bond_Recorded_IsReadAsItsDriverUsedIt(string name, string policy, string members, string leftOut)
    {
        BondRecording recording = BondRecording.Load(name);
        DeviceReading? reading = Read(recording, out string fault);

        Assert.Equal("", fault);
        Assert.Equal(policy, reading!.Policy);
        Assert.Equal(members, string.Join(' ', reading.Members));
        Assert.Equal(leftOut, string.Join(' ', reading.Notes.Select(n => n.Split(' ')[0])));
        Assert.Equal(recording.Taken, BondDeviceGuest.Frames.Select(frame => Member(reading, frame)));
    }

    [Theory]
    [InlineData("bond-xor-down", "no slave that can send")]
    [InlineData("bond-xor-empty", "no slave that can send")]
    [InlineData("bond-active-backup", "active-backup: everything takes eth0")]
    [InlineData("bond-balance-rr", "balance-rr: each packet takes the next slave")]
    [InlineData("bond-broadcast", "broadcast: each packet takes every slave")]
    [InlineData("bond-balance-tlb", "balance-tlb: its buckets move")]
    [InlineData("bond-balance-alb", "balance-alb: its buckets move")]
    public void Bond_WithoutAPolicyToNameALink_IsAFault(string name, string fault)
    {
        Assert.Null(Read(BondRecording.Load(name), out string told));
        Assert.StartsWith("bond0 ", told);
        Assert.Contains(fault, told);
    }

    /// <inheritdoc />
    public void Dispose() => _root.Delete(recursive: true);

    private static string Member(DeviceReading reading, byte[] frame)
    {
        PacketHeaders headers = default;
        HeaderParser.Parse(LinkType.Ethernet, frame, ref headers);
        var faults = new List<string>();
        IHashPolicy? policy = PolicyCatalog.Create(new TechniqueName.Part(reading.Policy, []), faults);
        Assert.Empty(faults);
        return reading.Members[(int)(policy!.Hash(in headers) % (uint)reading.Members.Count)];
    }

    private DeviceReading? Read(BondRecording recording, out string fault)
    {
        recording.Unpack(_root.FullName);
        return new DeviceReader(new KernelState(_root.FullName, _ => (null, "is not asked about bonds"))).Read("bond0", 0, out fault);
    }
}
