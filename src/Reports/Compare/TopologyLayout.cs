using Trunkline.Results;

namespace Trunkline.Reports.Compare;

/// <summary>Where the nodes and links of a network are drawn: hosts below, switches above, by their distance from hosts.</summary>
/// <remarks>
/// What stands in the same place becomes one box where there is much of it: first hosts with the same neighbours, then switches, at last
/// whole rows. So the drawing is bounded, whatever the network.
/// </remarks>
internal sealed class TopologyLayout
{
    private const int HostsMax = 12;
    private const int NodesMax = 22;
    private const int RowMax = 14;
    private const int ParallelMax = 8;
    private const int WiresMax = 96;
    private const double RowGap = 150;
    private const double NodeGap = 36;
    private const double Margin = 12;
    private const double Letter = 7.6;
    private const double NameMax = 26;
    private const int Sweeps = 8;

    private readonly CompareTopology _topology;
    private int[] _boxOf;

    private TopologyLayout(CompareTopology topology)
    {
        _topology = topology;
        _boxOf = [.. Enumerable.Range(0, topology.Nodes.Count)];
    }

    /// <summary>Height of a box.</summary>
    public const double BoxHeight = 34;

    /// <summary>Width of the whole.</summary>
    public double Width { get; private set; }

    /// <summary>Height of the whole.</summary>
    public double Height { get; private set; }

    /// <summary>Boxes.</summary>
    public IReadOnlyList<TopologyBox> Boxes { get; private set; } = [];

    /// <summary>Lines between them.</summary>
    public IReadOnlyList<TopologyLine> Lines { get; private set; } = [];

    /// <summary>Lays a network out.</summary>
    public static TopologyLayout Of(CompareTopology topology)
    {
        var layout = new TopologyLayout(topology);
        layout.Collapse();
        layout.Place();
        return layout;
    }

    private int BoxCount => _boxOf.Distinct().Count();

    private void Collapse()
    {
        if (_topology.Nodes.Count(n => n.IsHost) > HostsMax)
        {
            Merge(node => _topology.Nodes[node].IsHost);
        }

        // Leaves that had different hosts have alike ones when these are one box each; so it goes on as long as it helps.
        for (int before = int.MaxValue; BoxCount > NodesMax && BoxCount < before;)
        {
            before = BoxCount;
            Merge(_ => true);
        }

        int[] levels = Levels();
        if (BoxCount > NodesMax || levels.Distinct().Any(level => BoxesIn(levels, level) > RowMax))
        {
            _boxOf = [.. levels.Select(level => Array.IndexOf(levels, level))];
        }
    }

    private int BoxesIn(int[] levels, int level) => _boxOf.Where((_, node) => levels[node] == level).Distinct().Count();

    /// <summary>Makes one box of those that have the same neighbours.</summary>
    private void Merge(Func<int, bool> mayMerge)
    {
        SortedSet<int>[] neighbours = [.. _boxOf.Select(_ => new SortedSet<int>())];
        foreach (CompareWire wire in _topology.Links)
        {
            neighbours[_boxOf[wire.From]].Add(_boxOf[wire.To]);
            neighbours[_boxOf[wire.To]].Add(_boxOf[wire.From]);
        }

        var firstOf = new Dictionary<string, int>();
        int[] merged = [.. _boxOf];
        for (int node = 0; node < merged.Length; node++)
        {
            int box = _boxOf[node];
            if (mayMerge(node))
            {
                string key = $"{_topology.Nodes[node].IsHost} {string.Join(' ', neighbours[box])}";
                merged[node] = firstOf.TryGetValue(key, out int first) ? first : firstOf[key] = box;
            }
        }

        _boxOf = merged;
    }

