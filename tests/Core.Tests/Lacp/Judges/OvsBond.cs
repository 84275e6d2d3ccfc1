using System.Globalization;
using Trunkline.Testing;
using Trunkline.Testing.Network;

namespace Trunkline.Core.Tests.Lacp.Judges;

/// <summary>A private Open vSwitch in a network namespace, with a bond of two links that speaks LACP; our ends are a0 and a1.</summary>
internal sealed class OvsBond : IDisposable
{
    private const string Schema = "/usr/share/openvswitch/vswitch.ovsschema";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);

    private readonly DirectoryInfo _folder;
    private readonly string _database;
    private readonly string _control;

    public OvsBond(string lacpTime)
    {
        Require.Namespaces();
        foreach (string program in (string[])["ovsdb-tool", "ovsdb-server", "ovs-vswitchd", "ovs-vsctl", "ovs-appctl"])
        {
            Require.Program(program);
        }

        if (!File.Exists(Schema) || !File.Exists("/dev/net/tun"))
        {
            Assert.Skip("needs the database schema of Open vSwitch, and tap devices");
        }

        _folder = Directory.CreateTempSubdirectory("trunkline-ovs-");
        Namespace = new NetworkNamespace();
        try
        {
            _database = $"unix:{PathOf("db.sock")}";
            _control = PathOf("switch.control");
            Start(lacpTime);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NetworkNamespace Namespace { get; }

    /// <summary>What <c>ovs-appctl lacp/show</c> prints.</summary>
    public string Show() => Namespace.Check("ovs-appctl", "-t", _control, "lacp/show");

    /// <summary>The kernel's number of our end of a link, which stands before the first colon.</summary>
    public int DeviceIndex(int link) =>
        int.Parse(Namespace.Check("ip", "-o", "link", "show", $"a{link}").Split(':')[0], CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Namespace.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Start(string lacpTime)
    {
        for (int i = 0; i < 2; i++)
        {
            Namespace.Check("ip", "link", "add", $"a{i}", "type", "veth", "peer", "name", $"v{i}");
            Namespace.Check("ip", "link", "set", $"a{i}", "up");
            Namespace.Check("ip", "link", "set", $"v{i}", "up");
        }

        Namespace.Check("ovsdb-tool", "create", PathOf("conf.db"), Schema);
        Namespace.Start(
            "ovsdb-server", PathOf("conf.db"), $"--remote=p{_database}", $"--unixctl={PathOf("db.control")}", $"--pidfile={PathOf("db.pid")}");
        Await(PathOf("db.sock"));
        Namespace.Check("ovs-vsctl", $"--db={_database}", "--no-wait", "init");
        Namespace.Start("ovs-vswitchd", _database, "--disable-system", $"--unixctl={_control}", $"--pidfile={PathOf("switch.pid")}");
        Await(_control);
        Namespace.Check(
            "ovs-vsctl", $"--db={_database}", "--timeout=10", "add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "--",
            "add-bond", "br0", "bond0", "v0", "v1", "lacp=active", $"other_config:lacp-time={lacpTime}");
    }

    private string PathOf(string file) => Path.Combine(_folder.FullName, file);

    private static void Await(string path)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (!File.Exists(path))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < StartLimit, $"Open vSwitch did not make {path}");
            Thread.Sleep(10);
        }
    }
}
