using System.Globalization;

namespace Trunkline.Simulation.Tests.Validation;

/// <summary>What a figure has to be, and how far it may be off.</summary>
/// <param name="Expected">The expectation; not a number where only the limits are known.</param>
/// <param name="Low">The least that holds.</param>
/// <param name="High">The most that holds.</param>
/// <param name="Tolerance">The tolerance, for people.</param>
internal sealed record Bound(double Expected, double Low, double High, string Tolerance)
{
    /// <summary>Within so many percent of it.</summary>
    public static Bound Percent(double expected, double percent) => new(
        expected, expected * (1 - (percent / 100)), expected * (1 + (percent / 100)), $"±{Text(percent)} %");

    /// <summary>Not further from it than so much.</summary>
    public static Bound Near(double expected, double distance) =>
        new(expected, expected - distance, expected + distance, $"±{Text(distance)}");

    /// <summary>Exactly that.</summary>
    public static Bound Exactly(double expected) => new(expected, expected, expected, "exact");

    /// <summary>Between two limits.</summary>
    public static Bound Between(double low, double high) => new(double.NaN, low, high, $"{Text(low)} to {Text(high)}");

    /// <summary>That much or more.</summary>
    public static Bound AtLeast(double low) => new(double.NaN, low, double.PositiveInfinity, $"at least {Text(low)}");

    /// <summary>That much or less.</summary>
    public static Bound AtMost(double high) => new(double.NaN, double.NegativeInfinity, high, $"at most {Text(high)}");

    /// <summary>Whether a figure is within the tolerance.</summary>
    public bool Holds(double observed) => observed >= Low && observed <= High;

    /// <summary>A figure as it is printed.</summary>
    public static string Text(double figure) => double.IsNaN(figure)
        ? "–"
        : figure.ToString(
            Math.Abs(figure) is >= 1000 or 0 ? "0" : Math.Abs(figure) < 0.01 ? "0.##e-0" : "G4", CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override string ToString() => double.IsNaN(Expected) ? Tolerance : $"{Text(Expected)} ({Tolerance})";
}
