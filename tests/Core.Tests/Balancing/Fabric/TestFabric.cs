using System.Globalization;
using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fabric;
using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Core.Tests.Balancing.Fabric;

/// <summary>A fabric without a network: packets and probes are at the far end at once, and nothing queues.</summary>
/// <remarks>
/// Trace lines: <c>5us 0>1 hash 3 1500B -> 1 ce 2 fb 0:3</c>, a packet from host 0 to host 1, the links chosen on its way (the index in
/// each group, with dots), and what an overlay header says at the far leaf (left out where a technique writes none);
/// <c>20us tick</c>, deadlines and probes; <c>20us down 4</c>, <c>up 4</c>, a link by one of its ports. What follows # is for the reader.
/// A flow's number is its hash; class 1 is written <c>hash 3! 1500B</c>.
/// </remarks>
internal sealed class TestFabric
{
    private readonly FabricMap _map;
    private readonly FabricTechnique _technique;
    private readonly Dictionary<(int Node, string Ports), FabricGroup> _groups = [];
    private readonly bool[] _isDown;

    public TestFabric(string technique, FabricMap map, ulong seed = 2)
    {
        _map = map;
        _isDown = new bool[map.Ports.Count];
        _technique = Make(technique, map, seed);
    }

    public FabricTechnique Technique => _technique;

    /// <summary>Links, each in both directions: from, to, gigabytes per second.</summary>
    public static FabricMap Map(int hosts, int nodes, params (int From, int To, double Forth, double Back)[] links) => new(
        hosts,
        nodes,
        [.. links.SelectMany(l => new[] { PortOf(l.From, l.To, l.Forth), PortOf(l.To, l.From, l.Back) })]);

    public static FabricTechnique Make(string technique, FabricMap map, ulong seed = 2)
    {
        var faults = new List<string>();
        Assert.Null(TechniqueName.TryParse(technique, out TechniqueName? name));
        FabricTechnique? made = FabricCatalog.Create(name!.Head, map, seed, faults);
        Assert.Empty(faults);
        return made!;
    }

    public static string FaultOf(string technique, FabricMap map)
    {
        var faults = new List<string>();
        Assert.Null(TechniqueName.TryParse(technique, out TechniqueName? name));
        Assert.Null(FabricCatalog.Create(name!.Head, map, 1, faults));
        return Assert.Single(faults);
    }

    public static void Play(string technique, FabricMap map, string table, ulong seed = 2)
    {
        var fabric = new TestFabric(technique, map, seed);
        string[][] lines = [.. table.Split('\n').Select(Words).Where(words => words.Length > 0)];
        (string expected, string played) = (Render(lines), Render(lines.Select(fabric.Play)));
        Assert.True(expected == played, $"played:\n{played}\nexpected:\n{expected}");
    }

    /// <summary>Sends a packet, and says the links that it took.</summary>
    public string Send(int source, int destination, uint hash, int bytes, int priority, long nowNs, out string header)
    {
        var now = new Timestamp(nowNs);
        KeepDeadlines(now);
        var packet = new FabricPacket((int)hash, hash, source, destination, bytes, priority);
        ushort tag = 0;
        var links = new List<string>();
        header = "";
        int node = _map.EdgeOf(source);
        while (node != destination)
        {
            int[] ports = PortsTo(node, destination);
            int port = ports[0];
            bool isAsked = ports.Length > 1 || (_technique.AsksAtEdges && _map.IsEdge(node) && _map.IsInside(port));
            if (isAsked)
            {
                FabricGroup group = GroupOf(node, ports);
                int link = _technique.Pick(in packet, group, ref tag, now);
                links.Add(link switch { FabricTechnique.ByGroup => "-", < 0 => "none", _ => $"{link}" });
                if (link == FabricTechnique.None)
                {
                    break;
                }

                link = Math.Max(0, link);
                port = ports[link];
                group.Bundle.OnSent(new LinkId(link), bytes, now);
            }

            if (_technique.WatchesLinks && _map.IsInside(port))
            {
                _technique.OnSent(port, bytes, ref tag, now);
                header = _map.IsEdge(_map.Ports[port].To) ? HeaderOf(tag) : header;
                _technique.OnArrival(in packet, port, ref tag, now);
            }

            node = _map.Ports[port].To;
        }

        KeepDeadlines(now);
        return string.Join('.', links);
    }

