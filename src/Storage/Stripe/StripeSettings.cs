using System.Net;
using System.Security.Cryptography.X509Certificates;
using Trunkline.Core.Striping.Stripe;
using Trunkline.Core.Units;

namespace Trunkline.Storage.Stripe;

/// <summary>Where flows come from on the connecting end, or go to on the serving end.</summary>
/// <param name="Name">Its name at both ends, at most 64 bytes of UTF-8.</param>
/// <param name="Address">The address to listen on, or the target.</param>
public sealed record StripeService(string Name, IPEndPoint Address);

/// <summary>A way to the serving end: sessions go round over these.</summary>
/// <param name="Server">The serving end's address.</param>
/// <param name="Local">The address to come from; null for any.</param>
/// <param name="Device">The device to leave by; empty for any.</param>
public sealed record StripeRoute(IPEndPoint Server, IPAddress? Local = null, string Device = "");

/// <summary>Who one is and whom one trusts; TLS 1.3, both ends show a certificate.</summary>
/// <param name="Own">With its private key.</param>
/// <param name="Trusted">SHA-256 of each peer's public key (SubjectPublicKeyInfo), lower-case hexadecimal.</param>
public sealed record StripeIdentity(X509Certificate2 Own, IReadOnlyCollection<string> Trusted);

/// <summary>What both ends have.</summary>
public abstract record StripeSettings
{
    /// <summary>The service that command lines mean.</summary>
    public const string DefaultService = "default";

    /// <summary>Times and bounds of a trunk.</summary>
    public StripeOptions Trunk { get; init; } = new();

    /// <summary>Memory for what came and is not read, of all flows.</summary>
    public long MemoryBytes { get; init; } = 256L << 20;

    /// <summary>Reads the keys; null for everything in the clear. Called again when they are to be read anew.</summary>
    public Func<StripeIdentity>? ReadIdentity { get; init; }

    /// <summary>How long a session may take to greet.</summary>
    public Interval GreetingTimeout { get; init; } = Interval.FromSeconds(5);
}

/// <summary>The connecting end.</summary>
public sealed record ConnectSettings : StripeSettings
{
    /// <summary>Where applications connect.</summary>
    public required IReadOnlyList<StripeService> Services { get; init; }

    /// <summary>The ways to the serving end, at least one.</summary>
    public required IReadOnlyList<StripeRoute> Routes { get; init; }

    /// <summary>Sessions, 1 to 64, at least one a route.</summary>
    public required int Sessions { get; init; }

    /// <summary>Whether sessions that share a link get other source ports.</summary>
    public bool Redraw { get; init; } = true;
}

/// <summary>The serving end.</summary>
public sealed record ServeSettings : StripeSettings
{
    /// <summary>Where sessions come in.</summary>
    public required IReadOnlyList<IPEndPoint> Listen { get; init; }

    /// <summary>The targets that flows may go to: there are no others.</summary>
    public required IReadOnlyList<StripeService> Services { get; init; }

    /// <summary>Most trunks.</summary>
    public int TrunksMax { get; init; } = 64;

    /// <summary>Most sessions that have not greeted.</summary>
    public int StrangersMax { get; init; } = 256;

    /// <summary>How long a target may take to answer.</summary>
    public Interval TargetTimeout { get; init; } = Interval.FromSeconds(10);
}
