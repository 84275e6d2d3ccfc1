using System.Globalization;
using Trunkline.Core.Units;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading.Building;
using Trunkline.Scenarios.Reading.Forms;

namespace Trunkline.Scenarios.Reading.Sections;

/// <summary>The keys of hosts and of switches.</summary>
internal static class NodeKeys
{
    private const int PpmPerThousandth = 1_000;

    private static readonly Key<int> Count = new(
        "count",
        new WholeForm(1, ScenarioLimits.Nodes),
        "So many alike, named with a number behind: h1 to h8; the name alone then means all of them");
    private static readonly Key<string> Technique = new(
        "technique",
        TechniqueForm.Instance,
        "The technique that it always uses; without it that under comparison");
    private static readonly Key<int> Guests = new(
        "guests",
        new WholeForm(0, 1_000),
        "Virtual machines behind it, each with an address of its own")
    { Default = "0" };
    private static readonly Key<ByteCount> SharedBuffer = new(
        "shared-buffer",
        Formed.Bytes("9MB"),
        "Memory that all its ports share; without it each has its own queue only");
    private static readonly Key<int> Alpha = new(
        "shared-alpha",
        new PercentForm("100%", 1_000, 128_000_000),
        "How much one port may hold, in parts of what is free of the shared memory")
    { Default = "100%" };

    /// <summary>A host.</summary>
    public static readonly Section Host = new("host", "A machine that sends and receives", [Count, Guests, Technique]);

    /// <summary>A switch.</summary>
    public static readonly Section Switch = new("switch", "A switch or router", [Count, Technique, SharedBuffer, Alpha]);

    /// <summary>Adds the hosts of the file.</summary>
    public static void ReadHosts(IReadOnlyList<Named> hosts, Draft draft)
    {
        foreach (Named host in hosts)
        {
            var whole = new Host(host.Name.Text)
            {
                Guests = host.Fields.Get(Guests, 0),
                Technique = host.Fields.FindText(Technique),
            };
            Repeat(host, draft, areHosts: true, name => draft.Add(whole with { Name = name }, host.Name));
        }
    }

    /// <summary>Adds the switches of the file, and changes those that are there: a generator's, or some of a count.</summary>
    public static void ReadSwitches(IReadOnlyList<Named> switches, Draft draft)
    {
        foreach (Named node in switches)
        {
            if (!node.Fields.Has(Count) && AreThere(node.Name, draft))
            {
                foreach (string name in draft.NodeNames.Resolve(node.Name, draft.Context) ?? [])
                {
                    draft.Replace(ReadSwitch(node.Fields, draft.Switch(name)));
                }

                continue;
            }

            Switch whole = ReadSwitch(node.Fields, new Switch(node.Name.Text));
            Repeat(node, draft, areHosts: false, name => draft.Add(whole with { Name = name }, node.Name));
        }
    }

    private static bool AreThere(Written name, Draft draft) =>
        draft.HasSwitch(name.Text) || (draft.NodeNames.IsGroup(name.Text) && !draft.HostNames.IsGroup(name.Text));

    private static Switch ReadSwitch(Fields fields, Switch otherwise) => otherwise with
    {
        Technique = fields.FindText(Technique) ?? otherwise.Technique,
        SharedBuffer = fields.Find(SharedBuffer) ?? otherwise.SharedBuffer,
        SharedAlphaThousandths = fields.Find(Alpha) / PpmPerThousandth ?? otherwise.SharedAlphaThousandths,
    };

    private static void Repeat(Named node, Draft draft, bool areHosts, Action<string> add)
    {
        if (!node.Fields.Has(Count))
        {
            add(node.Name.Text);
            return;
        }

        if (node.Fields.TryGet(Count, out int count))
        {
            int left = ScenarioLimits.Nodes - draft.NodeNames.Names.Count;
            IEnumerable<int> numbers = Enumerable.Range(1, Math.Min(count, left + 1));
            string[] names = [.. numbers.Select(i => string.Create(CultureInfo.InvariantCulture, $"{node.Name.Text}{i}"))];
            draft.AddGroup(node.Name, names, areHosts);
            foreach (string name in names)
            {
                add(name);
            }
        }
    }
}
