using Trunkline.Core.Striping.Sessions;
using Trunkline.Core.Units;

namespace Trunkline.Core.Balancing.Hosts;

/// <summary>SMB Multichannel: one SMB session over several TCP connections, over the fastest interfaces alone.</summary>
public sealed class SmbMultichannel : HostTechnique
{
    internal static readonly TechniqueDescriptor Descriptor = new()
    {
        Name = "smb-multichannel",
        Kind = TechniqueKind.Host,
        Summary = "an SMB session has several connections over each of the fastest interfaces, and gives each request to the least busy",
        Remarks =
            "For storage traffic and elephants; other TCP is left alone. Interfaces of another speed than the fastest are not used, however much "
            + "they would add. Those of the host count that opens the session; behind its own links the connections of an interface take paths "
            + "as their ports hash. A NIC without RSS has one connection, since one core takes it in anyway. by=port is for interfaces that "
            + "are teamed: one address, and the team hashes.",
        Source = "Microsoft, SMB Multichannel (ConnectionCountPerRssNetworkInterface = 4); [MS-SMB2] §3.2.5.14.11 interfaces and channels",
        Needs = "SMB 3 at both ends",
        Verbs = TechniqueVerbs.Compare,
        Parameters =
        [
            new("connections", ParameterKind.WholeNumber, "4", "connections over each interface with RSS") { Minimum = 1, Maximum = 16 },
            new("rss", ParameterKind.Flag, "true", "whether the interfaces have RSS; without, each has one connection"),
            new("by", ParameterKind.Choice, "address", "each interface has an address, or all have one and connections differ in their port")
            {
                Choices = ["address", "port"],
            },
            new("block", ParameterKind.ByteCount, "1MiB", "bytes of a request of an elephant") { Minimum = 512, Maximum = 1 << 28 },
            new("depth", ParameterKind.WholeNumber, "16", "requests of an elephant under way at once") { Minimum = 1, Maximum = 65_536 },
        ],
    };

    private readonly int _connections;
    private readonly bool _isByAddress;
    private readonly int _blockBytes;
    private readonly int _depth;

    private SmbMultichannel(ParameterSet parameters)
    {
        _connections = parameters.Flag("rss") ? parameters.Number("connections") : 1;
        _isByAddress = parameters.Text("by") == "address";
        _blockBytes = parameters.Number("block");
        _depth = parameters.Number("depth");
    }

    internal static HostTechnique Create(ParameterSet parameters, ulong seed) => new SmbMultichannel(parameters);

    /// <inheritdoc/>
    public override SessionPlan? Divide(in FlowSite site)
    {
        if (site.Use == FlowUse.Transfer)
        {
            return null;
        }

        var labels = new List<PathLabel>();
        IReadOnlyList<BitRate> links = site.Links;
        long fastest = links.Max(l => l.BitsPerSecond);
        var random = new RandomSource(site.Seed);
        for (int link = 0; link < links.Count; link++)
        {
            for (int i = 0; i < _connections && links[link].BitsPerSecond == fastest && labels.Count < SessionPlan.SessionsMax; i++)
            {
                // The first digit is the interface; the others stand for what its port would hash to.
                int beyond = (int)random.Below((uint)Math.Max(1, site.Paths / links.Count));
                labels.Add(PathLabel.Path(link + (links.Count * beyond)));
            }
        }

        return new SessionPlan
        {
            Count = labels.Count,
            Use = SessionUse.Requests,
            Labels = _isByAddress ? labels : [],
            Scheduling = SchedulingPolicy.LeastQueue,
            BlockBytes = _blockBytes,
            Depth = _depth,
        };
    }
}
