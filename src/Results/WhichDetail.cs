namespace Trunkline.Results;

/// <summary>What a report of <c>trunkline which</c> shows beside the result. Its size is bounded, whatever was asked.</summary>
public sealed record WhichDetail
{
    /// <summary>The command line that gives the same answer again.</summary>
    public required string Command { get; init; }

    /// <summary>The table of buckets of each policy.</summary>
    public required IReadOnlyList<WhichTable> Tables { get; init; }

    /// <summary>How random flows spread under each policy, where no capture has any.</summary>
    public IReadOnlyList<WhichSpread>? Sample { get; init; }
}

/// <summary>The buckets of one policy.</summary>
/// <param name="Policy">The policy with its parameters as written.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Reads">Fields that it reads of the flow shown, by the names of the options.</param>
/// <param name="First">The first bucket listed: all are, unless there are very many.</param>
/// <param name="Links">Index of the link that each listed bucket holds; −1 for none.</param>
/// <param name="Counts">How many buckets each link has.</param>
public sealed record WhichTable(
    string Policy, string Summary, IReadOnlyList<string> Reads, int First, IReadOnlyList<int> Links, IReadOnlyList<int> Counts);
