using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Trunkline.Storage.Stripe;

/// <summary>Makes and reads keys: each end has a file with its own, and both have the pairing file with the certificates of all.</summary>
/// <remarks>
/// A certificate is trusted because it is in the pairing file, by its public key, and for the one thing that it says: to serve, or to
/// connect. Names, dates and issuers do not count. More ends are added by adding certificates to the file.
/// </remarks>
public static class StripeKeys
{
    /// <summary>What the serving end's certificate is for (id-kp-serverAuth).</summary>
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    /// <summary>What the connecting end's certificate is for (id-kp-clientAuth).</summary>
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private static readonly string[] FileNames = ["serve.pem", "connect.pem", "pairing.pem"];

    /// <summary>Makes both ends' keys: <c>serve.pem</c>, <c>connect.pem</c> and <c>pairing.pem</c>.</summary>
    /// <param name="folder">Made when it is not there.</param>
    /// <returns>The files.</returns>
    /// <exception cref="IOException">One of them is there already, or cannot be written.</exception>
    public static IReadOnlyList<string> Make(string folder)
    {
        string[] files = [.. FileNames.Select(name => Path.Combine(folder, name))];
        if (files.FirstOrDefault(File.Exists) is string there)
        {
            throw new IOException($"{there} is there already; keys are not written over");
        }

        Directory.CreateDirectory(folder);
        (string serveKey, string serve) = Make("stripe serve", ServerUsage);
        (string connectKey, string connect) = Make("stripe connect", ClientUsage);
        Write(files[0], serveKey + serve, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write(files[1], connectKey + connect, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write(
            files[2],
            serve + connect,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return files;
    }

    /// <summary>Reads an end's own key and the pairing file.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="FormatException">A file is not what it should be.</exception>
    public static StripeIdentity Read(string keyFile, string pairingFile)
    {
        X509Certificate2 own;
        try
        {
            own = X509Certificate2.CreateFromPemFile(keyFile);
        }
        catch (CryptographicException exception)
        {
            throw new FormatException($"{keyFile}: no certificate with its private key ({exception.Message}); trunkline stripe keygen makes one");
        }

        var pairing = new X509Certificate2Collection();
        try
        {
            pairing.ImportFromPemFile(pairingFile);
        }
        catch (CryptographicException exception)
        {
            throw new FormatException($"{pairingFile}: no certificates ({exception.Message}); trunkline stripe keygen makes it");
        }

        if (pairing.Count == 0)
        {
            throw new FormatException($"{pairingFile}: no certificates; trunkline stripe keygen makes it");
        }

        return new StripeIdentity(own, new HashSet<string>(pairing.Select(Fingerprint)));
    }

    /// <summary>SHA-256 of the public key with its algorithm (SubjectPublicKeyInfo), in lower-case hexadecimal.</summary>
    public static string Fingerprint(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    internal static bool HasUsage(X509Certificate2 certificate, string usage) => certificate.Extensions
        .OfType<X509EnhancedKeyUsageExtension>()
        .Any(extension => extension.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == usage));

    private static (string Key, string Certificate) Make(string name, string usage)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(30));
        return (key.ExportPkcs8PrivateKeyPem() + "\n", certificate.ExportCertificatePem() + "\n");
    }

    private static void Write(string file, string text, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using var stream = new FileStream(file, options);
        stream.Write(Encoding.ASCII.GetBytes(text));
    }
}
