using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>What one reading has found so far.</summary>
/// <param name="open">Finds the files that the scenario names.</param>
/// <param name="judge">Says what is wrong with a technique, or null; itself null where nobody asks.</param>
internal sealed class ReadingContext(OpenBeside open, Func<string, string?>? judge)
{
    /// <summary>Names that all patterns together may stand for.</summary>
    private const int NamesMax = 1_000_000;

    private int _namesLeft = NamesMax;

    /// <summary>The faults, in the order found.</summary>
    public List<ScenarioFault> Faults { get; } = [];

    /// <summary>Finds the files that the scenario names.</summary>
    public OpenBeside Open => open;

    /// <summary>Says what is wrong with a technique.</summary>
    public Func<string, string?>? Judge => judge;

    /// <summary>Notes a fault.</summary>
    public void Fault(Node node, Place place, string message) =>
        Faults.Add(new ScenarioFault(node.Origin.Source, node.Origin.Line, node.Origin.Column, place.ToString(), message));

    /// <summary>Notes a fault of a word.</summary>
    public void Fault(Written written, string message) => Fault(written.Node, written.Place, message);

    /// <summary>Notes that so many names are about to be written out.</summary>
    /// <returns>False, with a fault, when that is more than any scenario needs.</returns>
    public bool TrySpend(int names, Written written)
    {
        if (names > _namesLeft)
        {
            Fault(written, $"the patterns of this scenario stand for more than {NamesMax:N0} names; write fewer of them");
            return false;
        }

        _namesLeft -= names;
        return true;
    }
}
