namespace Trunkline.Cli.Which.Devices;

/// <summary>What a device of this host says of its members and its policy.</summary>
/// <param name="Source">What was read, for people.</param>
/// <param name="Members">Names of the members that can send, in the order in which the kernel indexes them.</param>
/// <param name="Weights">One for each member; null where all are alike.</param>
/// <param name="Policy">The policy that the kernel runs, with its parameters.</param>
/// <param name="IpVersion">4 or 6 where it carries only such packets; 0 where it carries both.</param>
/// <param name="Notes">Members left out, and why.</param>
internal sealed record DeviceReading(
    string Source,
    IReadOnlyList<string> Members,
    IReadOnlyList<int>? Weights,
    string Policy,
    int IpVersion,
    IReadOnlyList<string> Notes);
