namespace Trunkline.Simulation.Tests.Validation;

/// <summary>How much is run.</summary>
internal enum Effort
{
    /// <summary>What an ordinary test may take: a few seconds, in a build without optimisation.</summary>
    Quick,

    /// <summary>Enough for the tolerance to mean something.</summary>
    Full,
}

/// <summary>Something that a simulation must reproduce: a closed form or a published result, held against what comes out.</summary>
internal abstract class Experiment
{
    /// <summary>Its number in the list of experiments.</summary>
    public abstract int Number { get; }

    /// <summary>What it is about, in a few words.</summary>
    public abstract string Title { get; }

    /// <summary>What is expected, and why.</summary>
    public abstract string Expected { get; }

    /// <summary>Where the expectation comes from.</summary>
    public abstract string Source { get; }

    /// <summary>What is simulated, how long, with which seeds.</summary>
    public abstract string Method { get; }

    /// <summary>What would make it miss, and which test shows that it does.</summary>
    public abstract string Misses { get; }

    /// <summary>Runs it.</summary>
    public abstract IEnumerable<Row> Run(Effort effort);
}

/// <summary>One figure of an experiment.</summary>
/// <param name="Quantity">What was measured, with its unit.</param>
/// <param name="Bound">What it had to be.</param>
/// <param name="Observed">What it was.</param>
internal sealed record Row(string Quantity, Bound Bound, double Observed)
{
    /// <summary>Whether it is within its tolerance.</summary>
    public bool Holds => Bound.Holds(Observed);

    /// <summary>The verdict, for people.</summary>
    public string Verdict => Holds ? "holds" : "**misses**";

    /// <inheritdoc/>
    public override string ToString() => $"{Quantity}: expected {Bound}, observed {Bound.Text(Observed)}: {Verdict}";
}
