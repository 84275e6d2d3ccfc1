using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Rules;

/// <summary>A rule in the catalog: its descriptor and how to put it to work.</summary>
/// <param name="Descriptor">What it is, with its presets.</param>
/// <param name="Create">
/// Makes a balancer from checked parameters, the links and a seed for what is random; throws <see cref="FormatException"/>
/// with what to write when parameters are wrong in themselves or do not go together.
/// </param>
public sealed record RuleEntry(TechniqueDescriptor Descriptor, Func<ParameterSet, Bundle, ulong, IBalancer> Create);
