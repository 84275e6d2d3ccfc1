using Trunkline.Scenarios.Model;
using Trunkline.Simulation.Fabric;

namespace Trunkline.Simulation.Tests.Fabric;

public class ReroutingTests
{
    /// <summary>Every link of l1 fails and comes back, three times each.</summary>
    [Fact]
    public void Reroute_AfterLinksFailedAndCameBack_FindsTheGroupsThatItMadeBefore()
    {
        Scenario scenario = TestScenario.Read("""
            scenario: again
            duration: 1ms
            hosts: [a, b]
            switches: [l1, l2, s1, s2, s3]
            bundles:
              a-up: {between: [a, l1]}
              l1-up: {between: [l1, [s1, s2, s3]]}
              l2-up: {between: [l2, [s1, s2, s3]]}
              b-up: {between: [b, l2]}
            traffic: [{kind: elephants, from: a, to: b}]
            """);
        Network network = Network.Create(scenario, "static", 1, [])!;
        int[] ports = [.. network.Topology.PortsOf("l1-up", isBack: false)];
        int source = network.Topology.Node("l1");
        int destination = network.Topology.Node("b");
        int choice = network.ChoiceOf(source, destination);
        int afterFirst = 0;
        for (int round = 0; round < 3; round++)
        {
            foreach (int port in ports)
            {
                Note(network, port, isUp: false);
                Assert.NotEqual(Network.NoRoute, network.ChoiceOf(source, destination));
                Note(network, port, isUp: true);
                Assert.Equal(choice, network.ChoiceOf(source, destination));
            }

            afterFirst = round == 0 ? network.Groups.Count : afterFirst;
        }

        Assert.Equal(afterFirst, network.Groups.Count);
        Assert.Equal(network.Groups.Count, network.Groups.Select(g => $"{g.Node}: {string.Join(',', g.Ports)}").Distinct().Count());
    }

    private static void Note(Network network, int port, bool isUp)
    {
        network.NoteCarrier(port, isUp, []);
        network.NoteCarrier(port ^ 1, isUp, []);
        network.Reroute();
    }
}
