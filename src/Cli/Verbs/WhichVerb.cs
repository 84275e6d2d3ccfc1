using System.CommandLine;
using Trunkline.Cli.CommandLine;
using Trunkline.Cli.Which;
using Trunkline.Core.Balancing;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;
using Trunkline.Results;

namespace Trunkline.Cli.Verbs;

/// <summary><c>trunkline which</c>: the link that a flow takes, and why.</summary>
internal static class WhichVerb
{
    private static readonly Option<string> Policy = new("--policy", "-p")
    {
        Description = "A policy with its parameters (crc/crc32:offset=8), several joined by commas, or all [default: all]",
    };

    private static readonly Option<string> Links = new("--links", "-l")
    {
        Description = "How many members (1 to 64, named 0, 1, …), or their names in index order: e3a,e3b [default: 4]",
    };

    private static readonly Option<string> Weights = new("--weights")
    {
        Description = "One weight for each member, 0 to 256; 0 drains it [default: all 1]",
    };

    private static readonly Option<string> Seed = new("--seed")
    {
        Description = "Seed or basis of the policies that have one, 0 to 4294967295 [default: 0]",
    };

    private static readonly Option<string> Fill = new("--fill")
    {
        Description = "How buckets get their links: modulo, hash-threshold, resilient, table, maglev [default: the policy's own]",
    };

    private static readonly Option<string> Capture = new("--capture", "-c")
    {
        Description = "Ask for every flow of a capture file (pcap or pcapng, also in gzip or zstd; - for standard input) instead of one given by fields",
    };

    private static readonly Option<string> Device = new("--device")
    {
        Description = "Read members, policy and seed from this host's kernel: bond0, nexthop/ID or route/PREFIX",
    };

    private static readonly Option<string> Reverse = new("--reverse-policy")
    {
        Description = "The policy of the other end: shows the link of the packets that come back",
    };

    private static readonly Option<string> Without = new("--without")
    {
        Description = "A member (name or index) that goes: shows what moves",
    };

    private static readonly Option<string> Tier2 = new("--tier2")
    {
        Description = "The policy of a second tier of balancers behind the link: shows which of its links are still used",
    };

    private static readonly Option<bool> Fragment = new("--fragment") { Description = "The packet is an IP fragment, so it has no ports" };

    private static readonly Option<bool> Json = new("--json") { Description = "Print one JSON document (trunkline.which/1)" };

    private static readonly IReadOnlyList<(FieldOption Field, Option<string> Option)> Fields =
        [.. FieldOption.All.Select(f => (f, new Option<string>($"--{f.Name}") { Description = f.Help }))];

    /// <summary>The verb with its options.</summary>
    public static Command Create()
    {
        var verb = new Verb("which", "Which link does a flow take, and why?")
        {
            Examples =
            [
                "trunkline which --policy netapp/xor-nibble --links 4 --src 10.10.7.31 --dst 10.10.5.6",
                "trunkline which --policy linux-bond/layer3+4 --links eth0,eth1 --src 10.0.0.1 --sport 51515 --dst 10.0.0.2 --dport 3260 --proto tcp",
                "trunkline which --capture storage.pcap --links 4",
                "trunkline which --policy crc/crc32 --tier2 crc/crc32 --links 4 --src 10.0.0.1 --sport 51515 --dst 10.0.0.2 --dport 3260 --proto tcp",
                "trunkline which --device bond0 --src 10.0.0.1 --sport 51515 --dst 10.0.0.2 --dport 3260 --proto tcp",
            ],
        };
        foreach (Option option in (Option[])[Policy, Links, Weights, Seed, Fill, Capture, Device, Reverse, Without, Tier2])
        {
            verb.Options.Add(option);
        }

        foreach ((_, Option<string> option) in Fields)
        {
            verb.Options.Add(option);
        }

        verb.Options.Add(Fragment);
        verb.Options.Add(Json);
        verb.SetAction(Run);
        return verb;
    }

