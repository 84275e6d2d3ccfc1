using Trunkline.Core.Balancing;
using Trunkline.Core.Balancing.Rules;
using Trunkline.Core.Units;

namespace Trunkline.Analysis.Replay;

/// <summary>A technique at work on links of its own.</summary>
/// <param name="Index">Its place among the techniques asked for.</param>
/// <param name="Name">The technique as written.</param>
/// <param name="Policy">The number of its policy.</param>
/// <param name="Balancer">Chooses the link.</param>
internal sealed record ReplayTechnique(int Index, string Name, int Policy, IBalancer Balancer)
{
    /// <summary>Whether a bucket keeps its link as long as the links stay.</summary>
    /// <remarks>A resilient group moves buckets only after links came or went; before its first packet all of them are idle.</remarks>
    public bool IsStatic { get; } =
        Balancer is Balancer<StaticRule> or Balancer<SingleModeRule> or Balancer<ResilientRule>
        && Balancer.NextDeadline == Timestamp.MaxValue;

    /// <summary>Whether it looks at load or queues, which in a replay do not slow the senders down.</summary>
    public bool IsOpenLoop { get; } = LooksAtLoad(Name, Balancer);

    private static bool LooksAtLoad(string name, IBalancer balancer) => balancer switch
    {
        Balancer<DrillRule> or Balancer<ShortestQueueRule> or Balancer<RebalanceRule> => true,
        Balancer<IdleRebalanceRule> or Balancer<KeepOrderRule> => true,
        Balancer<FlowletRule> => FlowletChoice(name) is "tokens" or "quality",
        _ => false,
    };

    /// <summary>The choice of a flowlet technique: as written, else its preset's, else the default.</summary>
    private static string FlowletChoice(string text)
    {
        TechniqueName.TryParse(text, out TechniqueName? name);
        RuleEntry entry = RuleCatalog.Find(name!.Head.Name, out PresetDescriptor? preset)!;
        return ParameterSet.Bind(text, entry.Descriptor.Parameters, preset?.Values, name.Head.Parameters, []).Text("choice");
    }
}
