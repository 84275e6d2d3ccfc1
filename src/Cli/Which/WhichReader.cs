using System.CommandLine;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Which.Devices;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>Reads a question from the command line and checks all of it.</summary>
internal sealed class WhichReader
{
    private readonly ParseResult _parsed;
    private readonly FaultList _faults;

    private WhichReader(ParseResult parsed, FaultList faults) => (_parsed, _faults) = (parsed, faults);

    /// <summary>Reads a question.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="faults">Every fault is added.</param>
    /// <returns>Null when there is a fault; else its capture, if any, is open, and the caller closes it.</returns>
    public static WhichRequest? Read(ParseResult parsed, FaultList faults)
    {
        WhichRequest? request = new WhichReader(parsed, faults).Read();
        if (request is not null && !faults.Any)
        {
            return request;
        }

        request?.Capture?.Dispose();
        return null;
    }

    private WhichRequest? Read()
    {
        Flow? given = ReadFlow();
        CaptureFlows? capture = OpenCapture();
        DeviceReading? device = ReadDevice(given);
        if (given is null && Text(WhichOptions.Capture) is null)
        {
            _faults.Add("no flow; give its fields (--src, --dst, …) or --capture FILE");
        }

        uint? seed = ReadSeed();
        IReadOnlyList<Link>? links = ReadLinks(device);
        WhichRequest? request = null;
        if (links is not null)
        {
            string policy = Text(WhichOptions.Policy) ?? device?.Policy ?? "all";
            IReadOnlyList<string> names = ReadPolicies(policy);
            bool isOfDevice = Text(WhichOptions.Policy) is null && device is not null;
            string? fill = ReadFill(links);
            List<Decider> Make() => MakeDeciders(names, isOfDevice && Text(WhichOptions.Seed) is null ? null : seed, fill, links);

            List<Decider> deciders = Make();
            LinkId? gone = ReadWithout(links);
            request = new WhichRequest
            {
                Policy = policy,
                Deciders = deciders,
                WithoutDeciders = gone is LinkId link ? Without(link, Make()) : [],
                Links = links,
                Given = given,
                Capture = capture,
                WithoutLink = gone,
                Reverse = ReadOther(WhichOptions.Reverse, links),
                Tier2 = ReadOther(WhichOptions.Tier2, links),
                Device = device?.Source,
                Notes = device?.Notes ?? [],
            };
            CheckSeed(request);
            if (request.Tier2 is not null && names.Count > 1)
            {
                _faults.Add("--tier2: the first tier has one policy; name it with --policy");
            }
        }

        if (request is null)
        {
            capture?.Dispose();
        }
        else if (!_faults.Any && given is not null)
        {
            CheckFields(request, given);
        }

        return request;
    }

    private string? Text(Option<string> option) => _parsed.GetValue(option);

    /// <summary>The flow that the fields give; null with a capture, and where none is given.</summary>
    private Flow? ReadFlow()
    {
        var packet = new PacketHeaders { LayerCount = 1 };
        ref HeaderFields fields = ref packet.LayerForWriting(0);
        List<string> given = ReadFields(ref fields);
        if (Text(WhichOptions.Capture) is not null)
        {
            if (given.Count > 0)
            {
                _faults.Add($"--capture: the flows come from the file; leave {string.Join(", ", given)} away");
            }

            return null;
        }

        InferEtherType(ref fields);
        FieldChecks.Check(in fields, _faults);
        return given.Count == 0 ? null : new Flow(packet);
    }

    /// <summary>Sets every field that is given; the names of their options.</summary>
    private List<string> ReadFields(ref HeaderFields fields)
    {
        var given = new List<string>();
        foreach ((FieldOption field, Option<string> option) in WhichOptions.Fields)
        {
            if (Text(option) is not string text)
            {
                continue;
            }

            given.Add(option.Name);
            if (field.Read(text.Trim(), ref fields) is string wrong)
            {
                _faults.Add($"{option.Name}: {wrong}");
            }
            else
            {
                fields.Present |= field.Field;
            }
        }

        if (_parsed.GetValue(WhichOptions.Fragment))
        {
            given.Add(WhichOptions.Fragment.Name);
            fields.Present |= HeaderField.Fragment;
        }

        return given;
    }

    private static void InferEtherType(ref HeaderFields fields)
    {
        if (fields.IpVersion != 0 && !fields.Has(HeaderField.EtherType))
        {
            fields.EtherType = fields.IpVersion == 4 ? EtherTypes.Ipv4 : EtherTypes.Ipv6;
            fields.Present |= HeaderField.EtherType;
        }
    }

    private CaptureFlows? OpenCapture()
    {
        if (Text(WhichOptions.Capture) is not string path)
        {
            return null;
        }

        CaptureFlows? capture = CaptureFlows.Open(path, out string fault);
        if (capture is null)
        {
            _faults.Add($"--capture: {fault}");
        }

        return capture;
    }

    private DeviceReading? ReadDevice(Flow? given)
    {
        if (Text(WhichOptions.Device) is not string name)
        {
            return null;
        }

        foreach (Option<string> option in (Option<string>[])[WhichOptions.Links, WhichOptions.Weights])
        {
            if (Text(option) is not null)
            {
                _faults.Add($"{option.Name}: the members come from the device; leave {option.Name} away");
            }
        }

        DeviceReading? reading = DeviceReader.OfThisHost().Read(name, given?.Headers.Outer.IpVersion ?? 0, out string fault);
        if (reading is null)
        {
            _faults.Add($"--device: {fault}");
        }

        return reading;
    }

