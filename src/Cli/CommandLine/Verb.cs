using System.CommandLine;

namespace Trunkline.Cli.CommandLine;

/// <summary>A verb with examples for its help.</summary>
internal sealed class Verb(string name, string description) : Command(name, description)
{
    /// <summary>Command lines to show, the most usual first.</summary>
    public required IReadOnlyList<string> Examples { get; init; }
}
