using Trunkline.Results;

namespace Trunkline.Cli.Analyze;

/// <summary>A result that may leave the house: without addresses, and without the folders in which captures lie.</summary>
internal static class MaskedResult
{
    /// <summary>The result with what names hosts replaced.</summary>
    public static AnalyzeResult Of(AnalyzeResult result)
    {
        using var mask = AddressMask.Random();
        IReadOnlyList<string> files = result.Capture.Files;
        string[] names = [.. files.Select(f => Path.GetFileName(f))];
        string Named(string sentence) => files.Zip(names).Aggregate(sentence, (text, file) => text.Replace(file.First, file.Second, StringComparison.Ordinal));
        return result with
        {
            Capture = result.Capture with { Files = names, Broken = result.Capture.Broken is { } broken ? [.. broken.Select(Named)] : null },
            Elephants = [.. result.Elephants.Select(e => e with { Src = mask.Mask(e.Src), Dst = mask.Mask(e.Dst) })],
            Limits = [.. result.Limits.Select(Named)],
        };
    }
}
