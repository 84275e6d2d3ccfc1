using Trunkline.Core.Links;
using Trunkline.Core.Units;

namespace Trunkline.Cli.Which;

/// <summary>A checked question: everything that <c>which</c> was asked for.</summary>
internal sealed record WhichRequest
{
    /// <summary>The policy as written; <c>all</c> for all of them.</summary>
    public required string Policy { get; init; }

    /// <summary>The policies to ask, each over its own bundle.</summary>
    public required IReadOnlyList<Decider> Deciders { get; init; }

    /// <summary>The same, with <see cref="WithoutLink"/> taken down; empty where no link goes.</summary>
    public required IReadOnlyList<Decider> WithoutDeciders { get; init; }

    /// <summary>The members.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>The flow that was given by its fields; null where a capture has the flows.</summary>
    public Flow? Given { get; init; }

    /// <summary>The capture that has the flows, not yet read; null where one was given by its fields.</summary>
    public CaptureFlows? Capture { get; init; }

    /// <summary>The link that goes.</summary>
    public LinkId? WithoutLink { get; init; }

    /// <summary>What the other end decides by.</summary>
    public Decider? Reverse { get; init; }

    /// <summary>The second tier's policy.</summary>
    public Decider? Tier2 { get; init; }

    /// <summary>Device read, for people.</summary>
    public string? Device { get; init; }

    /// <summary>What was noticed while reading the input.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
