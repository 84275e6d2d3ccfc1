using Trunkline.Testing;

namespace Trunkline.Cli.Tests.Captures;

/// <summary>Counts the flows of a capture by what tshark says of each frame: the judge of <c>capture.flows</c>.</summary>
internal static class TsharkFlows
{
    private static readonly string[] Fields =
    [
        "frame.protocols", "ip.src", "ip.dst", "ip.proto", "ip.flags.mf", "ip.frag_offset", "ipv6.src", "ipv6.dst", "ipv6.nxt",
        "ipv6.fraghdr.nxt", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "sctp.srcport", "sctp.dstport",
    ];

    /// <summary>How many directional 5-tuples of the outer header there are; fragments have no ports.</summary>
    public static int Count(string file)
    {
        // Of a field that occurs in several layers the first is the outer one's.
        string[] arguments =
        [
            "-n", "-r", file, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
            "-T", "fields", "-E", "occurrence=f", "-E", "separator=|", .. Fields.SelectMany<string, string>(f => ["-e", f]),
        ];
        string[] lines = Command.Run("tshark", arguments).OrThrow().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Select(FlowOf).Where(flow => flow is not null).Distinct().Count();
    }

    private static string? FlowOf(string line)
    {
        string[] values = line.Split('|');
        string Value(string field) => values[Array.IndexOf(Fields, field)];

        string? version = Value("frame.protocols").Split(':').FirstOrDefault(p => p is "ip" or "ipv6");
        if (version is null)
        {
            return null;
        }

        string fragmentOf = Value("ipv6.fraghdr.nxt");
        bool isFragment = version == "ip"
            ? Value("ip.flags.mf") == "1" || Value("ip.frag_offset") is not ("0" or "")
            : fragmentOf != "";
        string protocol = version == "ip" ? Value("ip.proto") : fragmentOf == "" ? Value("ipv6.nxt") : fragmentOf;
        string? transport = protocol switch
        {
            "6" => "tcp",
            "17" => "udp",
            "132" => "sctp",
            _ => null,
        };
        string ports = transport is null || isFragment ? "" : $"{Value(transport + ".srcport")} {Value(transport + ".dstport")}";
        return $"{Value(version + ".src")} {Value(version + ".dst")} {protocol} {ports}";
    }
}