    private static int Run(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        TextWriter error = parsed.InvocationConfiguration.Error;
        var faults = new FaultList("trunkline which");
        if (Read(parsed, faults, out CaptureFlows? capture) is not { } request)
        {
            return faults.Print(error);
        }

        WhichResult result = WhichBuilder.Build(request);
        if (parsed.GetValue(Json))
        {
            output.WriteLine(ResultJson.Write(result));
        }
        else
        {
            WhichTables.Print(result, output);
        }

        if (capture?.Broken is string broken)
        {
            error.WriteLine($"trunkline which: {broken}");
            return ExitStatus.Failed;
        }

        return ExitStatus.Done;
    }

    private static WhichRequest? Read(ParseResult parsed, FaultList faults, out CaptureFlows? capture)
    {
        capture = null;
        DeviceReading? device = ReadDevice(parsed, faults);
        uint? seed = ReadSeed(parsed, faults);
        IReadOnlyList<Link>? links = device is null
            ? LinkOptions.Read(parsed.GetValue(Links) ?? "4", parsed.GetValue(Weights), faults)
            : [.. device.Members.Select((name, i) => new Link(name, Link.DefaultRate) { Weight = device.Weights?[i] ?? 1 })];
        IReadOnlyList<Flow> flows = ReadFlows(parsed, faults, ref capture);
        if (links is null)
        {
            return null;
        }

        string policy = parsed.GetValue(Policy) ?? device?.Policy ?? "all";
        IReadOnlyList<string> names = policy == "all" ? [.. PolicyCatalog.All.Select(e => e.Descriptor.Name)] : [.. policy.Split(',')];
        bool isOwnSeed = parsed.GetValue(Seed) is null && parsed.GetValue(Policy) is null && device is not null;
        string? fill = parsed.GetValue(Fill);
        if (fill is not null && faults.Under(Fill.Name, f => Decider.CreateFill(fill, new Bundle(links), f)) is null)
        {
            fill = null;
        }

        List<Decider> Make() => [.. names
            .Select(n => faults.Under("--policy", f => Decider.Create(n.Trim(), isOwnSeed ? null : seed, fill, links, f)))
            .OfType<Decider>()];

        List<Decider> deciders = Make();
        if (parsed.GetValue(Seed) is not null && policy != "all")
        {
            foreach (Decider seedless in deciders.Where(d => Decider.SeedName(d.Entry) is null))
            {
                faults.Add($"--seed: {seedless.Entry.Descriptor.Name} has no seed; leave --seed away");
            }
        }

        LinkId? gone = ReadWithout(parsed, links, faults);
        Decider? Other(Option<string> option) =>
            parsed.GetValue(option) is string text
                ? faults.Under(option.Name, f => Decider.Create(text, null, null, links, f))
                : null;
        Decider? reverse = Other(Reverse);
        Decider? tier2 = Other(Tier2);
        if (faults.Any)
        {
            return null;
        }

        if (capture is null && policy != "all")
        {
            NameMissingFields(deciders, flows[0], faults);
        }

        if (reverse is not null && capture is null)
        {
            PacketHeaders back = flows[0].Reversed();
            if (FieldOption.NamesOf(reverse.Missing(back)) is { Count: > 0 } missing)
            {
                faults.Add($"--reverse-policy: {reverse.Name} needs more of the packet that comes back than was given ({string.Join(", ", missing)} of that packet)");
            }
        }

        if (faults.Any)
        {
            return null;
        }

        List<Decider> withoutDeciders = gone is null ? [] : Make();
        foreach (Decider decider in withoutDeciders)
        {
            decider.TakeDown(gone!.Value);
        }

        return new WhichRequest
        {
            Policy = policy,
            Deciders = deciders,
            WithoutDeciders = withoutDeciders,
            Links = links,
            Flows = flows,
            IsCapture = capture is not null,
            WithoutLink = gone,
            Reverse = reverse,
            Tier2 = tier2,
            Device = device?.Source,
            Notes = [.. device?.Notes ?? [], .. capture?.Notes ?? []],
        };
    }

