using Trunkline.Scenarios.Reading.Yaml;

namespace Trunkline.Scenarios.Reading.Forms;

/// <summary>A word that stands for something else in the file, with where it was written.</summary>
/// <param name="Text">The word.</param>
/// <param name="Node">Its node.</param>
/// <param name="Place">The keys that lead to it.</param>
internal readonly record struct Written(string Text, Node Node, Place Place);

/// <summary>What a map from names to things holds under one of them.</summary>
/// <param name="Name">The name.</param>
/// <param name="Fields">The thing.</param>
internal readonly record struct Named(Written Name, Fields Fields);