    /// <summary>Hosts are at 0, a switch one above the nearest of its neighbours.</summary>
    private int[] Levels()
    {
        ILookup<int, int> neighbours = _topology.Links
            .SelectMany(w => (IEnumerable<(int At, int Next)>)[(w.From, w.To), (w.To, w.From)])
            .ToLookup(p => p.At, p => p.Next);
        int[] levels = [.. _topology.Nodes.Select(n => n.IsHost ? 0 : int.MaxValue)];
        var queue = new Queue<int>(Enumerable.Range(0, levels.Length).Where(n => levels[n] == 0));
        while (queue.TryDequeue(out int node))
        {
            foreach (int next in neighbours[node].Where(n => levels[n] == int.MaxValue))
            {
                levels[next] = levels[node] + 1;
                queue.Enqueue(next);
            }
        }

        return [.. levels.Select(l => l == int.MaxValue ? 1 : l)];
    }

    private void Place()
    {
        int[] levels = Levels();
        Dictionary<int, List<int>> membersOf = _boxOf.Select((box, node) => (box, node)).GroupBy(p => p.box).ToDictionary(g => g.Key, g => g.Select(p => p.node).ToList());
        int top = levels.Max();
        List<int>[] rows = [.. Enumerable.Range(0, top + 1).Select(level => membersOf.Keys.Where(box => levels[box] == level).Order().ToList())];
        Dictionary<(int A, int B), List<int>> pairs = Pairs();
        Order(rows, pairs);

        int parallelMax = Math.Max(1, pairs.Values.Select(l => DrawnOf(l, pairs)).DefaultIfEmpty(1).Max());
        double spread = parallelMax <= 4 ? 42 : 22;
        Dictionary<int, double> widths = membersOf.ToDictionary(
            m => m.Key,
            m => Math.Max((Math.Min(NameMax, NameOf(m.Value).Length) * Letter) + 22, (WidestOf(m.Key, pairs) * spread) + 8));
        Width = Math.Max(420, rows.Max(row => row.Sum(box => widths[box] + NodeGap))) + (2 * Margin);
        Height = (top * RowGap) + BoxHeight + (2 * Margin);
        var places = new Dictionary<int, TopologyBox>();
        for (int level = 0; level <= top; level++)
        {
            double free = Width - (2 * Margin) - rows[level].Sum(box => widths[box]);
            double gap = free / Math.Max(1, rows[level].Count);
            double x = Margin + (gap / 2);
            foreach (int box in rows[level])
            {
                places[box] = new TopologyBox(NameOf(membersOf[box]), TitleOf(membersOf[box]), _topology.Nodes[box].IsHost, x, Margin + ((top - level) * RowGap), widths[box]);
                x += widths[box] + gap;
            }
        }

        Boxes = [.. places.Values];
        Lines = [.. pairs.SelectMany(p => LinesOf(places[p.Key.A], places[p.Key.B], p.Value, DrawnOf(p.Value, pairs), spread))];
    }

    /// <summary>Links by the two boxes that they join; those within one box are not drawn.</summary>
    private Dictionary<(int A, int B), List<int>> Pairs()
    {
        var pairs = new Dictionary<(int A, int B), List<int>>();
        for (int i = 0; i < _topology.Links.Count; i++)
        {
            (int a, int b) = (_boxOf[_topology.Links[i].From], _boxOf[_topology.Links[i].To]);
            if (a != b)
            {
                (int A, int B) key = a < b ? (a, b) : (b, a);
                if (!pairs.TryGetValue(key, out List<int>? links))
                {
                    pairs[key] = links = [];
                }

                links.Add(i);
            }
        }

        return pairs;
    }

    private static int DrawnOf(List<int> links, Dictionary<(int A, int B), List<int>> pairs) =>
        links.Count <= ParallelMax && pairs.Values.Sum(l => l.Count <= ParallelMax ? l.Count : 1) <= WiresMax ? links.Count : 1;

    private static int WidestOf(int box, Dictionary<(int A, int B), List<int>> pairs) =>
        pairs.Where(p => p.Key.A == box || p.Key.B == box).Select(p => DrawnOf(p.Value, pairs)).DefaultIfEmpty(1).Max();