    /// <summary>Does what is due, and delivers probes.</summary>
    public void KeepDeadlines(Timestamp now)
    {
        while (_technique.NextDeadline <= now)
        {
            Timestamp due = _technique.NextDeadline == Timestamp.MinValue ? now : _technique.NextDeadline;
            _technique.OnDeadline(due);
            while (_technique.TryProbe(out FabricProbe probe))
            {
                if (!_isDown[probe.Port])
                {
                    ushort tag = 0;
                    _technique.OnSent(probe.Port, probe.Bytes, ref tag, due);
                    _technique.OnProbe(probe.Port, in probe, due);
                }
            }
        }
    }

    public void SetUp(int port, bool isUp, Timestamp now)
    {
        KeepDeadlines(now);
        foreach (int end in (int[])[port, FabricMap.BackOf(port)])
        {
            _isDown[end] = !isUp;
            _technique.OnCarrier(end, isUp);
            foreach (FabricGroup group in _groups.Values.Where(g => g.Ports.Contains(end)))
            {
                group.Bundle.SetUp(new LinkId(group.Ports.Index().First(p => p.Item == end).Index), isUp);
            }
        }

        _technique.OnLinkChange(now);
    }

    private string[] Play(string[] words)
    {
        string[] line = [.. words];
        long nowNs = TimeOf(words[0]);
        switch (words[1])
        {
            case "tick":
                KeepDeadlines(new Timestamp(nowNs));
                return line;
            case "down" or "up":
                SetUp(int.Parse(words[2], CultureInfo.InvariantCulture), words[1] == "up", new Timestamp(nowNs));
                return line;
        }

        int[] hosts = [.. words[1].Split('>').Select(h => int.Parse(h, CultureInfo.InvariantCulture))];
        Assert.True(ByteCount.TryParse(words[4], out ByteCount bytes), words[4]);
        bool isMarked = words[3].EndsWith('!');
        uint hash = uint.Parse(words[3].TrimEnd('!'), CultureInfo.InvariantCulture);
        string links = Send(hosts[0], hosts[1], hash, (int)bytes.Bytes, isMarked ? 1 : 0, nowNs, out string header);
        return [.. line[..6], links, .. header.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
    }

    private FabricGroup GroupOf(int node, int[] ports)
    {
        (int, string) key = (node, string.Join(',', ports));
        if (!_groups.TryGetValue(key, out FabricGroup? group))
        {
            _groups[key] = group = new FabricGroup(
                _groups.Count, node, ports, new Bundle([.. ports.Select(p => new Link($"{p}", _map.Ports[p].Rate))]));
            foreach ((int link, int port) in ports.Index())
            {
                group.Bundle.SetUp(new LinkId(link), !_isDown[port]);
            }
        }

        return group;
    }

    // Links that are down stay in a group: their own end takes them out.
    private int[] PortsTo(int node, int destination)
    {
        var distance = new int[_map.NodeCount];
        Array.Fill(distance, int.MaxValue / 2);
        distance[destination] = 0;
        for (int round = 0; round < _map.NodeCount; round++)
        {
            foreach (FabricPort port in _map.Ports.Where(p => p.To == destination || p.To >= _map.HostCount))
            {
                distance[port.From] = Math.Min(distance[port.From], distance[port.To] + 1);
            }
        }

        return [.. _map.Ports.Index().Where(p => p.Item.From == node && distance[p.Item.To] == distance[node] - 1).Select(p => p.Index)];
    }

    private static string HeaderOf(ushort tag) => tag >> 15 == 0
        ? ""
        : $"ce {tag >> 4 & 7} fb {((tag >> 14 & 1) == 0 ? "-" : $"{tag >> 7 & 15}:{tag >> 11 & 7}")}";

    private static FabricPort PortOf(int from, int to, double gigabytesPerSecond) =>
        new(from, to, new BitRate((long)(gigabytesPerSecond * 8_000_000_000)), Interval.Zero);

    private static string[] Words(string line) => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Render(IEnumerable<string[]> lines) => string.Join('\n', lines.Select(words => string.Join(' ', words)));

    private static long TimeOf(string text)
    {
        Assert.True(Interval.TryParse(text, out Interval time), text);
        return time.Nanoseconds;
    }
}
