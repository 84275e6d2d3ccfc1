using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Transport;

namespace Trunkline.Simulation.Tests.Transport;

public class TcpPropertyTests
{
    private const long Us = 1_000_000;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(20_000, 0)]
    [InlineData(200_000, 100_000)]
    public void Transfer_OverAnUnreliablePath_Ends(uint lost, uint late)
    {
        var transport = new Scenarios.Model.Transport
        {
            CongestionControl = CongestionControl.NewReno,
            Sack = false,
            LossDetection = LossDetection.DuplicateAcks,
            AckEvery = 1,
        };
        for (ulong seed = 0; seed < 50; seed++)
        {
            var pipe = new TcpPipe(new TcpOptions(transport, 1500), false, seed)
            {
                RoundTripPs = 100 * Us,
                LostPerMillion = lost,
                AcksLostPerMillion = lost,
                DuplicatedPerMillion = late,
                LatePerMillion = late,
                LatePs = 200 * Us,
            };
            pipe.Sender.Append(1_000_000);
            pipe.Sender.Close();
            pipe.Run(1_000_000_000 * Us);

            Assert.True(pipe.Sender.IsDone, $"seed {seed}: {pipe.Sender.State} una {pipe.Sender.FirstUnacknowledged} nxt {pipe.Sender.NextIndex} flight {pipe.Sender.InFlight} window {pipe.Sender.Window} timeouts {pipe.Sender.Timeouts} at {pipe.NowPs / Us} us deadline {pipe.Sender.NextDeadlinePs}");
            Assert.Equal(1_000_000, pipe.Receiver.DeliveredBytes);
            Assert.Equal(1_000_000, pipe.Sender.BytesAcked);
            Assert.Equal(0, pipe.Sender.InFlight);
        }
    }
}