    /// <summary>Puts each box near the middle of its neighbours in the other rows, a few times up and down.</summary>
    private static void Order(List<int>[] rows, Dictionary<(int A, int B), List<int>> pairs)
    {
        ILookup<int, int> neighbours = pairs.Keys
            .SelectMany(p => (IEnumerable<(int At, int Next)>)[(p.A, p.B), (p.B, p.A)])
            .ToLookup(p => p.At, p => p.Next);
        Dictionary<int, double> place = rows.SelectMany(row => row.Select((box, i) => (box, at: (i + 0.5) / row.Count))).ToDictionary(p => p.box, p => p.at);
        for (int sweep = 0; sweep < Sweeps; sweep++)
        {
            foreach (List<int> row in sweep % 2 == 0 ? rows : rows.Reverse())
            {
                var wanted = row.ToDictionary(box => box, box => neighbours[box].Where(n => !row.Contains(n)).Select(n => place[n]).DefaultIfEmpty(place[box]).Average());
                List<int> ordered = [.. row.OrderBy(box => wanted[box]).ThenBy(box => place[box])];
                row.Clear();
                row.AddRange(ordered);
                for (int i = 0; i < row.Count; i++)
                {
                    place[row[i]] = (i + 0.5) / row.Count;
                }
            }
        }
    }

    private IEnumerable<TopologyLine> LinesOf(TopologyBox a, TopologyBox b, List<int> links, int drawn, double spread)
    {
        if (drawn == 1)
        {
            yield return Line(a, b, links, 0, 0.5);
            yield break;
        }

        double step = Math.Min(spread, (Math.Min(a.Width, b.Width) - 8) / drawn);
        for (int i = 0; i < drawn; i++)
        {
            yield return Line(a, b, [links[i]], (i - ((drawn - 1) / 2.0)) * step, 0.5);
        }
    }

    private TopologyLine Line(TopologyBox a, TopologyBox b, IReadOnlyList<int> links, double offset, double labelAt)
    {
        string name = links.Count == 1 ? _topology.Links[links[0]].Name : $"{links.Count} links, on average";
        if (Math.Abs(a.Y - b.Y) < 1)
        {
            // Side by side: within the height of a box.
            (TopologyBox left, TopologyBox right) = a.X < b.X ? (a, b) : (b, a);
            double y = left.Y + (BoxHeight / 2) + (offset * (BoxHeight - 8) / Math.Max(1, Math.Min(a.Width, b.Width)));
            return new TopologyLine(name, links, left.X + left.Width, y, right.X, y, labelAt);
        }

        (TopologyBox upper, TopologyBox lower) = a.Y < b.Y ? (a, b) : (b, a);
        return new TopologyLine(
            name, links, upper.X + (upper.Width / 2) + offset, upper.Y + BoxHeight, lower.X + (lower.Width / 2) + offset, lower.Y, labelAt);
    }

    private string NameOf(List<int> members) => members.Count == 1
        ? _topology.Nodes[members[0]].Name
        : $"{_topology.Nodes[members[0]].Name} … {_topology.Nodes[members[^1]].Name} ({members.Count})";

    private string TitleOf(List<int> members)
    {
        string sort = _topology.Nodes[members[0]].IsHost ? "host" : "switch";
        return members.Count == 1 ? $"{sort} {_topology.Nodes[members[0]].Name}" : $"{members.Count} × {sort}: {NameOf(members)}";
    }
}

/// <summary>A node, or several that stand in the same place.</summary>
/// <param name="Name">As written in it.</param>
/// <param name="Title">The same in full.</param>
/// <param name="IsHost">Whether it is a host.</param>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
/// <param name="Width">Width.</param>
internal sealed record TopologyBox(string Name, string Title, bool IsHost, double X, double Y, double Width);

/// <summary>A link, or several between the same boxes.</summary>
/// <param name="Name">Its name, or how many it stands for.</param>
/// <param name="Links">Indices of the links.</param>
/// <param name="X1">Where it begins.</param>
/// <param name="Y1">Where it begins.</param>
/// <param name="X2">Where it ends.</param>
/// <param name="Y2">Where it ends.</param>
/// <param name="LabelAt">Where on it the label stands, 0 to 1.</param>
internal sealed record TopologyLine(
    string Name, IReadOnlyList<int> Links, double X1, double Y1, double X2, double Y2, double LabelAt);
