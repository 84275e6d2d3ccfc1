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
    private const double RowGap = 110;
    private const double NodeGap = 36;
    private const double BoxHeightMin = 34;
    private const double LevelGap = 16;
    private const double EndGap = 44;
    private const double WidthMin = 560;
    private const double BoxWidthMin = 80;
    private const double BoxWidthMax = 420;
    private const double LabelAt = 0.12;
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
    public double BoxHeight { get; private set; } = BoxHeightMin;

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

        Bond[] bonds = [.. pairs.SelectMany(p => BondsOf(p.Key.A, p.Key.B, p.Value, isOne: IsOne(p.Key, p.Value, membersOf, pairs)))];
        Dictionary<int, double> widths = membersOf.ToDictionary(m => m.Key, m => WidthOf(NameOf(m.Value), EndsOf(m.Key, bonds, levels)));
        int beside = bonds.Where(b => levels[b.A] == levels[b.B]).GroupBy(b => (b.A, b.B)).Select(g => g.Count()).DefaultIfEmpty(0).Max();
        BoxHeight = Math.Max(BoxHeightMin, (beside * LevelGap) + 4);
        Width = Math.Max(WidthMin, rows.Max(row => row.Sum(box => widths[box] + NodeGap))) + (2 * Margin);
        Height = (top * (RowGap + BoxHeight)) + BoxHeight + (2 * Margin);
        var places = new Dictionary<int, TopologyBox>();
        for (int level = 0; level <= top; level++)
        {
            double gap = (Width - (2 * Margin) - rows[level].Sum(box => widths[box])) / Math.Max(1, rows[level].Count);
            double x = Margin + (gap / 2);
            foreach (int box in rows[level])
            {
                places[box] = new TopologyBox(
                    NameOf(membersOf[box]), TitleOf(membersOf[box]), _topology.Nodes[box].IsHost, x, Margin + ((top - level) * (RowGap + BoxHeight)), widths[box]);
                x += widths[box] + gap;
            }
        }

        Boxes = [.. places.Values];
        Lines = [.. LinesOf(bonds, places)];
    }

    private static double WidthOf(string name, int ends) =>
        Math.Max(Math.Max(BoxWidthMin, (Math.Min(NameMax, name.Length) * Letter) + 22), Math.Min(BoxWidthMax, ends * EndGap) + 8);

    /// <summary>Lines that end at one edge of a box, at most.</summary>
    private static int EndsOf(int box, Bond[] bonds, int[] levels)
    {
        int[] others = [.. bonds.Where(b => b.A == box || b.B == box).Select(b => levels[b.A == box ? b.B : b.A])];
        return Math.Max(1, Math.Max(others.Count(l => l < levels[box]), others.Count(l => l > levels[box])));
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

    /// <summary>Whether the links of a pair are drawn as one: there are many of them, or they lead to several nodes in one box.</summary>
    private static bool IsOne((int A, int B) pair, List<int> links, Dictionary<int, List<int>> membersOf, Dictionary<(int A, int B), List<int>> pairs) =>
        links.Count > ParallelMax || membersOf[pair.A].Count > 1 || membersOf[pair.B].Count > 1
        || pairs.Values.Sum(l => Math.Min(l.Count, ParallelMax)) > WiresMax;

    private static IEnumerable<Bond> BondsOf(int a, int b, List<int> links, bool isOne) =>
        isOne ? [new Bond(a, b, links)] : links.Select(l => new Bond(a, b, [l]));

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

    /// <summary>Lines end side by side at the edges of boxes, in the order of where they lead, so that few cross.</summary>
    private IEnumerable<TopologyLine> LinesOf(Bond[] bonds, Dictionary<int, TopologyBox> places)
    {
        double MiddleOf(int box) => places[box].X + (places[box].Width / 2);

        double EndOf(int box, Bond bond, bool isUpper)
        {
            Bond[] along =
            [
                .. bonds.Where(b => (b.A == box || b.B == box) && places[b.Other(box)].Y > places[box].Y == isUpper && !IsLevel(b))
                    .OrderBy(b => MiddleOf(b.Other(box))).ThenBy(b => b.Links[0]),
            ];
            double step = Math.Min(EndGap, (places[box].Width - 8) / along.Length);
            return MiddleOf(box) + ((Array.IndexOf(along, bond) - ((along.Length - 1) / 2.0)) * step);
        }

        bool IsLevel(Bond bond) => Math.Abs(places[bond.A].Y - places[bond.B].Y) < 1;

        foreach (Bond bond in bonds)
        {
            string name = bond.Links.Count == 1 ? _topology.Links[bond.Links[0]].Name : $"{bond.Links.Count} links, on average";
            Bond[] beside = [.. bonds.Where(b => (b.A, b.B) == (bond.A, bond.B))];
            double at = (Array.IndexOf(beside, bond) + 1.0) / (beside.Length + 1);
            if (IsLevel(bond))
            {
                // Side by side: within the height of a box.
                (TopologyBox left, TopologyBox right) = MiddleOf(bond.A) < MiddleOf(bond.B) ? (places[bond.A], places[bond.B]) : (places[bond.B], places[bond.A]);
                double y = left.Y + (BoxHeight * at);
                yield return new TopologyLine(name, bond.Links, left.X + left.Width, y, right.X, y, at);
                continue;
            }

            (int upper, int lower) = places[bond.A].Y < places[bond.B].Y ? (bond.A, bond.B) : (bond.B, bond.A);
            yield return new TopologyLine(
                name, bond.Links, EndOf(upper, bond, true), places[upper].Y + BoxHeight, EndOf(lower, bond, false), places[lower].Y, LabelAt);
        }
    }

    private string NameOf(List<int> members) => members.Count == 1
        ? _topology.Nodes[members[0]].Name
        : $"{_topology.Nodes[members[0]].Name} … {_topology.Nodes[members[^1]].Name} ({members.Count})";

    private string TitleOf(List<int> members)
    {
        string sort = _topology.Nodes[members[0]].IsHost ? "host" : "switch";
        return members.Count == 1 ? $"{sort} {_topology.Nodes[members[0]].Name}" : $"{members.Count} × {sort}: {NameOf(members)}";
    }

    /// <summary>A link, or several, between two boxes: what becomes a line.</summary>
    private sealed record Bond(int A, int B, IReadOnlyList<int> Links)
    {
        public int Other(int box) => box == A ? B : A;
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
