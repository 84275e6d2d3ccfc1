using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Hosts;

namespace Trunkline.Core.Balancing;

/// <summary>What works one over the other: hosts over a fabric over the bundles of both.</summary>
/// <remarks>
/// Written <c>host over fabric over bundle</c>, each part once at most: <c>mptcp over conga</c>, <c>flowbender over flowlet/letflow</c>,
/// <c>drill</c>. Of a part that is not written, hosts and fabric do nothing, and bundles hash as routers do (<see cref="DefaultBundle"/>).
/// </remarks>
/// <param name="Host">What the hosts do; null for nothing.</param>
/// <param name="Fabric">What the fabric does; null for nothing.</param>
/// <param name="Bundle">The technique of each bundle, as written; null where it is not.</param>
public sealed record TechniqueStack(TechniqueName.Part? Host, TechniqueName.Part? Fabric, string? Bundle)
{
    /// <summary>What bundles do below hosts or a fabric for which nobody wrote it.</summary>
    public const string DefaultBundle = "linux-ecmp/l4";

    private const string Over = " over ";

    /// <summary>Takes a stack apart. A bundle's technique is not looked at.</summary>
    /// <param name="text">As written.</param>
    /// <param name="stack">The parts, when there is no fault.</param>
    /// <returns>Null when it is good, else what is wrong and what to write.</returns>
    public static string? TryParse(string text, out TechniqueStack? stack)
    {
        stack = null;
        string[] parts = [.. text.Split(Over, StringSplitOptions.TrimEntries)];
        TechniqueName.Part? host = null;
        TechniqueName.Part? fabric = null;
        string? bundle = null;
        foreach (string part in parts)
        {
            if (bundle is not null)
            {
                return $"{text}: nothing goes below a bundle's technique, which {bundle} is; write host over fabric over bundle";
            }

            bool isHost = HostCatalog.Find(HeadOf(part), out _) is not null;
            if (!isHost && FabricCatalog.Find(HeadOf(part), out _) is null)
            {
                bundle = part;
                continue;
            }

            if (TechniqueName.TryParse(part, out TechniqueName? name) is string wrong)
            {
                return wrong;
            }

            if (name!.Policy is { } policy)
            {
                return $"{text}: {name.Head.Name} asks no policy; write {name.Head}{Over}{policy}";
            }

            if (isHost && (host ?? fabric) is not null)
            {
                return $"{text}: one technique of hosts, and it stands first; write host over fabric over bundle";
            }

            if (!isHost && fabric is not null)
            {
                return $"{text}: one technique of a fabric; write host over fabric over bundle";
            }

            (host, fabric) = isHost ? (name.Head, fabric) : (host, name.Head);
        }

        stack = new TechniqueStack(host, fabric, bundle);
        return null;
    }

    // A preset that a technique has not is its fault, so that it is told which there are.
    private static string HeadOf(string part)
    {
        string name = part.Split(':', '@')[0].Trim();
        string head = name.Split('/')[0];
        return HostCatalog.Find(head, out _) is null && FabricCatalog.Find(head, out _) is null ? name : head;
    }
}
