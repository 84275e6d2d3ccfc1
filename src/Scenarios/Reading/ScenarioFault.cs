namespace Trunkline.Scenarios.Reading;

/// <summary>Something wrong in a scenario, and what to write instead.</summary>
/// <param name="Source">The file, or the <c>--set</c> that brought it.</param>
/// <param name="Line">Line in the file, from 1; 0 where it has none.</param>
/// <param name="Column">Column, from 1; 0 where it has none.</param>
/// <param name="Path">The key: <c>bundles.uplinks.rate</c>; empty for the whole.</param>
/// <param name="Message">What is wrong; what to write.</param>
public sealed record ScenarioFault(string Source, int Line, int Column, string Path, string Message)
{
    /// <summary>The fault in one line: <c>fabric.yaml:14:11: bundles.up.rate: "10G" has no unit; write 10Gb/s</c>.</summary>
    public override string ToString() =>
        $"{Source}{(Line > 0 ? $":{Line}:{Column}" : "")}: {(Path.Length > 0 ? $"{Path}: " : "")}{Message}";
}
