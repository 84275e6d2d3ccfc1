using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Trunkline.Scenarios;
using Trunkline.Scenarios.Model;
using Trunkline.Scenarios.Reading;

namespace Trunkline.Fuzz.Targets;

/// <summary>Scenario files. An input is a YAML text; lines before it that begin with ! are values of <c>--set</c>.</summary>
public sealed partial class ScenarioTarget : IFuzzTarget
{
    /// <summary>A text of a few kilobytes takes a hundredth of this.</summary>
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    private static readonly string[] Wanted = ["nas", "nas-failure", "leaf-spine", "asymmetric", "multicast", "incast", "two-path"];

    /// <inheritdoc/>
    public string Name => "scenario";

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, byte[]>> Seeds
    {
        get
        {
            foreach (string name in Wanted)
            {
                yield return new(name, Encoding.UTF8.GetBytes(BuiltInScenarios.Find(name)!));
            }

            yield return new("sets", Encoding.UTF8.GetBytes("!bundles.u.rate=25Gb/s\n!traffic.udp.count=2\n!transport.ecn=true\n" + Small));
            yield return new("aliases", Encoding.UTF8.GetBytes("{scenario: &n x, hosts: &h [a, b], bundles: {u: &u {between: *h, queue: &q {bound: 9KB, ecn: 3KB, classes: [strict, 2]}}, v: {<<: *u, queue-back: *q}}, traffic: [{kind: storage, from: a, to: b}]}"));
            yield return new("traffic", Encoding.UTF8.GetBytes("{scenario: x, topology: {dumbbell: {pairs: 2}}, traffic: [{kind: mice, from: sender, to: r*, sizes: a.csv, load: 1%}, {kind: replay, from: sender1..2, to: receiver1, file: a}, {kind: incast, from: sender1, to: [receiver2, receiver1], bytes: 1MB}]}"));
        }
    }

    private const string Small = """
        scenario: x
        seeds: [1, 2]
        hosts: {a: {guests: 3}, b: {count: 2}}
        switches: [s]
        bundles:
          u: {between: [a, s], links: 4, overrides: {0..1: {loss: 1%}, s: {cable: 3}}, techniques: {a: linux-ecmp/l4}}
          v: {between: [b*, s], spread: pairs}
        traffic:
          - {kind: udp, from: a, to: b1, rate: 1Mb/s}
          - {kind: elephants, from: b, to: a, transport: {coalescing: false}}
        events: [{at: 1ms, link: u/*, flap: 1ms, times: 9}, {at: 2ms, link: v/0, rate: 1Gb/s, direction: back}]
        """;

    /// <inheritdoc/>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        var sets = new List<string>();
        while (text.StartsWith('!') && text.IndexOf('\n', StringComparison.Ordinal) is > 0 and int end)
        {
            sets.Add(text[1..end]);
            text = text[(end + 1)..];
        }

        var clock = Stopwatch.StartNew();
        ScenarioReading reading = ScenarioReader.Read(text, "f", sets, Open, t => t.Contains("no-", StringComparison.Ordinal) ? "no such technique" : null);
        Hold(clock.Elapsed < TimeMax, $"reading took {clock.Elapsed}");
        Hold(reading.Scenario is null == reading.Faults.Count > 0, "a scenario or faults");
        if (reading.Scenario is Scenario scenario)
        {
            HoldWhatItPromises(scenario);
        }

        int lines = text.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029') + 1;
        ulong sort = (ulong)(reading.Scenario?.Traffic.Count ?? 0);
        foreach (ScenarioFault fault in reading.Faults)
        {
            Hold(fault.Line >= 0 && fault.Line <= lines + 1, "faults lie in the text");
            Hold(!fault.ToString().Any(char.IsControl), "faults are lines of plain text");
            foreach (char c in Varying().Replace(fault.Message, "#"))
            {
                sort = (sort ^ c) * 0x100_0000_01b3;
            }
        }

        return sort;
    }

    private static void HoldWhatItPromises(Scenario scenario)
    {
        var nodes = scenario.Hosts.Select(h => h.Name).Concat(scenario.Switches.Select(s => s.Name)).ToHashSet();
        var hosts = scenario.Hosts.Select(h => h.Name).ToHashSet();
        var bundles = scenario.Bundles.ToDictionary(b => b.Name);
        Hold(nodes.Count == scenario.Hosts.Count + scenario.Switches.Count, "names are unique");
        Hold(scenario.Bundles.All(b => nodes.Contains(b.From) && b.Links.Count > 0 && b.Links.All(l => nodes.Contains(l.To) && l.To != b.From && l.Rate.BitsPerSecond > 0)), "links lead from node to node");
        Hold(scenario.Traffic.Count > 0 && scenario.Traffic.All(t => t.From.Count > 0 && t.From.All(hosts.Contains) && t.To.All(hosts.Contains)), "traffic goes between hosts");
        Hold(scenario.Measured.Count > 0 && scenario.Measured.All(bundles.ContainsKey), "what is measured exists");
        Hold(scenario.Events.All(e => e.Link < bundles[e.Bundle].Links.Count && e.At < scenario.Duration), "events happen to links");
        Hold(scenario.Events.Zip(scenario.Events.Skip(1)).All(e => e.First.At <= e.Second.At), "events are in time order");
        Hold(scenario.Seeds.Count > 0 && scenario.WarmUp < scenario.Duration, "there is something to run");
    }

    private static FileBeside Open(string path, bool withText) => path.StartsWith('a')
        ? new FileBeside("/a", "bytes,cdf\n1,0\n9,1\n", null)
        : new FileBeside("/b", withText ? path : null, path.Length > 3 ? "no such file" : null);

    private static void Hold(bool isTrue, string what)
    {
        if (!isTrue)
        {
            throw new InvalidOperationException(what);
        }
    }

    /// <summary>What differs between faults of one sort.</summary>
    [GeneratedRegex("\"[^\"]*\"|[0-9][0-9,.]*")]
    private static partial Regex Varying();
}
