namespace Trunkline.Scenarios.Reading;

/// <summary>Finds the files that a scenario names: captures to replay, tables of sizes.</summary>
/// <param name="path">As written in the scenario; a relative one is meant from the scenario's own folder.</param>
/// <param name="withText">Whether its text is wanted; else only that it is there.</param>
public delegate FileBeside OpenBeside(string path, bool withText);

/// <summary>A file that a scenario names.</summary>
/// <param name="FullPath">Its absolute path.</param>
/// <param name="Text">Its text, where that was wanted.</param>
/// <param name="Fault">Why it cannot be had, as the end of a sentence (<c>no such file</c>); null when nothing is wrong.</param>
public sealed record FileBeside(string FullPath, string? Text, string? Fault);
