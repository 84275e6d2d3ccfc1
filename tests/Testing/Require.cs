using Trunkline.Testing.Network;
using Xunit;

namespace Trunkline.Testing;

/// <summary>Skips the running test, saying why, where the machine cannot do what it needs.</summary>
/// <remarks>
/// <c>./dev check</c> lists what was skipped; on a build server it fails unless the reason is among those that it allows.
/// </remarks>
public static class Require
{
    /// <summary>The test needs the powers of root.</summary>
    public static void Root()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Skip("needs root");
        }
    }

    /// <summary>The test needs network namespaces and virtual links between them.</summary>
    public static void Namespaces()
    {
        Root();
        Program("ip");
        Program("tc");
        Program("nsenter");
        if (NetworkNamespace.WhyUnavailable is string why)
        {
            Assert.Skip($"needs network namespaces: {why}");
        }
    }

    /// <summary>The test needs a program of the system, often one that it is compared with.</summary>
    /// <param name="name">As typed in a shell.</param>
    /// <returns>Its full path.</returns>
    public static string Program(string name)
    {
        string? path = Command.FindProgram(name);
        if (path is null)
        {
            Assert.Skip($"needs the program {name} (./dev setup installs it)");
        }

        return path;
    }

    /// <summary>The test needs the capture files of the shared folder.</summary>
    /// <returns>The folder that holds them.</returns>
    public static string Captures() => SharedPart(SharedFolder.Captures);

    /// <summary>The test needs the flow size distributions of the shared folder.</summary>
    /// <returns>The folder that holds them.</returns>
    public static string Workloads() => SharedPart(SharedFolder.Workloads);

    private static string SharedPart(string? path)
    {
        if (path is null)
        {
            Assert.Skip("needs the shared folder beside the repository");
        }

        return path;
    }
}
