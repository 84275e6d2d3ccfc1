using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Trunkline.Testing.Packets;

/// <summary>Addresses from text, as the core holds them.</summary>
public static class Address
{
    /// <summary>An IPv4 address as a number, or an IPv6 address.</summary>
    public static UInt128 Ip(string text)
    {
        var address = IPAddress.Parse(text);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes())
            : BinaryPrimitives.ReadUInt128BigEndian(address.GetAddressBytes());
    }

    /// <summary>A MAC address, six bytes with colons.</summary>
    public static ulong Mac(string text)
    {
        ulong address = 0;
        foreach (string part in text.Split(':'))
        {
            address = (address << 8) | byte.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return address;
    }

    /// <summary>An IP address as text.</summary>
    /// <param name="address">As the core holds it.</param>
    /// <param name="version">4 or 6.</param>
    public static string Text(UInt128 address, int version)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new IPAddress(version == 4 ? bytes[12..] : bytes).ToString();
    }

    /// <summary>A MAC address as text.</summary>
    public static string MacText(ulong address) => string.Join(
        ':', Enumerable.Range(0, 6).Select(i => ((byte)(address >> (40 - (8 * i)))).ToString("x2", CultureInfo.InvariantCulture)));
}
