using Trunkline.Testing.Guest;

namespace Trunkline.Cli.Tests.Which;

/// <summary>Holds the recorded bonds against a running driver; with TRUNKLINE_RENEW=1 in the environment, records them anew.</summary>
[Trait("Needs", "qemu")]
public sealed class BondDeviceGuestTests
{
    [Fact]
    public void Recordings_HeldAgainstTheRunningDriver_AreStillTrue()
    {
        SortedDictionary<string, BondRecording> live = BondDeviceGuest.Record(GuestKit.Require());
        if (Environment.GetEnvironmentVariable("TRUNKLINE_RENEW") == "1")
        {
            foreach ((string name, BondRecording recording) in live)
            {
                recording.Save(name);
            }
        }

        Assert.Equal(BondRecording.Names, live.Keys);
        Assert.All(live, bond => Assert.Equal(BondRecording.Load(bond.Key).WithOrderedAggregators(), bond.Value.WithOrderedAggregators()));
    }
}
