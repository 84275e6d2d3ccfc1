using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Trunkline.Cli.Stripe;

/// <summary>Reads addresses with ports, as they are written on a command line and in files.</summary>
internal static class EndpointText
{
    /// <summary>Reads <c>10.1.0.2:7400</c>, <c>[fd00::2]:7400</c> or <c>nas.example:7400</c>.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="faults">Takes what is wrong with it.</param>
    public static IPEndPoint? Read(string text, ICollection<string> faults)
    {
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':'))
        {
            faults.Add($"\"{text}\" is an IPv6 address without brackets; write [{text}]:7400");
            return null;
        }

        if (host.Length == 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            faults.Add($"\"{text}\" is not an address with a port; write 10.1.0.2:7400");
            return null;
        }

        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            return new IPEndPoint(address, port);
        }

        try
        {
            if (Dns.GetHostAddresses(host) is [{ } first, ..])
            {
                return new IPEndPoint(first, port);
            }
        }
        catch (SocketException)
        {
            // Told below.
        }

        faults.Add($"\"{host}\" is no address, and no host is found by that name; write an address");
        return null;
    }

    /// <summary>Reads several, with commas between them.</summary>
    public static IReadOnlyList<IPEndPoint> ReadList(IEnumerable<string> texts, ICollection<string> faults) =>
        [.. Split(texts).Select(text => Read(text, faults)).OfType<IPEndPoint>()];

    /// <summary>What stands between commas.</summary>
    public static IEnumerable<string> Split(IEnumerable<string> texts) =>
        texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
