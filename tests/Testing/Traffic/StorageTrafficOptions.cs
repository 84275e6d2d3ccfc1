using System.Net;

namespace Trunkline.Testing.Traffic;

/// <summary>Two elephants and many mice between a hypervisor and its storage.</summary>
/// <remarks>Addresses and ports are fixed or drawn from the seed, so that a hash places every flow on the same link each time.</remarks>
public sealed record StorageTrafficOptions
{
    /// <summary>Virtual machines on the hypervisor, 192.0.2.21 and on.</summary>
    public const int Machines = 8;

    /// <summary>What the storage listens on: iSCSI, NFS, SMB, HTTPS.</summary>
    public static readonly IReadOnlyList<int> ServicePorts = [3260, 2049, 445, 443];

    /// <summary>The storage's two addresses.</summary>
    public static readonly IReadOnlyList<IPAddress> StorageAddresses = [IPAddress.Parse("198.51.100.200"), IPAddress.Parse("198.51.100.201")];

    /// <summary>The first elephant, an iSCSI session of the first machine that always has more to write.</summary>
    public ElephantOptions Block { get; init; } = new(0, 50_001, 0) { Writes = 16, WriteBytes = 256 * 1024, Outstanding = 4 };

    /// <summary>The second elephant, an NFS mount of the second machine that writes, waits for the answer and thinks.</summary>
    public ElephantOptions File { get; init; } = new(1, 50_004, 1)
    {
        Writes = 24,
        WriteBytes = 128 * 1024,
        Think = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>Short connections: one request, one answer.</summary>
    public int Mice { get; init; } = 300;

    /// <summary>The time over which mice begin, without regard to how those before get on.</summary>
    public TimeSpan MiceTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Start of all that is random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>When to give up.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The address of a virtual machine.</summary>
    public static IPAddress MachineAddress(int machine) => IPAddress.Parse($"192.0.2.{21 + machine}");
}

/// <summary>One long connection that writes.</summary>
/// <param name="Machine">The virtual machine that has it.</param>
/// <param name="Port">Its source port.</param>
/// <param name="Service">The index of its destination port among <see cref="StorageTrafficOptions.ServicePorts"/>.</param>
public sealed record ElephantOptions(int Machine, int Port, int Service)
{
    /// <summary>How many writes there are.</summary>
    public required int Writes { get; init; }

    /// <summary>Length of each.</summary>
    public required int WriteBytes { get; init; }

    /// <summary>Writes sent before their answers are there.</summary>
    public int Outstanding { get; init; } = 1;

    /// <summary>Idle time between an answer and the next write.</summary>
    public TimeSpan Think { get; init; }
}
