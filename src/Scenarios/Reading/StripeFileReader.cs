using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;
using Trunkline.Scenarios.Reading.Sections;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading;

/// <summary>Reads the file of one end of a stripe, from YAML. Nothing in a text makes it throw.</summary>
public static class StripeFileReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">What to call it in faults.</param>
    /// <returns>What it says, null with a fault; and every fault, in the order of the file.</returns>
    public static (StripeFile? File, IReadOnlyList<ScenarioFault> Faults) Read(string text, string file)
    {
        var context = new ReadingContext((_, _) => default!, null);
        Node? root = TreeReader.Read(text, file, isWithPosition: true, context.Faults);
        StripeFile? read = root is not null && StripeFileKeys.Root.TryRead(root, Place.Root, context, out Fields fields)
            ? StripeFileKeys.Read(fields)
            : null;
        IEnumerable<ScenarioFault> faults = context.Faults.Distinct().Select(f => f with { Message = Shown.Plain(f.Message) });
        return (context.Faults.Count == 0 ? read : null, [.. faults.OrderBy(f => f.Line).ThenBy(f => f.Column)]);
    }
}
