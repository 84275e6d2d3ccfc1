namespace Trunkline.Results;

/// <summary>What <c>trunkline stripe doctor</c> reports: each path tried alone, and all together.</summary>
public sealed record StripeDoctorResult
{
    /// <summary>Name and version of this document's form.</summary>
    public string Schema { get; } = "trunkline.stripe-doctor/1";

    /// <summary>The paths.</summary>
    public required IReadOnlyList<StripeDoctorRow> Paths { get; init; }

    /// <summary>What all paths that work carried together, in bits a second.</summary>
    public required long TogetherBps { get; init; }
}

/// <summary>One path.</summary>
public sealed record StripeDoctorRow
{
    /// <summary>Its number.</summary>
    public required int Path { get; init; }

    /// <summary>The serving end's address.</summary>
    public required string Server { get; init; }

    /// <summary>This end's address; empty when there is no connection.</summary>
    public required string Local { get; init; }

    /// <summary>What is wrong; empty for nothing.</summary>
    public required string Fault { get; init; }

    /// <summary>What the greeting took, in microseconds.</summary>
    public required long RttUs { get; init; }

    /// <summary>The largest packet that TCP takes the path for; 0 when that is not known.</summary>
    public required int MtuBytes { get; init; }

    /// <summary>What it carried alone, in bits a second, to the serving end.</summary>
    public required long AloneBps { get; init; }

    /// <summary>What it carried while all others did too.</summary>
    public required long TogetherBps { get; init; }

    /// <summary>Segments that were sent again, in percent.</summary>
    public required double ResentPercent { get; init; }

    /// <summary>Paths that share a link with it.</summary>
    public required IReadOnlyList<int> SharesWith { get; init; }
}
