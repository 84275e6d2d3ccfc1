using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Fills;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Links;
using Trunkline.Core.Units;
using Trunkline.Core.Wire;

namespace Trunkline.Cli.Which;

/// <summary>One policy with its buckets over one bundle: fields → hash → bucket → link.</summary>
internal sealed class Decider
{
    private readonly IHashPolicy _policy;
    private readonly IFill _fill;

    private Decider(string name, string fillName, PolicyEntry entry, IHashPolicy policy, Bundle bundle, IFill fill)
    {
        Name = name;
        FillName = fillName;
        Entry = entry;
        Bundle = bundle;
        _policy = policy;
        _fill = fill;
    }

    /// <summary>The policy as written, with the seed put in.</summary>
    public string Name { get; }

    /// <summary>The fill as written, or the policy's own.</summary>
    public string FillName { get; }

    /// <summary>The policy in the catalog.</summary>
    public PolicyEntry Entry { get; }

    /// <summary>The links.</summary>
    public Bundle Bundle { get; }

    /// <summary>Buckets that there are.</summary>
    public int BucketCount => _fill.BucketCount;

    /// <summary>The same policy and fill with one parameter of the policy set otherwise.</summary>
    public Decider? With(string parameter, string value, IReadOnlyList<Link> links)
    {
        TechniqueName.TryParsePart(Name, out TechniqueName.Part? part);
        return Create(part!.With(parameter, value).ToString(), null, FillName, links, []);
    }

    /// <summary>Whether boxes decide about such a packet by this policy: a route carries only IP.</summary>
    public bool Applies(in PacketHeaders packet) => !Entry.IsForIpOnly || packet.Outer.IpVersion != 0;

    /// <summary>Makes a decider from names.</summary>
    /// <param name="policyText">A policy with parameters.</param>
    /// <param name="seed">Set on policies that have a seed; null leaves their own.</param>
    /// <param name="fillText">A fill with parameters; null for the policy's own.</param>
    /// <param name="links">The members.</param>
    /// <param name="faults">Every fault is added.</param>
    /// <returns>Null when there is a fault.</returns>
    public static Decider? Create(string policyText, uint? seed, string? fillText, IReadOnlyList<Link> links, ICollection<string> faults)
    {
        if (TechniqueName.TryParse(policyText, out TechniqueName? name) is string wrong)
        {
            faults.Add(wrong);
            return null;
        }

        if (name!.Policy is { } under)
        {
            faults.Add($"{policyText} is a rule over a policy; write the policy alone: {under}");
            return null;
        }

        PolicyEntry? entry = PolicyCatalog.Find(name.Head.Name);
        TechniqueName.Part part = name.Head;
        if (seed is uint value && entry is not null && SeedName(entry) is string seedName)
        {
            if (part.Parameters.Any(p => p.Key == seedName))
            {
                faults.Add($"{part}: {seedName} stands here and in --seed; write it once");
                return null;
            }

            part = part.With(seedName, $"{value}");
        }

        if (entry is null && RuleCatalog.Find(part.Name, out _) is not null)
        {
            faults.Add($"{part.Name} is a rule, and no policy; write the policy whose hash it uses, such as {TechniqueCatalog.DefaultPolicy}");
            return null;
        }

        if (entry is null && TechniqueCatalog.Find(part.Name) is { Kind: not TechniqueKind.Policy } other)
        {
            faults.Add(other.Kind == TechniqueKind.Fill
                ? $"{part.Name} is a fill, and no policy; write --policy {TechniqueCatalog.DefaultPolicy} --fill {part.Name}"
                : TechniqueCatalog.WhyNoBalancer(part.Name)!);
            return null;
        }

        IHashPolicy? policy = PolicyCatalog.Create(part, faults);
        if (entry is null)
        {
            return null;
        }

        string fillName = fillText ?? entry.DefaultFill;
        var bundle = new Bundle(links);
        IFill? fill = CreateFill(fillName, bundle, faults);
        return policy is null || fill is null ? null : new Decider(part.ToString(), fillName, entry, policy, bundle, fill);
    }

    /// <summary>Makes a fill from its name and parameters; null when there is a fault.</summary>
    public static IFill? CreateFill(string text, Bundle bundle, ICollection<string> faults)
    {
        if (TechniqueName.TryParsePart(text, out TechniqueName.Part? part) is string wrong)
        {
            faults.Add(wrong);
            return null;
        }

        return FillCatalog.Create(part!, bundle, faults);
    }

    /// <summary>The parameter by which a policy takes a seed; null where it has none.</summary>
    public static string? SeedName(PolicyEntry entry) =>
        entry.Descriptor.Parameters.Select(p => p.Name).FirstOrDefault(n => n is "seed" or "basis");

    /// <summary>The fields that the policy reads for such a packet and the packet does not have.</summary>
    public HeaderField Missing(in PacketHeaders packet) => _policy.FieldsRead(packet) & ~packet.Outer.Present & ~HeaderField.Fragment;

    /// <summary>The fields that the policy reads of such a packet.</summary>
    public HeaderField Reads(in PacketHeaders packet) => _policy.FieldsRead(packet);

    /// <summary>The link that a bucket holds.</summary>
    public LinkId LinkOf(int bucket) => _fill.LinkOf(bucket);

    /// <summary>The bytes hashed, in hex.</summary>
    public string Key(in PacketHeaders packet)
    {
        Span<byte> key = stackalloc byte[IHashPolicy.KeyBytesMax];
        return Convert.ToHexStringLower(key[.._policy.WriteKey(packet, key)]);
    }

    /// <summary>The decision for a packet.</summary>
    public Decision Decide(in PacketHeaders packet)
    {
        uint hash = _policy.Hash(packet);
        int bucket = _fill.BucketOf(hash);
        return new Decision(hash, bucket, _fill.LinkOf(bucket));
    }

    /// <summary>Takes a link out of the bundle.</summary>
    public void TakeDown(LinkId link)
    {
        Bundle.SetUp(link, false);
        _fill.OnLinkChange();
    }
}

/// <summary>What a policy and its buckets make of one packet.</summary>
/// <param name="Hash">The hash before the selection of a bucket.</param>
/// <param name="Bucket">The bucket.</param>
/// <param name="Link">The link that the bucket holds.</param>
internal readonly record struct Decision(uint Hash, int Bucket, LinkId Link);
