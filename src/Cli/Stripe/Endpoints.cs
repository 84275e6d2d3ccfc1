using System.Net;
using Trunkline.Scenarios.Reading;

namespace Trunkline.Cli.Stripe;

/// <summary>Reads addresses with ports from options.</summary>
internal static class Endpoints
{
    /// <summary>Reads one.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="faults">Takes what is wrong with it.</param>
    public static IPEndPoint? Read(string text, ICollection<string> faults)
    {
        if (EndpointText.TryRead(text, out IPEndPoint? endpoint) is string fault)
        {
            faults.Add(fault);
        }

        return endpoint;
    }

    /// <summary>Reads several, with commas between them.</summary>
    public static IReadOnlyList<IPEndPoint> ReadList(IEnumerable<string> texts, ICollection<string> faults) =>
        [.. Split(texts).Select(text => Read(text, faults)).OfType<IPEndPoint>()];

    /// <summary>What stands between commas.</summary>
    public static IEnumerable<string> Split(IEnumerable<string> texts) =>
        texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
