using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

public sealed class RttEstimatorTests
{
    private const long Ms = 1_000_000_000;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(7, 5)]
    [InlineData(300, 200)]
    public void Timeout_OfSteadyRoundTrips_LeavesTheMinimumForARepair(int roundTripMs, int minimumMs)
    {
        var rtt = default(RttEstimator);
        rtt.Reset();
        for (int i = 0; i < 1000; i++)
        {
            rtt.Add(roundTripMs * Ms, minimumMs * Ms);
        }

        Assert.Equal((roundTripMs + minimumMs) * Ms, rtt.RtoPs);
    }

    [Fact]
    public void Timeout_OfTheFirstRoundTrip_IsThreeOfIt()
    {
        var rtt = default(RttEstimator);
        rtt.Reset();
        rtt.Add(10 * Ms, Ms);

        Assert.Equal(30 * Ms, rtt.RtoPs);
    }

    [Fact]
    public void Timeout_IsNeverLongerThanTwoMinutes()
    {
        var rtt = default(RttEstimator);
        rtt.Reset();
        rtt.Add(1_000_000 * Ms, Ms);

        Assert.Equal(RttEstimator.RtoMaxPs, rtt.RtoPs);
    }
}