    private static DeviceReading? ReadDevice(ParseResult parsed, FaultList faults)
    {
        if (parsed.GetValue(Device) is not string name)
        {
            return null;
        }

        foreach (Option<string> option in (Option<string>[])[Links, Weights])
        {
            if (parsed.GetValue(option) is not null)
            {
                faults.Add($"{option.Name}: the members come from the device; leave {option.Name} away");
            }
        }

        DeviceReading? reading = DeviceReader.OfThisHost().Read(name, out string fault);
        if (reading is null)
        {
            faults.Add($"--device: {fault}");
        }

        return reading;
    }

    private static uint? ReadSeed(ParseResult parsed, FaultList faults)
    {
        if (parsed.GetValue(Seed) is not string text)
        {
            return null;
        }

        if (!FieldOption.TryReadNumber(text, out uint seed))
        {
            faults.Add($"--seed: \"{text}\" is no seed; write 0 to 4294967295, or 0x…");
        }

        return seed;
    }

    private static IReadOnlyList<Flow> ReadFlows(ParseResult parsed, FaultList faults, ref CaptureFlows? capture)
    {
        var packet = new PacketHeaders { LayerCount = 1 };
        ref HeaderFields fields = ref packet.LayerForWriting(0);
        var given = new List<string>();
        foreach ((FieldOption field, Option<string> option) in Fields)
        {
            if (parsed.GetValue(option) is not string text)
            {
                continue;
            }

            given.Add(option.Name);
            if (field.Read(text.Trim(), ref fields) is string wrong)
            {
                faults.Add($"{option.Name}: {wrong}");
            }
            else
            {
                fields.Present |= field.Field;
            }
        }

        if (parsed.GetValue(Fragment))
        {
            given.Add(Fragment.Name);
            fields.Present |= HeaderField.Fragment;
        }

        if (parsed.GetValue(Capture) is string path)
        {
            if (given.Count > 0)
            {
                faults.Add($"--capture: the flows come from the file; leave {string.Join(", ", given)} away");
            }

            capture = CaptureFlows.Read(path, out string fault);
            if (capture is null)
            {
                faults.Add($"--capture: {fault}");
            }

            return capture?.Flows ?? [];
        }

        if (given.Count == 0)
        {
            faults.Add("no flow; give its fields (--src, --dst, …) or --capture FILE");
        }

        ushort etherType = fields.IpVersion == 4 ? (ushort)0x0800 : (ushort)0x86dd;
        if (fields.IpVersion != 0 && !fields.Has(HeaderField.EtherType))
        {
            fields.EtherType = etherType;
            fields.Present |= HeaderField.EtherType;
        }
        else if (fields.IpVersion != 0 && fields.EtherType is 0x0800 or 0x86dd && fields.EtherType != etherType)
        {
            faults.Add($"--ethertype: 0x{fields.EtherType:x4} does not carry the IPv{fields.IpVersion} addresses given; write 0x{etherType:x4}, or leave it away");
        }

        return [new Flow(packet)];
    }

    private static LinkId? ReadWithout(ParseResult parsed, IReadOnlyList<Link> links, FaultList faults)
    {
        if (parsed.GetValue(Without) is not string name)
        {
            return null;
        }

        for (int i = 0; i < links.Count; i++)
        {
            if (links[i].Name == name)
            {
                return new LinkId(i);
            }
        }

        faults.Add($"--without: \"{name}\" is no member; write one of {string.Join(", ", links.Select(l => l.Name))}");
        return null;
    }

    private static void NameMissingFields(IReadOnlyList<Decider> deciders, Flow flow, FaultList faults)
    {
        foreach (Decider decider in deciders)
        {
            HeaderField missing = decider.Missing(flow.Headers);
            if (missing != HeaderField.None)
            {
                faults.Add($"{decider.Entry.Descriptor.Name} needs {string.Join(", ", FieldOption.NamesOf(missing))}; give {(FieldOption.NamesOf(missing).Count == 1 ? "it" : "them")} too");
            }
        }
    }
}
