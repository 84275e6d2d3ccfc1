using System.Text.Json.Nodes;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of a queue.</summary>
internal static class QueueKeys
{
    private const int PpmPerThousandth = 1_000;

    private static readonly Key<ByteCount> Step = new(
        "step",
        Formed.Bytes("100KB"),
        "Every packet that meets a longer backlog is marked, no other");
    private static readonly Key<ByteCount> Minimum = new("minimum", Formed.Bytes("30KB"), "No mark below this backlog");
    private static readonly Key<ByteCount> Maximum = new("maximum", Formed.Bytes("150KB"), "Every packet is marked above this backlog");
    private static readonly Key<int> Probability = new(
        "probability",
        new PercentForm("10%", 0, 1_000_000),
        "The chance of a mark just below the maximum")
    { Default = "100%" };
    private static readonly Key<int> AverageShift = new(
        "average-shift",
        new WholeForm(0, 16),
        "Weight of a new sample in the average of the backlog, as a power of two: 9 weighs 1/512, 0 looks at the backlog itself")
    { Default = "0" };

    private static readonly Section Ecn = new(
        "ecn",
        "How a queue marks packets (ECN): a step, or a range as of RED",
        [Step, Minimum, Maximum, Probability, AverageShift])
    { Shorthand = Step };

    private static readonly Key<ByteCount> Bound = new(
        "bound",
        Formed.Bytes("500KB"),
        "Longest backlog; a frame that would exceed it is dropped")
    { Default = "500KB" };
    private static readonly Key<Fields> Marking = new("ecn", Ecn, "ECN marking; without it a congested queue only drops");
    private static readonly Key<IReadOnlyList<int>> Classes = new(
        "classes",
        new ListForm<int>(new WeightForm(), 8),
        "Weights of the priority classes, class 0 first; strict goes before all that follow");

    /// <summary>A queue.</summary>
    public static readonly Section Section = new(
        "queue",
        "How frames queue before a link; a size alone is its bound",
        [Bound, Marking, Classes])
    { Shorthand = Bound };

    /// <summary>The queue that a file describes.</summary>
    /// <param name="fields">What is written; null for nothing.</param>
    /// <param name="otherwise">What holds where nothing is written.</param>
    public static PortQueue Read(Fields? fields, PortQueue otherwise) => fields is null ? otherwise : otherwise with
    {
        Bound = fields.Get(Bound, otherwise.Bound),
        Marking = fields.Below(Marking) is Fields ecn ? ReadMarking(ecn) : otherwise.Marking,
        ClassWeights = fields.Get(Classes, otherwise.ClassWeights),
    };

    private static EcnMarking? ReadMarking(Fields fields)
    {
        bool isStep = fields.TryGet(Step, out ByteCount step);
        bool hasMinimum = fields.TryGet(Minimum, out ByteCount minimum), hasMaximum = fields.TryGet(Maximum, out ByteCount maximum);
        int probability = fields.Get(Probability, 1_000_000), shift = fields.Get(AverageShift, 0);
        if (fields.Has(Step) ? fields.Has(Minimum) || fields.Has(Maximum) : !(fields.Has(Minimum) && fields.Has(Maximum)))
        {
            fields.Fault("write either step, or minimum and maximum");
            return null;
        }

        if (hasMinimum && hasMaximum && minimum > maximum)
        {
            fields.Fault(Minimum, $"{minimum} is above the maximum, {maximum}; write less");
        }

        EcnMarking? marking = isStep ? new EcnMarking(step, step) : hasMinimum && hasMaximum ? new EcnMarking(minimum, maximum) : null;
        return marking is null ? null : marking with { ProbabilityThousandths = probability / PpmPerThousandth, AverageShift = shift };
    }

    /// <summary>A weight, or the word for none.</summary>
    private sealed class WeightForm : ScalarForm<int>
    {
        private const string Strict = "strict";

        private static readonly WholeForm Weight = new(1, 1_000);

        public override string Wanted => $"{Strict}, or a weight of 1 to 1000";

        public override string? TryRead(string text, out int value)
        {
            value = 0;
            bool isGood = text == Strict || Weight.TryRead(text, out value) is null;
            return isGood ? null : $"\"{Yaml.Shown.Clip(text)}\" is no weight; write {Wanted}";
        }

        public override JsonObject Schema(JsonObject definitions) =>
            new() { ["anyOf"] = new JsonArray(new JsonObject { ["const"] = Strict }, Weight.Schema(definitions)) };
    }
}
