using Trunkline.Core.Units;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The forms that most keys share.</summary>
internal static class Formed
{
    /// <summary>A time, 0 allowed.</summary>
    public static IntervalForm Time(string example) => new(example, Interval.Zero, ScenarioLimits.Time);

    /// <summary>A time above 0.</summary>
    public static IntervalForm TimeSpan(string example) => new(example, new Interval(1), ScenarioLimits.Time);

    /// <summary>A speed.</summary>
    public static RateForm Rate(string example) => new(example, ScenarioLimits.RateMin, ScenarioLimits.RateMax);

    /// <summary>An amount of data above 0.</summary>
    public static BytesForm Bytes(string example) => new(example, new ByteCount(1), ScenarioLimits.Bytes);

    /// <summary>An amount of data in a range, for which a number alone will do.</summary>
    public static BytesForm PlainBytes(string example, long minimum, long maximum) =>
        new(example, new ByteCount(minimum), new ByteCount(maximum), isUnitOptional: true);

    /// <summary>Words that stand for hosts, links, bundles.</summary>
    public static ListForm<Written> Words(string wanted) => new(new WordForm(wanted), ScenarioLimits.Items);
}
