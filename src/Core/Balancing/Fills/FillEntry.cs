using Trunkline.Core.Links;

namespace Trunkline.Core.Balancing.Fills;

/// <summary>A fill in the catalog: its descriptor and how to make it.</summary>
/// <param name="Descriptor">What it is.</param>
/// <param name="Create">
/// Makes it from checked parameters; throws <see cref="FormatException"/> with what to write when they do not go together.
/// </param>
public sealed record FillEntry(TechniqueDescriptor Descriptor, Func<ParameterSet, Bundle, IFill> Create);
