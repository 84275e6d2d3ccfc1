namespace Trunkline.Core.Balancing.Rules;

/// <summary>What vendors and papers set a flowlet rule to, as data.</summary>
/// <remarks>"Unverified" in a summary means that the value could not be read in a document of the vendor or author.</remarks>
internal static class FlowletPresets
{
    private const string Sai = "SAI inc/saiarsprofile.h and inc/saiars.h; SONiC Adaptive Routing and Switching HLD";
    private const string JunosDlb = "Junos OS, Dynamic Load Balancing; Apstra guide, load balancing policies";

    public static IReadOnlyList<PresetDescriptor> All { get; } =
    [
        Preset(
            "flare",
            "FLARE: flowlets to the path with the most tokens; the gap of 60 ms for wide-area paths is unverified",
            "Kandula, Katabi, Sinha and Berger, CCR 37(2), 2007",
            ("choice", "tokens"), ("gap", "60ms"), ("buckets", "1024")),
        Preset(
            "letflow",
            "LetFlow: flowlets to random paths, 500 us",
            "LetFlow, NSDI 2017; its ns-3 model",
            ("choice", "random"), ("gap", "500us"), ("buckets", "65536")),
        Preset(
            "letflow-100g",
            "LetFlow as ConWeave's authors ran it at 100 Gb/s, 100 us",
            "ConWeave, SIGCOMM 2023, its ns-3 code",
            ("choice", "random"), ("gap", "100us"), ("buckets", "65536")),
        Preset(
            "clove",
            "a gap such as CLOVE's, paths in turn by weight; its weights from ECN echoes are the far end's and left out",
            "CLOVE, CoNEXT 2017; the gap of 500 us from the ns-3 model",
            ("choice", "round-robin"), ("gap", "500us")),
        Preset(
            "afs",
            "Juniper Adaptive Flowlet Splicing, shipped as ALB in Virtual Chassis Fabric: moving averages of load and queue, 16 us; "
            + "averages and table size are not published",
            "Junos OS CLI reference, fabric-load-balance (14.1X53-D10, deprecated 14.1X53-D46 and 17.4R1)",
            ("choice", "quality"), ("gap", "16us"), ("bands", "256"), ("minimum", "0%"), ("maximum", "100%")),
        Preset(
            "junos-dlb",
            "Junos DLB, flowlet mode: 8 bands from 20 % to 80 %, load and queue alike, unequal speeds not looked at; "
            + "sampling is unverified",
            JunosDlb,
            ("choice", "quality"), ("gap", "256us"), ("buckets", "256"), ("relative", "false")),
        Preset(
            "junos-dlb-reactive",
            "Junos DLB with reactive path rebalancing, quality-delta 6 and prob-threshold 3, as in AI fabrics with 128 us; that the "
            + "threshold counts 256ths per packet is unverified",
            JunosDlb + "; public AI-fabric configurations",
            ("choice", "quality"), ("gap", "128us"), ("buckets", "256"), ("relative", "false"),
            ("quality-delta", "6"), ("probability", "3")),
        Preset(
            "junos-dlb-packet",
            "Junos DLB, per-packet mode: every packet to the best band",
            JunosDlb,
            ("choice", "quality"), ("unit", "packet"), ("buckets", "256"), ("relative", "false")),
        Preset(
            "junos-dlb-flow",
            "Junos DLB, assigned-flow mode: the best band for a flow's first packet, once and for all",
            JunosDlb,
            ("choice", "quality"), ("unit", "flow"), ("buckets", "256"), ("relative", "false")),
        Preset(
            "ocnos",
            "OcNOS DLB, optimal mode: 256 us, 1024 flows; bands and averages are unverified",
            "IP Infusion OcNOS command reference, dynamic load balancing",
            ("choice", "quality"), ("gap", "256us"), ("buckets", "1024"), ("relative", "false")),
        Preset(
            "ocnos-random",
            "OcNOS DLB, random mode: 256 us, 1024 flows",
            "IP Infusion OcNOS command reference, dynamic load balancing",
            ("choice", "random"), ("gap", "256us"), ("buckets", "1024")),
        Preset(
            "sonic-ars",
            "SONiC ARS as the schema defaults it: 256 us, 512 flows, samples of 16 us weighing 1/16; the bands must be set by the "
            + "operator and are equal parts of the speed here; all members are primary",
            Sai,
            ("choice", "quality"), ("gap", "256us"), ("buckets", "512"), ("minimum", "0%"), ("maximum", "100%")),
        Preset(
            "sonic-ars-sample",
            "SONiC ARS as in the sample configuration of its design: samples of 10 us, past load 1, future load 5",
            Sai,
            ("choice", "quality"), ("gap", "256us"), ("buckets", "512"), ("minimum", "0%"), ("maximum", "100%"),
            ("sampling", "10us"), ("load-average", "1"), ("queue-average", "5")),
        Preset(
            "sonic-ars-packet",
            "SONiC ARS, per-packet-quality mode with the schema's defaults",
            Sai,
            ("choice", "quality"), ("unit", "packet"), ("buckets", "512"), ("minimum", "0%"), ("maximum", "100%")),
        Preset(
            "sonic-ars-random",
            "SONiC ARS, flowlet-random mode: 256 us, 512 flows",
            Sai,
            ("choice", "random"), ("gap", "256us"), ("buckets", "512")),
        Preset(
            "aci-aggressive",
            "Cisco ACI, aggressive: the load's 8 equal bands as in CONGA, on the local link only; 100 us is unverified",
            "Cisco ACI Fundamentals, dynamic load balancing; CONGA, SIGCOMM 2014",
            ("choice", "quality"), ("gap", "100us"), ("load-weight", "100%"), ("load-average", "8"), ("sampling", "20us"),
            ("minimum", "12.5%"), ("maximum", "87.5%")),
        Preset(
            "aci-conservative",
            "Cisco ACI, conservative: the load's 8 equal bands as in CONGA, on the local link only; 500 us is unverified",
            "Cisco ACI Fundamentals, dynamic load balancing; CONGA, SIGCOMM 2014",
            ("choice", "quality"), ("gap", "500us"), ("load-weight", "100%"), ("load-average", "8"), ("sampling", "20us"),
            ("minimum", "12.5%"), ("maximum", "87.5%")),
        Preset(
            "n9000",
            "Cisco Nexus 9000 DLB: bands of the load by DRE thresholds; 500 us and the widths are an APIC example's, the switch's own "
            + "defaults and the averages are unverified",
            "Cisco APIC REST API configuration guide, port channel dynamic load balancing (6.1.2)",
            ("choice", "quality"), ("gap", "500us"), ("load-weight", "100%"), ("levels", "5,5,10,15,15,25,25")),
        Preset(
            "arista",
            "Arista DLB: bytes sent and packets queued; the gap of 256 us, bands, averages and table size are unverified",
            "Arista EOS 4.30 technical overview, dynamic load balancing on ECMP",
            ("choice", "quality"), ("gap", "256us"), ("minimum", "0%"), ("maximum", "100%")),
        Preset(
            "windows-dynamic",
            "Windows LBFO Dynamic, outbound: flowlets to the least loaded adapter, speeds not looked at; gap (500 us here), averages "
            + "and table are not published",
            "Microsoft, Windows Server 2012 R2 NIC Teaming deployment guide",
            ("choice", "quality"), ("gap", "500us"), ("load-weight", "100%"), ("bands", "256"), ("minimum", "0%"), ("maximum", "100%"),
            ("relative", "false")),
    ];

    private static PresetDescriptor Preset(string name, string summary, string source, params (string Name, string Value)[] values) =>
        new(name, summary, source, values.ToDictionary(value => value.Name, value => value.Value));
}
