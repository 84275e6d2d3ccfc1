using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>Storage slicing: one session for each slice of the data, as for each VM's disk.</summary>
public sealed class Slicing : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "slicing",
        Kind = TechniqueKind.Host,
        Summary = "the data lies in slices (a VM's disk each), and each slice has a session of its own",
        Remarks =
            "For storage traffic and elephants; other TCP is left alone. Which slice a byte is of is given, and nothing is moved between slices: "
            + "n sessions on m links are balls in bins. An elephant with a size or a rate writes to all slices by their shares and is over with the last of them; one without "
            + "end keeps every slice busy. A storage request is of a slice drawn by shares. packed is the host on which a scheduler put all the "
            + "busy disks: one path for all of them.",
        Source = "one TCP session per virtual disk; balls in bins: Raab and Steger, RANDOM 1998",
        Needs = "data in several files, disks or LUNs",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("slices", ParameterKind.WholeNumber, "8", "slices of what is one flow otherwise") { Minimum = 1, Maximum = SessionPlan.SessionsMax },
            new("placement", ParameterKind.Choice, "hash", "each slice by its port's hash, a path each in turn, or all on one path")
            {
                Choices = ["hash", "spread", "packed"],
            },
            new("skew", ParameterKind.Percent, "0%", "share of all bytes that the first slice has; the others share the rest; 0% for equal slices")
            {
                Maximum = 1_000_000,
            },
        ],
    };

    private const int Whole = 1_000_000;

    private readonly int _slices;
    private readonly string _placement;
    private readonly int[] _shares;

    private Slicing(ParameterSet parameters)
    {
        _slices = parameters.Number("slices");
        _placement = parameters.Text("placement");
        int skew = parameters.Number("skew");
        _shares = skew == 0 || _slices == 1
            ? []
            : [skew * (_slices - 1), .. Enumerable.Repeat(Whole - skew, _slices - 1)];
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new Slicing(parameters);

    /// <inheritdoc/>
    public override SessionPlan? Divide(in FlowSite site)
    {
        if (site.Use == FlowUse.Transfer)
        {
            return null;
        }

        int one = (int)new RandomSource(site.Seed).Below((uint)site.Paths);
        return new SessionPlan
        {
            Count = _slices,
            Use = SessionUse.Shares,
            Scheduling = SchedulingPolicy.Share,
            Shares = _shares,
            Labels = _placement switch
            {
                "spread" => SessionPlan.Paths(_slices),
                "packed" => [.. Enumerable.Repeat(PathLabel.Path(one), _slices)],
                _ => [],
            },
        };
    }
}
