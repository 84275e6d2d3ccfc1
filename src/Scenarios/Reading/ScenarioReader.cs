using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;
using Trunkline.Scenarios.Reading.Sections;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading;

/// <summary>What reading a scenario gave.</summary>
/// <param name="Scenario">The scenario; null with a fault.</param>
/// <param name="Faults">Every fault, in the order of the file, those of <c>--set</c> last.</param>
public sealed record ScenarioReading(Scenario? Scenario, IReadOnlyList<ScenarioFault> Faults);

/// <summary>Reads scenarios from YAML. Nothing in a text makes it throw, and its time and memory are bounded.</summary>
public static class ScenarioReader
{
    /// <summary>Reads a scenario.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">What to call it in faults.</param>
    /// <param name="sets">Values that the command line puts into it first, each <c>path=value</c>.</param>
    /// <param name="open">Finds the files that it names.</param>
    /// <param name="judgeTechnique">Says what is wrong with a technique, or null; itself null to take every name that is well formed.</param>
    public static ScenarioReading Read(
        string text, string file, IReadOnlyList<string> sets, OpenBeside open, Func<string, string?>? judgeTechnique = null)
    {
        var context = new ReadingContext(open, judgeTechnique);
        Node? root = TreeReader.Read(text, file, isWithPosition: true, context.Faults);
        foreach (string set in sets)
        {
            if (ScenarioSet.TryParse(set, out ScenarioSet? parsed) is string fault)
            {
                context.Faults.Add(new ScenarioFault("--set", 0, 0, "", fault));
            }
            else if (root is not null)
            {
                root = TreeEdit.Apply(root, parsed!, context.Faults);
            }
        }

        Scenario? scenario = root is not null && ScenarioKeys.Section.TryRead(root, Place.Root, context, out Fields fields)
            ? ScenarioKeys.Read(fields, context)
            : null;
        IEnumerable<ScenarioFault> faults = context.Faults.Distinct().Select(f => f with { Message = Shown.Plain(f.Message) });
        return new ScenarioReading(
            context.Faults.Count == 0 ? scenario : null,
            [.. faults.OrderBy(f => f.Line == 0).ThenBy(f => f.Line).ThenBy(f => f.Column)]);
    }
}
