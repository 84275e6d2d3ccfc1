namespace Trunkline.Cli.CommandLine;

/// <summary>What the process says when it ends.</summary>
internal static class ExitStatus
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Failed while running: a broken file, a kernel that said no. What was whole has been printed.</summary>
    public const int Failed = 1;

    /// <summary>Bad input; nothing was done.</summary>
    public const int BadInput = 2;

    /// <summary>Done, and a condition of <c>--fail-if</c> holds.</summary>
    public const int ConditionHolds = 3;
}
