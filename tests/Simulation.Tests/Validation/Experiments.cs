namespace Trunkline.Simulation.Tests.Validation;

/// <summary>All experiments, in the order of their numbers.</summary>
internal static class Experiments
{
    /// <summary>The experiments.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new FatTreePermutation(), new TwoPathAsymmetry(), new LinkFailureKnee(), new QueueingSanity(), new TcpLaw(), new LetFlowElasticity(),
        new ReorderingSafety(), new HashStatistics(), new SingleElephant(), new QueueBalance(), new FairShare(), new Incast(), new BucketRebalance(),
    ];
}
