using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Trunkline.Scenarios.Reading;

/// <summary>Reads addresses with ports, as they are written on command lines and in files.</summary>
public static class EndpointText
{
    /// <summary>Reads <c>10.1.0.2:7400</c>, <c>[fd00::2]:7400</c> or <c>nas.example:7400</c>, whose name is looked up.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="endpoint">What it says.</param>
    /// <returns>Null when it is good, else what is wrong; what to write.</returns>
    public static string? TryRead(string text, out IPEndPoint? endpoint)
    {
        endpoint = null;
        int colon = text.LastIndexOf(':');
        string host = colon < 0 ? "" : text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':'))
        {
            return $"\"{text}\" is an IPv6 address without brackets; write [fd00::2]:7400";
        }

        if (host.Length == 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0)
        {
            return $"\"{text}\" is not an address with a port; write 10.1.0.2:7400";
        }

        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            endpoint = new IPEndPoint(address, port);
            return null;
        }

        try
        {
            if (Dns.GetHostAddresses(host) is [{ } first, ..])
            {
                endpoint = new IPEndPoint(first, port);
                return null;
            }
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // Told below.
        }

        return $"\"{host}\" is no address, and no host is found by that name; write 10.1.0.2:{port}";
    }
}
