using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Balancing.Hosts;
using Trunkline.Core.Lacp;

namespace Trunkline.Core.Balancing;

/// <summary>What works one over the other: hosts over a fabric over LACP over the bundles of both.</summary>
/// <remarks>
/// Written <c>host over fabric over lacp over bundle</c>, each part once at most, in this order: <c>mptcp over conga</c>,
/// <c>flowbender over flowlet/letflow</c>, <c>lacp over netapp/sfh-ip</c>, <c>drill</c>. Of a part that is not written, hosts and fabric do
/// nothing, links are used that have a carrier, and bundles hash as routers do (<see cref="DefaultBundle"/>).
/// </remarks>
/// <param name="Host">What the hosts do; null for nothing.</param>
/// <param name="Fabric">What the fabric does; null for nothing.</param>
/// <param name="Lacp">How the ends of bundles agree over their links; null for not at all.</param>
/// <param name="Bundle">The technique of each bundle, as written; null where it is not.</param>
public sealed record TechniqueStack(TechniqueName.Part? Host, TechniqueName.Part? Fabric, TechniqueName.Part? Lacp, string? Bundle)
{
    /// <summary>What bundles do below hosts, a fabric or LACP for which nobody wrote it.</summary>
    public const string DefaultBundle = "linux-ecmp/l4";

    private const string Over = " over ";
    private const string Order = "write host over fabric over lacp over bundle, or some of these";

    private enum Level
    {
        Host,
        Fabric,
        Lacp,
        Bundle,
    }

    /// <summary>Takes a stack apart. A bundle's technique is not looked at.</summary>
    /// <param name="text">As written.</param>
    /// <param name="stack">The parts, when there is no fault.</param>
    /// <returns>Null when it is good, else what is wrong and what to write.</returns>
    public static string? TryParse(string text, out TechniqueStack? stack)
    {
        stack = null;
        var parts = new TechniqueName.Part?[(int)Level.Bundle];
        string? bundle = null;
        int last = -1;
        foreach (string part in text.Split(Over, StringSplitOptions.TrimEntries))
        {
            Level level = LevelOf(part);
            if ((int)level <= last)
            {
                return $"{text}: {part} does not go below what stands before it; {Order}";
            }

            last = (int)level;
            if (level == Level.Bundle)
            {
                bundle = part;
            }
            else if (TechniqueName.TryParse(part, out TechniqueName? name) is string wrong)
            {
                return wrong;
            }
            else if (name!.Policy is { } policy)
            {
                return $"{text}: {name.Head.Name} asks no policy; write {name.Head}{Over}{policy}";
            }
            else
            {
                parts[last] = name.Head;
            }
        }

        stack = new TechniqueStack(parts[(int)Level.Host], parts[(int)Level.Fabric], parts[(int)Level.Lacp], bundle);
        return null;
    }

    // A preset that a technique has not is its fault, so that it is told which there are.
    private static Level LevelOf(string part)
    {
        string head = part.Split(':', '@', '/')[0].Trim();
        return HostCatalog.Find(head, out _) is not null ? Level.Host
            : FabricCatalog.Find(head, out _) is not null ? Level.Fabric
            : head == LacpTechnique.Descriptor.Name ? Level.Lacp
            : Level.Bundle;
    }
}
