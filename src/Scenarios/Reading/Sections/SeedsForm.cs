using System.Globalization;
using System.Text.Json.Nodes;
using Trunkline.Scenarios.Reading.Forms;
using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>Seeds: how many (1, 2, 3 …), or a list of them.</summary>
internal sealed class SeedsForm : Form<IReadOnlyList<ulong>>
{
    private static readonly WholeForm Count = new(1, ScenarioLimits.Seeds);
    private static readonly ListForm<ulong> List = new(new SeedForm(), ScenarioLimits.Seeds);

    /// <inheritdoc/>
    public override bool TryRead(Node node, Place place, ReadingContext context, out IReadOnlyList<ulong> value)
    {
        value = [];
        if (node is not ListNode)
        {
            bool isCount = Count.TryRead(node, place, context, out int count);
            value = [.. Enumerable.Range(1, count).Select(i => (ulong)i)];
            return isCount;
        }

        if (!List.TryRead(node, place, context, out value))
        {
            return false;
        }

        if (value.Count == 0 || value.Distinct().Count() < value.Count)
        {
            context.Fault(
                node,
                place,
                value.Count == 0 ? "is empty; write a number of seeds, or some" : "has a seed twice, whose runs would be the same; write others");
            return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema(JsonObject definitions) =>
        new() { ["anyOf"] = new JsonArray(Count.Schema(definitions), List.Schema(definitions)) };

    private sealed class SeedForm : ScalarForm<ulong>
    {
        public override string Wanted => "a whole number from 0";

        public override string? TryRead(string text, out ulong value) =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value)
                ? null
                : $"\"{Shown.Clip(text)}\" is no seed; write {Wanted}";

        public override JsonObject Schema(JsonObject definitions) => new() { ["type"] = "integer", ["minimum"] = 0 };
    }
}
