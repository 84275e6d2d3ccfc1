using Trunkline.Testing;
using Trunkline.Testing.Captures;
using Trunkline.Testing.Packets;
using Trunkline.Testing.Traffic;

namespace Trunkline.Reports.Tests.Verbs;

/// <summary>A folder of captures for one test.</summary>
internal sealed class TestCaptures : IDisposable
{
    /// <summary>Two elephants and 300 mice over four links.</summary>
    public static readonly string Shipped = RepositoryRoot.Combine("examples/captures/two-elephants.pcapng");

    /// <summary>Names that would do harm if a page took them for markup or a script.</summary>
    public static readonly string[] Hostile =
    [
        "<script>alert(1)</script>", "</script><script>alert(2)</script>", "\"><img src=x onerror=alert(3)>", "{{7*7}}${7*7}<!--",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("trunkline-captures").FullName;

    /// <summary>A file without a frame.</summary>
    public string Empty() => Write("empty.pcap", new PcapBuilder().ToBytes());

    /// <summary>A file with a single frame.</summary>
    public string OneFrame() => Write("one.pcap", new PcapBuilder().Packet(1, 0, Packet.Ipv4("10.0.0.1", "10.0.0.2").Tcp(1000, 80).ToFrame()).ToBytes());

    /// <summary>Interfaces with hostile names, side by side, in a file with such a name.</summary>
    public string WithHostileNames()
    {
        var file = new PcapngBuilder();
        file.Section();
        foreach (string name in Hostile)
        {
            file.Interface(options: file.Name(name));
        }

        for (int i = 0; i < 400; i++)
        {
            byte[] frame = Packet.Ipv4("10.0.0.1", $"10.0.{i % 7}.2").Tcp((ushort)(1000 + (i % 40)), 80).ToFrame();
            file.Packet((uint)(i % Hostile.Length), (ulong)(i * 5_000), frame, wireLength: (uint)(60 + (i % 900)));
        }

        return Write("<img src=x onerror=alert(4)>.pcapng", file.ToBytes());
    }

    /// <summary>So many flows, of every sort.</summary>
    public string WithFlows(int flows, SyntheticMix mix = SyntheticMix.All)
    {
        string path = Path.Combine(_folder, "flows.pcap");
        using FileStream file = File.Create(path);
        SyntheticCapture.Write(file, new SyntheticCaptureOptions { Frames = flows * 10, Flows = flows, SnapLength = 128, Mix = mix });
        return path;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, byte[] bytes)
    {
        // A slash ends a name; everything else may stand in one.
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
