using System.Globalization;

namespace Trunkline.Testing.Network;

/// <summary>The name of a test's namespace: says which process made it, so that what a dead one left can be told from the rest.</summary>
/// <param name="ProcessId">The test program's.</param>
/// <param name="StartTicks">When that process started (field 22 of <c>/proc/PID/stat</c>): process ids are used again.</param>
/// <param name="Number">Counts within the process.</param>
internal readonly record struct NamespaceName(int ProcessId, long StartTicks, int Number)
{
    private const string Prefix = "trunkline-test";

    private static readonly long OwnStartTicks = ReadStartTicks(Environment.ProcessId) ?? 0;
    private static int _count;

    /// <summary>A name that no other namespace has.</summary>
    public static NamespaceName Next() => new(Environment.ProcessId, OwnStartTicks, Interlocked.Increment(ref _count));

    /// <summary>Reads a name; null when it is not one of ours.</summary>
    public static NamespaceName? TryParse(string text) =>
        text.Split('.') is [Prefix, string id, string ticks, string number]
        && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int processId)
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long startTicks)
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? new NamespaceName(processId, startTicks, n)
            : null;

    /// <summary>Whether the process that made it still runs.</summary>
    public bool IsOwnerAlive => ReadStartTicks(ProcessId) == StartTicks;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}.{ProcessId}.{StartTicks}.{Number}");

    private static long? ReadStartTicks(int processId)
    {
        try
        {
            // The name in parentheses may hold spaces; what follows it is field 3 and on.
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
