namespace Trunkline.Results;

/// <summary>What <c>trunkline which</c> reports: the way of each flow from its fields to its link.</summary>
public sealed record WhichResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.which/1";

    /// <summary>The policy asked for as it was written; <c>all</c> for all of them.</summary>
    public required string Policy { get; init; }

    /// <summary>Members of the bundle.</summary>
    public required int Links { get; init; }

    /// <summary>Name of each member, in index order.</summary>
    public required IReadOnlyList<string> LinkNames { get; init; }

    /// <summary>Where the members were read from, when a device of this host was named.</summary>
    public string? Device { get; init; }

    /// <summary>IP flows in the capture.</summary>
    public long? Flows { get; init; }

    /// <summary>Conversations in the capture that are not IP: pairs of MACs and an EtherType.</summary>
    public long? OtherConversations { get; init; }

    /// <summary>One answer for each flow and policy; of a capture with very many flows, for the largest.</summary>
    public required IReadOnlyList<WhichAnswer> Results { get; init; }

    /// <summary>How the flows of a capture spread over the links, one row for each policy.</summary>
    public IReadOnlyList<WhichSpread>? Spread { get; init; }

    /// <summary>What moves when a link goes, one row for each policy.</summary>
    public IReadOnlyList<WhichLoss>? Without { get; init; }

    /// <summary>What a second tier of balancers still can do.</summary>
    public WhichTierTwo? Tier2 { get; init; }

    /// <summary>What the policy is, when only one was asked for.</summary>
    public WhichAbout? About { get; init; }

    /// <summary>What a reader should know before trusting the answer.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>What a policy is.</summary>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Remarks">How it works, what is assumed, what it cannot do.</param>
/// <param name="Source">Where it is defined.</param>
public sealed record WhichAbout(string Summary, string Remarks, string Source);

/// <summary>One flow under one policy.</summary>
public sealed record WhichAnswer
{
    /// <summary>The policy with its parameters as written.</summary>
    public required string Policy { get; init; }

    /// <summary>How buckets get their links.</summary>
    public required string Fill { get; init; }

    /// <summary>Fields given or found, by the names of the options.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>The bytes hashed, in hex.</summary>
    public string? Key { get; init; }

    /// <summary>The hash as reference implementations print it, <c>0x</c> and eight digits.</summary>
    public string? Hash { get; init; }

    /// <summary>The bucket, from 0.</summary>
    public int? Bucket { get; init; }

    /// <summary>Buckets that there are.</summary>
    public int? Buckets { get; init; }

    /// <summary>The link's index, from 0.</summary>
    public int? Link { get; init; }

    /// <summary>The link's name.</summary>
    public string? LinkName { get; init; }

    /// <summary>True where the bucket is certain and the link is not: the box moves buckets as it likes.</summary>
    public bool? LinkAssumed { get; init; }

    /// <summary>Fields that this policy needs and nobody gave; then there is no hash.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>Why the policy has nothing to say about this flow; then there is no hash.</summary>
    public string? NotApplicable { get; init; }

    /// <summary>Frames of the flow in the capture.</summary>
    public long? Frames { get; init; }

    /// <summary>Bytes of the flow in the capture, as long as they were on the wire.</summary>
    public long? Bytes { get; init; }

    /// <summary>The link when the named one has gone.</summary>
    public WhichOther? Without { get; init; }

    /// <summary>The link of the packets that come back.</summary>
    public WhichOther? Reverse { get; init; }
}

/// <summary>The same flow under another circumstance.</summary>
/// <param name="Policy">The policy that decides there.</param>
/// <param name="Hash">The hash there.</param>
/// <param name="Bucket">The bucket there.</param>
/// <param name="Link">The link's index; null when no link is left.</param>
/// <param name="LinkName">The link's name.</param>
/// <param name="Same">Whether it is the same link as before.</param>
public sealed record WhichOther(string Policy, string Hash, int Bucket, int? Link, string? LinkName, bool Same);

/// <summary>How the flows of a capture spread under one policy.</summary>
public sealed record WhichSpread
{
    /// <summary>The policy.</summary>
    public required string Policy { get; init; }

    /// <summary>What each link carries, in index order.</summary>
    public required IReadOnlyList<WhichLoad> Links { get; init; }

    /// <summary>Bytes of the fullest link ÷ mean.</summary>
    public required double Imbalance { get; init; }
}

/// <summary>What one link carries.</summary>
/// <param name="LinkName">Its name.</param>
/// <param name="Flows">Flows.</param>
/// <param name="Frames">Frames.</param>
/// <param name="Bytes">Bytes.</param>
public sealed record WhichLoad(string LinkName, long Flows, long Frames, long Bytes);

/// <summary>What moves under one policy when a link goes.</summary>
public sealed record WhichLoss
{
    /// <summary>The policy.</summary>
    public required string Policy { get; init; }

    /// <summary>The link that goes.</summary>
    public required string LinkName { get; init; }

    /// <summary>What was sampled: the capture's flows, or random ones.</summary>
    public required string Sample { get; init; }

    /// <summary>Flows in the sample.</summary>
    public required int Flows { get; init; }

    /// <summary>Share of the flows that were on the link and must move.</summary>
    public required double MustMove { get; init; }

    /// <summary>Share of the flows that move.</summary>
    public required double Moved { get; init; }
}

/// <summary>Polarization: what the second tier of balancers does with the flows that the first sent to one link.</summary>
public sealed record WhichTierTwo
{
    /// <summary>The first tier's policy.</summary>
    public required string First { get; init; }

    /// <summary>The second tier's policy as written.</summary>
    public required string Second { get; init; }

    /// <summary>The first tier's link whose flows were followed.</summary>
    public required string FromLink { get; init; }

    /// <summary>Flows followed.</summary>
    public required int Flows { get; init; }

    /// <summary>Links of the second tier.</summary>
    public required int Links { get; init; }

    /// <summary>Of those, how many receive anything.</summary>
    public required int UsedLinks { get; init; }

    /// <summary>Flows on the fullest ÷ mean; 1 is even.</summary>
    public required double Imbalance { get; init; }

    /// <summary>Changes of the second tier that were tried on the same flows, best first.</summary>
    public required IReadOnlyList<WhichRemedy> Remedies { get; init; }

    /// <summary>What is known not to help.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}

/// <summary>One change of the second tier and what it gives.</summary>
/// <param name="Change">What to change, in words.</param>
/// <param name="Policy">The second tier's policy then.</param>
/// <param name="UsedLinks">Links that receive anything.</param>
/// <param name="Imbalance">Flows on the fullest ÷ mean.</param>
/// <param name="Works">Whether every link is used and none has a quarter more than its share.</param>
public sealed record WhichRemedy(string Change, string Policy, int UsedLinks, double Imbalance, bool Works);
