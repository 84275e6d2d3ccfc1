using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trunkline.Reports.Compare;

namespace Trunkline.Reports.Charts;

/// <summary>Writes charts as the JSON that the report's script reads.</summary>
/// <remarks>The default encoder escapes &lt;, &gt; and &amp;: no name can end the element around the text.</remarks>
internal static class ChartJson
{
    private static readonly ChartJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new ShortNumberConverter() },
    });

    public static string Write(Chart chart) => JsonSerializer.Serialize(
        new ChartSpec(chart.X, chart.Y, chart.Views, chart.ViewLabel, chart.Panels, chart.Marks, chart.CanZoom, chart.CanStack), Context.ChartSpec);

    public static string Write(TopologyUses uses) => JsonSerializer.Serialize(uses, Context.TopologyUses);

    /// <summary>A chart draws no more than five figures; the tables have them all.</summary>
    private sealed class ShortNumberConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(double.Parse(value.ToString("G5", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}

/// <summary>What the script needs of a chart.</summary>
internal sealed record ChartSpec(
    Axis X, Axis Y, IReadOnlyList<string> Views, string ViewLabel, IReadOnlyList<Panel> Panels, IReadOnlyList<Mark> Marks, bool CanZoom, bool CanStack);

/// <summary>Names of an enum as the script has them.</summary>
internal sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;

[JsonSerializable(typeof(ChartSpec))]
[JsonSerializable(typeof(TopologyUses))]
internal sealed partial class ChartJsonContext : JsonSerializerContext;