    private uint? ReadSeed()
    {
        if (Text(WhichOptions.Seed) is not string text)
        {
            return null;
        }

        if (!FieldOption.TryReadNumber(text, out uint seed))
        {
            _faults.Add($"--seed: \"{text}\" is no seed; write 0 to 4294967295, or 0x…");
        }

        return seed;
    }

    /// <summary>The members, of the device or as the options say; null when there is a fault.</summary>
    private IReadOnlyList<Link>? ReadLinks(DeviceReading? device) => device is null
        ? LinkOptions.Read(Text(WhichOptions.Links) ?? "4", Text(WhichOptions.Weights), _faults)
        : [.. device.Members.Select((name, i) => new Link(name, Link.DefaultRate) { Weight = device.Weights?[i] ?? 1 })];

    /// <summary>The policies' names; what is no name of one policy is left out, with a fault.</summary>
    private List<string> ReadPolicies(string text)
    {
        if (text == "all")
        {
            return [.. PolicyCatalog.All.Select(e => e.Descriptor.Name)];
        }

        var names = new List<string>();
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (name.Length == 0)
            {
                _faults.Add($"{WhichOptions.Policy.Name}: \"{text}\" has an empty name; write a policy, several joined by commas, or all");
            }
            else if (name == "all")
            {
                _faults.Add($"{WhichOptions.Policy.Name}: all has every policy; write it alone");
            }
            else if (IsOnePolicy(WhichOptions.Policy, name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Whether a name may be a policy's; a family's, and several at once, are faults.</summary>
    private bool IsOnePolicy(Option<string> option, string name)
    {
        if (name.Contains(',', StringComparison.Ordinal))
        {
            _faults.Add($"{option.Name}: \"{name}\" are several; write one policy");
            return false;
        }

        IEnumerable<string> family = PolicyCatalog.All.Select(e => e.Descriptor.Name).Where(n => n.StartsWith(name + "/", StringComparison.Ordinal));
        if (family.Any())
        {
            _faults.Add($"{option.Name}: {name} is a family; write one of {string.Join(", ", family)}");
            return false;
        }

        return true;
    }

    /// <summary>The fill as written; null for each policy's own, and when there is a fault.</summary>
    private string? ReadFill(IReadOnlyList<Link> links) =>
        Text(WhichOptions.Fill) is string fill
            && _faults.Under(WhichOptions.Fill.Name, f => Decider.CreateFill(fill, new Bundle(links), f)) is not null
            ? fill
            : null;

    private List<Decider> MakeDeciders(IReadOnlyList<string> names, uint? seed, string? fill, IReadOnlyList<Link> links) =>
    [
        .. names
            .Select(n => _faults.Under(WhichOptions.Policy.Name, f => Decider.Create(n, seed, fill, links, f)))
            .OfType<Decider>(),
    ];

    private static List<Decider> Without(LinkId gone, List<Decider> deciders)
    {
        deciders.ForEach(d => d.TakeDown(gone));
        return deciders;
    }

    private LinkId? ReadWithout(IReadOnlyList<Link> links) =>
        Text(WhichOptions.Without) is string name ? LinkOptions.Find(WhichOptions.Without.Name, name, links, _faults) : null;

    private Decider? ReadOther(Option<string> option, IReadOnlyList<Link> links) =>
        Text(option) is string text && IsOnePolicy(option, text) ? _faults.Under(option.Name, f => Decider.Create(text, null, null, links, f)) : null;

    private void CheckSeed(WhichRequest request)
    {
        if (Text(WhichOptions.Seed) is not null && request.Policy != "all")
        {
            foreach (Decider seedless in request.Deciders.Where(d => Decider.SeedName(d.Entry) is null))
            {
                _faults.Add($"--seed: {seedless.Entry.Descriptor.Name} has no seed; leave --seed away");
            }
        }
    }

    /// <summary>Names what policies need of the flow and nobody gave.</summary>
    private void CheckFields(WhichRequest request, Flow given)
    {
        if (request.Policy == "all")
        {
            CheckThatOneAnswers(request, given);
        }
        else
        {
            foreach (Decider decider in request.Deciders)
            {
                IReadOnlyList<string> missing = FieldOption.NamesOf(decider.Missing(given.Headers));
                if (missing.Count > 0)
                {
                    _faults.Add($"{decider.Entry.Descriptor.Name} needs {string.Join(", ", missing)}; give {(missing.Count == 1 ? "it" : "them")} too");
                }
            }
        }

        if (request.Reverse is { } reverse && FieldOption.NamesOf(reverse.Missing(given.Reversed())) is { Count: > 0 } lacking)
        {
            _faults.Add($"--reverse-policy: {reverse.Name} needs more of the packet that comes back than was given ({string.Join(", ", lacking)} of that packet)");
        }
    }

    private void CheckThatOneAnswers(WhichRequest request, Flow given)
    {
        var lacking = request.Deciders
            .Where(d => d.Applies(given.Headers) || !given.Headers.Outer.Has(HeaderField.EtherType))
            .Select(d => (Policy: d.Name, Missing: FieldOption.NamesOf(d.Missing(given.Headers))))
            .ToList();
        if (lacking.Count == 0 || lacking.Exists(l => l.Missing.Count == 0))
        {
            return;
        }

        // The first of those with the fewest fields, and of those with the set that most policies share.
        (string nearest, IReadOnlyList<string> fewest) = lacking.MinBy(l => l.Missing.Count);
        IReadOnlyList<string> usual = lacking.GroupBy(l => string.Join(", ", l.Missing)).MaxBy(g => g.Count())!.First().Missing;
        string forMore = usual.SequenceEqual(fewest) ? "" : $", or {string.Join(", ", usual)} for most of the others";
        _faults.Add($"no policy can answer with so few fields; give {string.Join(", ", fewest)} too (enough for {nearest}){forMore}");
    }
}
