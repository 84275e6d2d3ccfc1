namespace Trunkline.Results;

/// <summary>What <c>trunkline stripe show</c> reports: one end of a stripe, as it is now.</summary>
public sealed record StripeStatusResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.stripe-show/1";

    /// <summary>serve or connect.</summary>
    public required string Side { get; init; }

    /// <summary>Memory of chunks that are sent and not acknowledged, or came and are not read, in bytes.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>Bytes that far ends may send and that are not read.</summary>
    public required long GrantedBytes { get; init; }

    /// <summary>One for each far end.</summary>
    public required IReadOnlyList<StripeTrunkRow> Trunks { get; init; }
}

/// <summary>All between this end and one far end.</summary>
public sealed record StripeTrunkRow
{
    /// <summary>SHA-256 of the far end's key; empty in the clear.</summary>
    public required string Peer { get; init; }

    /// <summary>Its paths.</summary>
    public required IReadOnlyList<StripePathRow> Paths { get; init; }

    /// <summary>Its connections.</summary>
    public required IReadOnlyList<StripeFlowRow> Flows { get; init; }
}

/// <summary>One path.</summary>
public sealed record StripePathRow
{
    /// <summary>Its number, the same at both ends.</summary>
    public required int Path { get; init; }

    /// <summary>This end's address; empty without a session.</summary>
    public required string Local { get; init; }

    /// <summary>The far end's address; empty without a session.</summary>
    public required string Remote { get; init; }

    /// <summary>up, suspect, probing or down.</summary>
    public required string State { get; init; }

    /// <summary>The rate that it had when it had work, in bits a second; 0 before that was measured.</summary>
    public required long RateBps { get; init; }

    /// <summary>Smoothed time to an acknowledgement, queues included, in microseconds.</summary>
    public required long RttUs { get; init; }

    /// <summary>The shortest of the last ten seconds.</summary>
    public required long RttMinUs { get; init; }

    /// <summary>Bytes that the far process has not acknowledged.</summary>
    public required long UnackedBytes { get; init; }

    /// <summary>Bytes that it acknowledged.</summary>
    public required long SentBytes { get; init; }

    /// <summary>Bytes that came.</summary>
    public required long ReceivedBytes { get; init; }

    /// <summary>Its part of all bytes of the trunk, in percent.</summary>
    public required double SharePercent { get; init; }

    /// <summary>How often it was left since it made no progress.</summary>
    public required long Stalls { get; init; }

    /// <summary>Sessions that it has had.</summary>
    public required long Sessions { get; init; }

    /// <summary>Of those, on a source port that was drawn anew since sessions shared a link.</summary>
    public required long Redraws { get; init; }
}

/// <summary>One connection.</summary>
public sealed record StripeFlowRow
{
    /// <summary>Its number, hexadecimal.</summary>
    public required string Flow { get; init; }

    /// <summary>Its service.</summary>
    public required string Service { get; init; }

    /// <summary>Bytes taken from the application.</summary>
    public required long SentBytes { get; init; }

    /// <summary>Bytes given to the application.</summary>
    public required long ReceivedBytes { get; init; }

    /// <summary>Bytes that the far process has not acknowledged.</summary>
    public required long UnackedBytes { get; init; }

    /// <summary>Bytes that came and wait for others before them.</summary>
    public required long HeldBytes { get; init; }

    /// <summary>Bytes sent over a second path.</summary>
    public required long ResentBytes { get; init; }

    /// <summary>Bytes that came twice.</summary>
    public required long DuplicateBytes { get; init; }
}
