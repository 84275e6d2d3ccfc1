using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Trunkline.Results;

/// <summary>Writes results as the JSON documents that <c>docs/formats</c> describes.</summary>
public static class ResultJson
{
    private static readonly ResultJsonContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        NewLine = "\n",

        // Names such as layer3+4 stay readable; the document is never put into a page unescaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>One document, without a line break at the end.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> is not one of the results.</exception>
    public static string Write<T>(T result) =>
        JsonSerializer.Serialize(result, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);

    /// <summary>Reads such a document, from a daemon of this program.</summary>
    /// <returns>Null when it is not one.</returns>
    public static T? Read<T>(string text)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(AnalyzeResult))]
[JsonSerializable(typeof(CompareResult))]
[JsonSerializable(typeof(WhichResult))]
[JsonSerializable(typeof(ScenarioResult))]
[JsonSerializable(typeof(TechniquesResult))]
[JsonSerializable(typeof(StripeStatusResult))]
[JsonSerializable(typeof(StripeDoctorResult))]
internal sealed partial class ResultJsonContext : JsonSerializerContext;
